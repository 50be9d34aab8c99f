"""Reading of seed files: what is refused, and how the fault is named."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from seeds.reading import FAULTS_SHOWN, Fault, SeedFileRefused, read_csv, read_json_lines, repeated_keys

HEADER = "# source: a notice\n# published: 2026-01-29\n# retrieved: 2026-11-22\n"


class Milestone(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str
    quantity: int | None
    due_on: date | None


def csv_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "milestones.csv"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    read = read_csv if path.suffix == ".csv" else read_json_lines
    with pytest.raises(SeedFileRefused) as refusal:
        read(path, Milestone)
    assert refusal.value.message == "\n".join(map(str, refusal.value.faults))
    return [str(fault) for fault in refusal.value.faults]


def test_cells_become_values_of_their_columns_and_empty_cells_none(tmp_path: Path):
    path = csv_file(tmp_path, HEADER + 'due_on,code,quantity\n2030-12-31,a,500\n,"b, c",\n')
    lines = read_csv(path, Milestone)
    assert [line.number for line in lines] == [5, 6]
    assert [line.record for line in lines] == [
        Milestone(code="a", quantity=500, due_on=date(2030, 12, 31)),
        Milestone(code="b, c", quantity=None, due_on=None),
    ]


@pytest.mark.parametrize("missing", ["source", "published", "retrieved"])
def test_a_file_must_say_where_it_comes_from(tmp_path: Path, missing: str):
    kept = "".join(line for line in HEADER.splitlines(keepends=True) if missing not in line)
    path = csv_file(tmp_path, kept + "code,quantity,due_on\na,1,\n")
    assert faults_of(path) == [f"milestones.csv, line 1: expected a comment '# {missing}: ...'"]


def test_a_provenance_without_words_does_not_count(tmp_path: Path):
    path = csv_file(tmp_path, HEADER.replace("a notice", "") + "code,quantity,due_on\na,1,\n")
    assert faults_of(path) == ["milestones.csv, line 1: expected a comment '# source: ...'"]


@pytest.mark.parametrize("headings", ["code,quantity", "code,quantity,due_on,more", "code,code,due_on", ""])
def test_headings_must_be_the_columns(tmp_path: Path, headings: str):
    path = csv_file(tmp_path, f"{HEADER}{headings}")
    assert faults_of(path) == ["milestones.csv, line 4: expected the headings code,quantity,due_on"]


def test_every_bad_cell_is_named_by_file_line_and_column(tmp_path: Path):
    path = csv_file(tmp_path, HEADER + "code,quantity,due_on\na,many,\nb,2,2030-13-01\n,3,\n")
    faults = faults_of(path)
    assert [fault.partition(": ")[0] for fault in faults] == [
        "milestones.csv, line 5, column quantity",
        "milestones.csv, line 6, column due_on",
        "milestones.csv, line 7, column code",
    ]
    assert faults[0].endswith("found 'many'")


def test_a_row_of_another_width_is_named(tmp_path: Path):
    path = csv_file(tmp_path, HEADER + "code,quantity,due_on\na,1\n")
    assert faults_of(path) == ["milestones.csv, line 5: expected 3 cells as in the heading, found 2"]


def test_broken_quoting_is_named(tmp_path: Path):
    path = csv_file(tmp_path, HEADER + 'code,quantity,due_on\n"a"b,1,\n')
    (fault,) = faults_of(path)
    assert fault.startswith("milestones.csv, line 5: expected CSV (")


def test_json_lines_are_read_and_their_faults_named(tmp_path: Path):
    path = tmp_path / "milestones.jsonl"
    path.write_text(
        '{"code": "a", "quantity": 1, "due_on": null}\n{"code": "b", "due_on": null, "colour": "red"}\nno json\n',
        encoding="utf-8",
    )
    faults = faults_of(path)
    assert [fault.partition(": ")[0] for fault in faults] == [
        "milestones.jsonl, line 2, column quantity",
        "milestones.jsonl, line 2, column colour",
        "milestones.jsonl, line 3",
    ]
    assert faults[0].endswith("Field required")
    path.write_text('{"code": "a", "quantity": 1, "due_on": "2026-12-31"}\n', encoding="utf-8")
    assert [line.record.due_on for line in read_json_lines(path, Milestone)] == [date(2026, 12, 31)]


def test_more_faults_than_can_be_read_are_counted():
    faults = [Fault("a.csv", number, None, "expected something") for number in range(FAULTS_SHOWN + 7)]
    refusal = SeedFileRefused(faults)
    assert refusal.message.splitlines()[-1] == "and 7 more"
    assert len(refusal.message.splitlines()) == FAULTS_SHOWN + 1


@given(keys=st.lists(st.sampled_from("abcde")))
def test_each_key_is_accepted_once(tmp_path_factory: pytest.TempPathFactory, keys: list[str]):
    path = tmp_path_factory.mktemp("keys") / "milestones.csv"
    path.write_text(HEADER + "code,quantity,due_on\n" + "".join(f"{key},,\n" for key in keys), encoding="utf-8")
    faults = list(repeated_keys(read_csv(path, Milestone), "code"))
    assert len(faults) == len(keys) - len(set(keys))
    assert all(fault.column == "code" for fault in faults)
