"""Columns are found by heading, by a map file, or by a preset; what is not known is named."""

import pytest
from sqlmodel import select

from fund_service.imports.columns import COLUMNS, REQUIRED, by_heading
from fund_service.imports.presets import PRESETS
from fund_service.imports.records import _SHAPES
from fund_service.imports.schemas import ImportKind
from fund_service.imports.values import folded
from models.organisation import Organisation
from models.signal import Confidentiality, DemandSignal

MAP = """
source = "agency"
currency = "USD"

[columns]
external_id = "topic_id"
text = ["objective", "description"]
ticket = "size"

[constants]
confidentiality = "open"

[organisation.columns]
name_en = "agency"

[organisation.constants]
kind = "agency"
country = "US"
"""
TOPIC = {"topic_id": "T1", "objective": " ", "description": "a laser", "agency": "Energy", "size": 100, "page": 3}


@pytest.fixture
def map_file(tmp_path):
    def write(content: str):
        path = tmp_path / "map.toml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("kind", ImportKind)
def test_each_heading_means_one_column(kind):
    headings = [folded(heading) for column in COLUMNS[kind].values() for heading in {*column.headings, column.name}]
    assert len(by_heading(kind)) == len({*headings})
    meanings: dict[str, set[str]] = {}
    for column in COLUMNS[kind].values():
        for heading in (*column.headings, column.name):
            meanings.setdefault(folded(heading), set()).add(column.name)
    assert all(len(names) == 1 for names in meanings.values()), meanings


@pytest.mark.parametrize("kind", ImportKind)
def test_required_and_written_columns_exist(kind):
    shape = _SHAPES[kind]
    named = {*shape.copied, *shape.links, *shape.known_by, *(name for choice in REQUIRED[kind] for name in choice)}
    assert named <= COLUMNS[kind].keys()


@pytest.mark.parametrize("heading", ["과제명(영문)", "과제명 （영문）", "과제명영문", "TITLE_EN", "Title (English)"])  # noqa: RUF001
def test_blanks_case_and_punctuation_of_a_heading_do_not_matter(import_table, heading):
    assert import_table("projects", (heading,), ("Stack",)).added == 1


def test_an_unknown_heading_is_refused_with_the_nearest_known_one(import_table, faults_of):
    faults = faults_of(import_table, "projects", ("과제명", "기술분야들", "zzz"), ("a", "b", "c"))
    assert faults[0] == "line 1, column 기술분야들: no such column is known; the nearest is 기술분야 (fields)"
    assert "no such column is known; known are 과제번호 (external_id), " in faults[1]


def test_a_column_under_two_headings_is_refused(import_table, faults_of):
    (fault,) = faults_of(import_table, "projects", ("과제명", "title_ko"), ("a", "b"))
    assert fault == "line 1, column title_ko: expected 과제명 (title_ko) once, it is in 과제명 already"


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("projects", ["the column 과제명 (title_ko) or 과제명(영문) (title_en) is missing"]),
        ("signals", ["the column 수요 (text) is missing", "the column 투자기관 (organisation) is missing"]),
        (
            "organisations",
            ["the column 기관명 (name_ko) or 영문명 (name_en) is missing", "the column 유형 (kind) is missing"],
        ),
    ],
)
def test_missing_columns_are_named(import_table, faults_of, kind, missing):
    assert faults_of(import_table, kind, ("출처",), ("x",)) == missing


def test_a_file_with_headings_only_is_refused(import_table, faults_of):
    assert faults_of(import_table, "projects", ("과제명",)) == ["expected at least one row under the headings"]


def test_a_map_file_says_which_columns_are_which(session, import_objects, map_file):
    report = import_objects("signals", TOPIC, mapping=map_file(MAP))
    assert (report.mapping, report.added) == ("map", 1)
    assert report.notices == (
        "Columns not imported: page.",
        "1 amount in USD was kept as stated; give --rate USD=... to convert them",
        "1 organisation was recorded with them",
    )
    signal = session.exec(select(DemandSignal)).one()
    assert (signal.source, signal.external_id, signal.text) == ("agency", "T1", "a laser")
    assert (signal.confidentiality, signal.amount_as_stated) == (Confidentiality.OPEN, "USD 100")
    organisation = session.get(Organisation, signal.organisation_id)
    assert (organisation.name_en, organisation.country, organisation.external_id) == ("Energy", "US", "energy")
    again = import_objects("signals", TOPIC, mapping=str(map_file(MAP)))
    assert (again.unchanged, len(again.notices)) == (1, 2)


def test_a_map_may_name_an_organisation_that_is_recorded_under_its_number(session, import_objects, map_file):
    import_objects("organisations", {"name_ko": "에너지부", "kind": "agency", "registration_number": "1234567890"})
    mapped = MAP.replace('name_en = "agency"', 'name_en = "agency"\nregistration_number = "page"')
    import_objects("signals", TOPIC | {"page": "123-45-67890"}, mapping=map_file(mapped))
    assert session.exec(select(Organisation)).one().name_ko == "에너지부"


def test_a_fault_in_an_organisation_that_a_row_brings_along_is_named_each_time(import_objects, map_file, faults_of):
    faults = faults_of(import_objects, "signals", *[TOPIC | {"agency": "x" * 201}] * 2, mapping=map_file(MAP))
    assert [fault.split(":")[0] for fault in faults] == ["line 1, column agency", "line 2, column agency"]


def test_columns_together_may_recognise_a_row(session, import_objects, map_file, faults_of):
    content = MAP.replace('external_id = "topic_id"\n', "").replace(
        "[columns]", 'identity = ["agency", "page"]\n[columns]'
    )
    assert import_objects("signals", TOPIC, TOPIC | {"page": 4}, mapping=map_file(content)).added == 2
    (fault,) = faults_of(import_objects, "signals", TOPIC, TOPIC, mapping=map_file(content))
    assert fault.startswith("line 2, column agency or page: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("source = ", "the map file cannot be read"),
        (MAP.replace('source = "agency"', "source = 7"), "expected the name of the source"),
        (MAP.replace('currency = "USD"', 'currency = "XYZ"'), "expected one of KRW, USD"),
        (MAP.replace("text =", "words ="), "column words: expected one of external_id"),
        (MAP.replace("text =", "words ="), "the column 수요 (text) is missing"),
        (MAP.replace("[columns]", "colour = 1\n[columns]"), "column colour: expected only columns"),
        (MAP.replace('"size"', "7"), "column ticket: '7' - expected the name of a column"),
        (MAP.replace('"size"', '"sizes"'), "column sizes: the map names it, the file has no such column"),
        (MAP.replace("[constants]", "[constants.more]"), "column more"),
        ('source = "a"\ncolumns = 7', "expected a table [columns]"),
        ("#" * 70_000, "at most 64 KiB"),
        (MAP.replace('kind = "agency"', ""), "the column 유형 (kind) is missing"),
        (MAP.replace('"open"', "[[1]]"), "column (constant confidentiality)"),
        ("a" + "[" * 3000, "the map file cannot be read"),
    ],
)
def test_a_bad_map_file_is_refused(import_objects, faults_of, map_file, content, reason):
    faults = faults_of(import_objects, "signals", TOPIC, mapping=map_file(content))
    assert any(reason in fault for fault in faults), faults


def test_a_map_that_is_neither_preset_nor_file_is_refused(import_objects, faults_of, tmp_path):
    (fault,) = faults_of(import_objects, "signals", TOPIC, mapping=tmp_path / "none.toml")
    assert all(name in fault for name in PRESETS)


def test_a_preset_is_refused_for_rows_it_does_not_hold_or_columns_it_lacks(import_objects, faults_of):
    (fault,) = faults_of(import_objects, "projects", TOPIC, mapping="vc-mandates")
    assert fault == "the preset vc-mandates does not hold projects"
    (fault,) = faults_of(import_objects, "signals", TOPIC, mapping="vc-mandates")
    assert fault == "the preset vc-mandates needs the columns checkSize, id, name, sectors, stage, thesis"
