"""An import as a whole: one at a time, with progress, in bounded pieces, and never refused by the database itself."""

from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from fund_service.imports import commands, faults
from fund_service.imports.columns import COLUMNS
from fund_service.imports.faults import ImportRefused
from fund_service.imports.schemas import ImportKind
from models.errors import RecordConflicts
from models.person import Person, PersonRole, Role
from models.project import RndProject

DATA = Path(__file__).parents[4] / "shared" / "data"
REAL_FILES = [
    ("projects", "sbir/awards_phase2_2001_2018.jsonl.gz", 27_872),
    ("signals", "sbir/topics.jsonl.gz", 5_994),
    ("projects", "kr_rnd_announcements/rfps_ko.jsonl", 160),
    ("projects", "kr_rnd_announcements/rnd_titles_ko.jsonl.gz", 2_280),
    ("organisations", "vc_mandates/funds.jsonl.gz", 1_116),
    ("signals", "vc_mandates/funds.jsonl.gz", 1_116),
]
ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False).map(float),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=3),
    st.sampled_from(["x" * 201, "가" * 501, "9007199254740992", "동남권"]),
)
AMOUNTS = ["5억", "$2M", "1원", "USD 0.001", "9007199254740991", ""]
LIKELY = {
    "fields": ["수소", "01;12", "", ["Quantum", 3]],
    "excluded_fields": ["양자", "1"],
    "regions": ["동남권;제주", "전국", 11],
    "region": ["서울", "11", ""],
    "trl": ["4~7", "4 이상", 9],
    "trl_now": [1, 5, "TRL 7", None],
    "trl_target": [1, 5, "7단계", None],
    "budget": AMOUNTS,
    "need": AMOUNTS,
    "available": AMOUNTS,
    "ticket": ["5억~20억", "10억 이상", "$2M-$5M", ""],
    "ticket_min": AMOUNTS,
    "ticket_max": AMOUNTS,
    "horizon_months": [1, 240],
    "commitment_level": ["L2", "", "납입"],
    "confidentiality": ["공개", ""],
    "excluded_terms": ["군사", ["a;b", "{x}"], ""],
    "organisation": ["정본"],
    "lead": ["정본", ""],
    "anchor": ["정본", ""],
    "partners": ["정본;정본", ""],
    "ownership_group": ["정본", "새 그룹", ""],
    "registration_number": ["123-45-67890", "1234567891", ""],
    "country": ["KR", "us", ""],
    "kind": ["투자기관", "agency"],
    "starts_on": ["2026-01-01", 2004, ""],
    "ends_on": ["2026-01-01", 2004, ""],
    "received_on": ["2026-01-01", ""],
    "expires_on": ["2030", ""],
    "company": ["정본"],
    "stage": ["발굴", "screening", ""],
    "stage_since": ["2026-01-01", ""],
    "instrument": ["융자", ""],
    "private": ["1억원", ""],
    "main_purpose": ["예", "no", ""],
    "summary": ["수소", ""],
}
ROWS_OF = {
    ImportKind.PROJECTS: {"title_ko": "수소"},
    ImportKind.SIGNALS: {"text": "수소", "organisation": "정본"},
    ImportKind.ORGANISATIONS: {"name_ko": "가", "kind": "investor"},
    ImportKind.DEALS: {"title_ko": "수소", "company": "정본", "lead": "lead@example.org", "amount": "10억원"},
}


def test_progress_tells_rows_read_of_all(import_objects, monkeypatch):
    monkeypatch.setattr(commands, "CHUNK_ROWS", 2)
    told: list[tuple[int, int]] = []
    rows = [{"external_id": number, "title_ko": "수소"} for number in range(5)]
    import_objects("projects", *rows, progress=lambda done, due: told.append((done, due)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_only_one_import_runs_at_a_time(engine, import_objects):
    with engine.connect() as other:
        other.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": commands.IMPORT_LOCK})
        with pytest.raises(RecordConflicts, match="Another import is running"):
            import_objects("projects", {"title_ko": "수소"})


def test_records_that_change_under_an_import_are_a_conflict(session, import_objects, monkeypatch):
    def taken(*_arguments: object, **_options: object) -> None:
        raise IntegrityError("INSERT", {}, Exception("unique"))

    monkeypatch.setattr(commands, "write", taken)
    with pytest.raises(RecordConflicts, match="import it again"):
        import_objects("projects", {"title_ko": "수소"})
    assert session.exec(select(RndProject)).all() == []


def test_only_fifty_faults_are_listed_and_the_rest_counted(import_objects, monkeypatch):
    monkeypatch.setattr(faults, "FAULTS_KEPT", 60)
    with pytest.raises(ImportRefused) as caught:
        import_objects("projects", *[{"title_ko": "수소", "trl_now": 10}] * 70)
    refused = caught.value
    assert (refused.total, len(refused.faults), refused.code) == (70, 60, "import_refused")
    lines = refused.message.split("\n")
    assert lines[0] == "Nothing was imported; faults found: 70"
    assert (len(lines), lines[-1]) == (52, "and 20 more")


def test_a_bad_value_is_shown_cut_and_in_one_line(import_objects, faults_of):
    (fault,) = faults_of(import_objects, "projects", {"title_ko": "수소", "trl_now": "a\n\x1b[31m" + "b" * 200})
    assert fault == f"line 1, column trl_now: 'a  [31m{'b' * 72}…' - expected a whole number from 1 to 9"


def test_an_existing_row_of_the_same_name_is_taken_over(session, import_objects):
    session.add(RndProject(title_ko="손으로", source="import", external_id="1"))
    session.flush()
    assert import_objects("projects", {"external_id": 1, "title_ko": "파일로"}).changed == 1
    assert session.exec(select(RndProject)).one().title_ko == "파일로"


def test_a_refused_import_leaves_the_session_usable(session, import_objects, faults_of):
    session.add(RndProject(title_ko="먼저"))
    faults_of(import_objects, "projects", {"title_ko": ""})
    assert session.exec(select(RndProject)).one().title_ko == "먼저"


@st.composite
def files(draw):
    """Draw a kind and rows of it, mostly readable, now and then with any value at all."""
    kind = draw(st.sampled_from(list(ImportKind)))
    names = draw(st.lists(st.sampled_from([name for name in COLUMNS[kind] if name in LIKELY]), unique=True, max_size=6))
    odd = draw(st.sampled_from([None, None, None, *COLUMNS[kind]]))
    count = draw(st.integers(1, 3))
    return kind, [
        {"external_id": number}
        | ROWS_OF[kind]
        | {name: draw(st.sampled_from(LIKELY[name])) for name in names}
        | ({odd: draw(ANYTHING)} if odd else {})
        for number in range(count)
    ]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files(), files())
def test_the_database_never_refuses_what_the_checks_let_through(session, import_objects, first, second):
    with session.begin_nested() as savepoint:
        lead = Person(email="lead@example.org", name="담당자", password_hash="none")  # noqa: S106 - no secret
        session.add(lead)
        session.flush()
        session.add(PersonRole(person_id=lead.id, role=Role.FUND_MANAGER))
        import_objects("organisations", {"name_ko": "정본", "kind": "investor"})
        for kind, rows in (first, second, first):
            try:
                report = import_objects(kind.value, *rows, rates={"USD": Decimal(1380)})
            except ImportRefused:
                event(f"{kind} refused")
            except (RecordConflicts, DBAPIError) as refused:
                pytest.fail(f"the database refused {rows}: {refused.__cause__ or refused}")
            else:
                event(f"{kind} imported")
                assert report.added + report.changed + report.unchanged == len(rows)
        savepoint.rollback()


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the real record sets are not beside this checkout")
@pytest.mark.parametrize(("kind", "file", "rows"), REAL_FILES)
def test_real_records_come_in_whole_and_a_second_time_change_nothing(session, import_path, kind, file, rows):
    first = import_path(kind, DATA / file, rates={"USD": Decimal(1380)})
    assert (first.added, first.changed, first.unchanged) == (rows, 0, 0)
    second = import_path(kind, DATA / file, rates={"USD": Decimal(1380)})
    assert (second.added, second.changed, second.unchanged) == (0, 0, rows)
