"""Instructions of a file: each row waits for its checkers, a bad one keeps the whole file out, none comes twice."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import Session, func, select

from fund_service.accounts.queries import caller_called
from fund_service.imports.faults import ImportRefused
from fund_service.imports.instructions import import_instructions
from models.instruction import Instruction, InstructionKind, InstructionState
from models.ledger import JournalEntry
from models.person import Role
from models.vehicle import Envelope, Vehicle, VehicleKind

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
HEAD = "지시번호,종류,비히클,재원,금액,기준일,사유,조건\n"


@pytest.fixture
def world(store, people, database):
    mother = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother", formed_on=date(2026, 2, 2))
    store(mother, Envelope(year=2026, name_ko="올해 재원", name_en="This year"))
    with Session(database, expire_on_commit=False) as session:
        yield session, caller_called(session, people[Role.FUND_MANAGER].email)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "instructions.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def taken(world, path: Path, *, dry_run: bool = False) -> tuple[int, int]:
    session, maker = world
    report = import_instructions(session, path=path, maker=maker, dry_run=dry_run, at=AT)
    return report.added, report.unchanged


def stored(world) -> list[Instruction]:
    return list(world[0].exec(select(Instruction).order_by(Instruction.id)))


GOOD = "A-1,펀드 조성,모펀드,,1000000000000,2026-02-02,조성,\nA-2,envelope_budget,,올해 재원,5억,2026-02-03,배분,\n"


def test_rows_become_instructions_that_wait_and_come_once(world, tmp_path):
    path = written(tmp_path, GOOD.replace("5억", "500000000"))
    assert taken(world, path, dry_run=True) == (2, 0)
    assert stored(world) == []
    assert taken(world, path) == (2, 0)
    assert taken(world, path) == (0, 2)
    made = stored(world)
    assert [(one.kind, one.amount_krw) for one in made] == [
        (InstructionKind.FUND_SIZE, 10**12),
        (InstructionKind.ENVELOPE_BUDGET, 500_000_000),
    ]
    assert {one.state for one in made} == {InstructionState.PENDING}
    assert {one.made_by_id for one in made} == {world[1].person_id}
    assert world[0].exec(select(func.count()).select_from(JournalEntry)).one() == 0


def test_a_workbook_reads_the_same(world, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["external_id", "kind", "vehicle", "amount_krw", "effective_on", "words"])
    book.active.append(["A-1", "fund_size", "Mother", 10**12, datetime(2026, 2, 2), "조성"])  # noqa: DTZ001 - a day
    book.save(tmp_path / "instructions.xlsx")
    assert taken(world, tmp_path / "instructions.xlsx") == (1, 0)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("B-1,king_size,모펀드,,1,2026-02-02,사유,", "line 3, column 종류: 'king_size' - expected a kind"),
        ("B-1,fund_size,없는 펀드,,1,2026-02-02,사유,", "line 3, column 비히클: '없는 펀드' - there is none so called"),
        ("B-1,fund_size,모펀드,,1.5,2026-02-02,사유,", "line 3, column 금액: '1.5' - "),
        ("B-1,fund_size,모펀드,,1,어제,사유,", "line 3, column 기준일: '어제' - "),
        ("B-1,fund_size,모펀드,,1,2999-01-01,사유,", "line 3"),
        ("B-1,fund_size,모펀드,,1,2026-02-02,,", "line 3, column 사유: "),
        (",fund_size,모펀드,,1,2026-02-02,사유,", "line 3, column 지시번호: "),
        ("B-1,fund_size,모펀드,,1,2026-02-02,사유,{", "line 3, column 조건: '{' - expected a JSON object"),
        ("B-1,fund_size,모펀드,,1,2026-02-02,사유,[1]", "line 3, column 조건: '[1]' - expected a JSON object"),
        ('B-1,fund_size,모펀드,,1,2026-02-02,사유,"{""x"": 1}"', "line 3, column 조건: x: "),
        ("B-1,settlement,모펀드,,1,2026-02-02,사유,", "line 3"),
        ('B-1,expense,모펀드,,5,2026-02-02,사유,"{""purpose"": ""expense""}"', "line 3, column 금액: 5 won"),
        ("A-1,fund_size,모펀드,,7,2026-02-02,다른 사실,", "line 3, column 지시번호: 'A-1' - expected the same facts"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_of_the_file_stays(world, tmp_path, row, expected):
    with pytest.raises(ImportRefused) as refused:
        taken(world, written(tmp_path, f"A-1,fund_size,모펀드,,1000000000000,2026-02-02,조성,\n{row}\n"))
    assert expected in refused.value.message
    assert stored(world) == []


def test_a_file_with_other_columns_or_none_is_refused(world, tmp_path):
    path = tmp_path / "instructions.csv"
    path.write_text("kind,colour\nfund_size,red\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        taken(world, path)
    for named in ("colour", "external_id", "words"):
        assert named in refused.value.message
    with pytest.raises(ImportRefused):
        taken(world, written(tmp_path, ""))


def test_two_vehicles_of_one_name_must_be_named_by_id(world, tmp_path, store):
    mother = world[0].exec(select(Vehicle)).one()
    said = {"kind": VehicleKind.DIRECT, "parent_id": mother.id, "formed_on": mother.formed_on, "name_en": "Window"}
    one, two = (Vehicle(name_ko="창구", **said) for _ in range(2))
    store(one, two)
    terms = json.dumps({"purpose": "expense"}).replace('"', '""')
    with pytest.raises(ImportRefused, match="several are so called"):
        taken(world, written(tmp_path, f'C-1,expense,창구,,1,2026-02-02,사유,"{terms}"\n'))


def test_a_json_line_may_carry_its_terms_as_an_object_and_nothing_worse_elsewhere(world, tmp_path):
    path = tmp_path / "instructions.jsonl"
    row = {
        "external_id": "J-1",
        "kind": "fund_size",
        "vehicle": "모펀드",
        "amount_krw": 5,
        "words": "조성",
        "terms": {},
    }
    path.write_text(json.dumps(row), encoding="utf-8")
    assert taken(world, path) == (1, 0)
    path.write_text(json.dumps(row | {"external_id": "J-2", "amount_krw": {"won": 5}}), encoding="utf-8")
    with pytest.raises(ImportRefused):
        taken(world, path)
