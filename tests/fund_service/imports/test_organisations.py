"""Organisations come in with their ownership groups; affiliates share one."""

from decimal import Decimal

import pytest
from sqlmodel import select

from models.errors import ValueNotAllowed
from models.organisation import Organisation, OrganisationKind, OwnershipGroup

HEADINGS = ("기관번호", "기관명", "영문명", "유형", "사업자등록번호", "소유그룹", "지역", "국가")


def by_name(session):
    return {organisation.name_ko: organisation for organisation in session.exec(select(Organisation))}


def test_every_column_is_read_under_its_korean_heading(session, import_table):
    import_table(
        "organisations",
        HEADINGS,
        ("1", "한빛벤처스", "Hanbit Ventures", "투자기관", "123-45-67890", "한빛그룹", "경남", ""),
        ("2", "한빛소재", "", "앵커기업", "", "한빛 그룹", "", "KR"),
        ("3", "Alpha", "", "partner_firm", "", "", "", "us"),
    )
    found = by_name(session)
    first = found["한빛벤처스"]
    assert (first.source, first.external_id, first.name_en) == ("import", "1", "Hanbit Ventures")
    assert (first.kind, first.registration_number, first.region_code) == (OrganisationKind.INVESTOR, "1234567890", "48")
    assert (first.country, found["Alpha"].country) == ("KR", "US")
    groups = {group.id: group.name_ko for group in session.exec(select(OwnershipGroup))}
    assert {name: groups[one.ownership_group_id] for name, one in found.items()} == {
        "한빛벤처스": "한빛그룹",
        "한빛소재": "한빛 그룹",
        "Alpha": "Alpha",
    }


def test_affiliates_share_the_group_they_name_whatever_case_and_blanks(session, import_table):
    rows = (
        ("name_ko", "kind", "ownership_group"),
        ("가", "investor", "Hanbit  Group"),
        ("나", "investor", "hanbit group"),
    )
    import_table("organisations", *rows)
    first, second = by_name(session).values()
    assert first.ownership_group_id == second.ownership_group_id
    assert import_table("organisations", *rows).unchanged == 2
    import_table("organisations", rows[0], ("다", "investor", "Hanbit Group"))
    assert by_name(session)["다"].ownership_group_id == first.ownership_group_id
    assert len(session.exec(select(OwnershipGroup)).all()) == 1


def test_a_change_without_a_group_leaves_the_group(session, import_table):
    import_table("organisations", ("external_id", "name_ko", "kind", "group"), ("1", "가", "investor", "그룹"))
    before = by_name(session)["가"].ownership_group_id
    assert import_table("organisations", ("external_id", "name_ko", "kind"), ("1", "나", "투자사")).changed == 1
    assert by_name(session)["나"].ownership_group_id == before
    import_table("organisations", ("external_id", "name_ko", "kind", "group"), ("1", "나", "agency", ""))
    assert by_name(session)["나"].ownership_group_id == before
    import_table("organisations", ("external_id", "name_ko", "kind", "group"), ("1", "나", "agency", "다른 그룹"))
    assert by_name(session)["나"].ownership_group_id != before


def test_an_organisation_without_an_identifier_is_known_by_number_or_name(session, import_table):
    headings = ("기관명", "유형", "사업자등록번호")
    import_table("organisations", headings, ("가", "대학", "123-45-67890"), (" 나  다 ", "대학", ""))
    assert {one.external_id for one in by_name(session).values()} == {"1234567890", "나 다"}
    renamed = import_table("organisations", headings, ("새 이름", "대학", "1234567890"))
    assert (renamed.added, renamed.changed) == (0, 1)


def test_a_name_that_unfolds_beyond_an_identifier_is_hashed(session, import_table):
    import_table("organisations", ("name_ko", "kind"), ("㈜" * 200, "investor"))
    assert len(session.exec(select(Organisation)).one().external_id) == 64


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"name_ko": ""}, "column name_ko: '' - expected a value"),
        ({"kind": ""}, "column kind: '' - expected a value"),
        ({"kind": "은행"}, "expected one of investor (투자기관)"),
        ({"registration_number": "123"}, "expected a business registration number of ten digits"),
        ({"country": "Korea!1"}, "expected a country code"),
        ({"region": "수도권"}, "expected one province, not a mega-region"),
        ({"name_ko": "가" * 201}, "expected at most 200 characters"),
    ],
)
def test_a_bad_value_is_named(import_objects, faults_of, row, expected):
    (fault,) = faults_of(import_objects, "organisations", {"name_ko": "가", "kind": "investor"} | row)
    assert expected in fault


def test_a_registration_number_stands_once_in_a_file_and_once_in_the_database(import_table, faults_of):
    headings = ("external_id", "name_ko", "kind", "사업자등록번호")
    import_table("organisations", headings, ("1", "가", "investor", "1234567890"))
    faults = faults_of(
        import_table,
        "organisations",
        headings,
        ("2", "나", "investor", "123-45-67890"),
        ("3", "다", "investor", "2234567890"),
        ("4", "라", "investor", "2234567890"),
    )
    assert len(faults) == 2
    assert any("line 3 has it already" in fault and fault.startswith("line 4") for fault in faults)
    assert any("import 1 is recorded with it" in fault and fault.startswith("line 2") for fault in faults)


def test_a_group_name_that_several_groups_bear_is_refused(session, import_table, faults_of):
    session.add_all([OwnershipGroup(name_ko="그룹"), OwnershipGroup(name_ko="다른", name_en="그룹")])
    (fault,) = faults_of(import_table, "organisations", ("name_ko", "kind", "group"), ("가", "investor", "그룹"))
    assert "several ownership groups are so called" in fault


@pytest.mark.parametrize(
    ("code", "rate"),
    [("KRW", 1), ("usd", 1), ("USD", 0), ("USD", -1), ("USD", "NaN"), ("USD", "1e-9"), ("USD", "1e12")],
)
def test_rates_are_checked_before_the_file_is_opened(import_path, tmp_path, code, rate):
    with pytest.raises(ValueNotAllowed, match="rate"):
        import_path("organisations", tmp_path / "missing.csv", rates={code: Decimal(rate)})
