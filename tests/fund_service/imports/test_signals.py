"""Demand signals come in with their limits, for organisations that are recorded."""

from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import select

from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.signal import (
    CommitmentLevel,
    Confidentiality,
    DemandSignal,
    SignalExcludedField,
    SignalField,
    SignalRegion,
    SignalState,
)

FULL = {
    "신호번호": "S-1",
    "수요": "수전해를\n찾습니다",
    "투자기관": "한빛벤처스",
    "기술분야": "수소",
    "제외분야": "양자;인공지능",
    "지역": "동남권, 제주",
    "지역한정": "예",
    "허용 연구개발단계": "실증; 개발연구단계",
    "앵커기업 희망": "O",
    "TRL 범위": "4~7",
    "투자규모": "5억~20억원",
    "가용금액": "100억",
    "투자시계(개월)": "36",
    "접수일": "2026-01-05",
    "만료일": "2026.12.31",
    "제외어": "군사, 방산",
    "확약단계": "의향서",
    "공개여부": "공개",
    "상태": "유효",
    "출처": "kvca",
}


@pytest.fixture
def investor(session):
    group = OwnershipGroup(name_ko="한빛")
    session.add(group)
    session.flush()
    investor = Organisation(kind=OrganisationKind.INVESTOR, name_ko="한빛벤처스", ownership_group_id=group.id)
    session.add(investor)
    session.flush()
    return investor


def only(session):
    return session.exec(select(DemandSignal)).one()


def test_every_column_is_read_under_its_korean_heading(session, import_table, investor):
    import_table("signals", FULL.keys(), FULL.values())
    signal = only(session)
    assert (signal.source, signal.external_id, signal.organisation_id) == ("kvca", "S-1", investor.id)
    assert (signal.text, signal.trl_min, signal.trl_max) == ("수전해를\n찾습니다", 4, 7)
    assert (signal.ticket_min_krw, signal.ticket_max_krw) == (500_000_000, 2_000_000_000)
    assert (signal.available_krw, signal.horizon_months) == (10_000_000_000, 36)
    assert (signal.received_on, signal.expires_on) == (date(2026, 1, 5), date(2026, 12, 31))
    assert signal.excluded_terms == ["군사", "방산"]
    assert (signal.claimed_level, signal.confidentiality) == (CommitmentLevel.LETTER_OF_INTENT, Confidentiality.OPEN)
    assert (signal.state, signal.amount_as_stated, signal.submitted_by_id) == (SignalState.LIVE, None, None)
    assert [row.field_code for row in session.exec(select(SignalField))] == ["07"]
    assert {row.field_code for row in session.exec(select(SignalExcludedField))} == {"09", "12"}
    assert {row.region_code for row in session.exec(select(SignalRegion))} == {"26", "31", "48", "50"}
    assert (signal.region_bound, signal.anchor_wanted) == (True, True)
    assert signal.stages == ["development", "demonstration"]


def test_what_a_file_leaves_out_is_confidential_interest_received_today_in_seoul(session, import_table, investor):
    rows = (("text", "organisation", "regions"), ("수소", "한빛벤처스", "전국"))
    import_table("signals", *rows)
    signal = only(session)
    assert (signal.claimed_level, signal.confidentiality) == (CommitmentLevel.VIEW, Confidentiality.CONFIDENTIAL)
    assert (signal.received_on, signal.expires_on, signal.excluded_terms) == (date(2026, 3, 2), None, [])
    assert session.exec(select(SignalRegion)).all() == []
    assert (signal.region_bound, signal.stages, signal.anchor_wanted) == (False, [], False)
    assert import_table("signals", *rows).unchanged == 1, "a signal without an identifier is known by its words"


@pytest.mark.parametrize(
    ("ticket", "ends"),
    [
        ("10억 이상", (1_000_000_000, None)),
        ("최대 50억", (None, 5_000_000_000)),
        ("KRW 500,000,000 - 2,000,000,000", (500_000_000, 2_000_000_000)),
        ("5억", (500_000_000, 500_000_000)),
    ],
)
def test_ticket_ranges_may_be_open_at_an_end(session, import_table, investor, ticket, ends):
    import_table("signals", ("text", "organisation", "ticket"), ("수소", "한빛벤처스", ticket))
    assert (only(session).ticket_min_krw, only(session).ticket_max_krw) == ends


def test_a_ticket_may_stand_in_two_columns(session, import_objects, investor):
    row = {"text": "수소", "organisation": "한빛벤처스", "ticket_min_krw": 500_000_000, "ticket_max_krw": 2_000_000_000}
    import_objects("signals", row)
    assert (only(session).ticket_min_krw, only(session).ticket_max_krw) == (500_000_000, 2_000_000_000)


def test_foreign_tickets_are_converted_and_kept_beside(session, import_table, investor):
    rows = (("text", "organisation", "ticket", "available"), ("수소", "한빛벤처스", "$2M-$5M", "USD 50 million"))
    import_table("signals", *rows, rates={"USD": Decimal("1380.5")})
    signal = only(session)
    assert (signal.ticket_min_krw, signal.ticket_max_krw) == (2_761_000_000, 6_902_500_000)
    assert (signal.available_krw, signal.exchange_rate) == (69_025_000_000, Decimal("1380.5"))
    assert signal.amount_as_stated == "$2M-$5M; USD 50 million"


@pytest.mark.parametrize(
    ("row", "level"),
    [
        ({}, CommitmentLevel.VIEW),
        ({"ticket": "5억"}, CommitmentLevel.NAMED_INTEREST),
        ({"ticket_max": "$2M"}, CommitmentLevel.NAMED_INTEREST),
        ({"ticket": "5억", "commitment_level": ""}, CommitmentLevel.NAMED_INTEREST),
        ({"ticket": "5억", "commitment_level": "L0"}, CommitmentLevel.VIEW),
        ({"commitment_level": "확약"}, CommitmentLevel.CONDITIONAL),
    ],
)
def test_a_statement_with_a_ticket_is_named_interest_unless_the_file_says_otherwise(
    session, import_objects, investor, row, level
):
    import_objects("signals", {"text": "수소", "organisation": "한빛벤처스"} | row)
    assert only(session).claimed_level is level


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"regions": "서울"}, CommitmentLevel.SIGNED),
        ({"text": "다른 말"}, CommitmentLevel.NAMED_INTEREST),
        ({"ticket": "6억"}, CommitmentLevel.NAMED_INTEREST),
        ({"ticket": ""}, CommitmentLevel.VIEW),
        ({"text": "다른 말", "commitment_level": "L2"}, CommitmentLevel.LETTER_OF_INTENT),
    ],
)
def test_a_claim_to_a_document_falls_when_what_it_vouches_for_changes(session, import_objects, investor, change, level):
    row = {"external_id": 1, "text": "수소", "organisation": "한빛벤처스", "ticket": "5억"}
    import_objects("signals", row)
    only(session).claimed_level = CommitmentLevel.SIGNED
    session.flush()
    assert import_objects("signals", row | change).changed == 1
    assert only(session).claimed_level is level


def test_many_rows_are_changed_at_once(session, import_objects, investor):
    rows = [{"external_id": number, "text": "수소", "organisation": "한빛벤처스"} for number in range(3)]
    import_objects("signals", *rows)
    assert import_objects("signals", *[row | {"text": "양자"} for row in rows]).changed == 3
    assert {signal.text for signal in session.exec(select(DemandSignal))} == {"양자"}


def test_a_claim_without_a_document_stays_as_it_is(session, import_objects, investor):
    row = {"external_id": 1, "text": "수소", "organisation": "한빛벤처스"}
    import_objects("signals", row)
    only(session).claimed_level = CommitmentLevel.NAMED_INTEREST
    session.flush()
    import_objects("signals", row | {"text": "다른 말"})
    assert only(session).claimed_level is CommitmentLevel.NAMED_INTEREST


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"text": ""}, "column text: '' - expected a value"),
        ({"text": "가" * 8001}, "expected at most 8,000 characters"),
        ({"organisation": "없는 기관"}, "expected a recorded organisation"),
        ({"organisation": ""}, "column organisation: '' - expected a value"),
        ({"trl": "7~4"}, "expected the lower TRL first"),
        ({"ticket": "20억~5억"}, "expected the smaller amount first"),
        ({"ticket": "$0.0001"}, "expected an amount from 1 to"),
        ({"ticket": "1억", "ticket_min": "1억"}, "not both"),
        ({"ticket_min": "2억", "ticket_max": "1억"}, "column ticket_max: '1억' - expected no smaller amount"),
        ({"available": "1억~2억"}, "expected one amount, not a range"),
        ({"ticket": "2억 이상", "available": "1억"}, "column available: '1억' - expected no less than the smallest"),
        ({"fields": "수소;양자", "excluded_fields": "양자"}, "expected no field that is wanted too, as is 12"),
        ({"horizon_months": 241}, "expected a whole number from 1 to 240"),
        ({"excluded_terms": ["x" * 101]}, "expected at most 20 words of at most 100 characters"),
        ({"region_bound": "yes"}, "expected no, or the regions that the money is bound to"),
        ({"region_bound": "maybe", "regions": "서울"}, "expected yes or no"),
        ({"stages": "양산"}, "expected one of basic (기초연구)"),
        ({"regions": "서울;평양"}, "expected provinces or mega-regions"),
        ({"commitment_level": "L6"}, "expected one of L0"),
        ({"received_on": {"a": 1}}, "expected a date"),
        ({"ticket": "$" + "1" * 110}, "expected an amount of at most 100 characters"),
    ],
)
def test_a_bad_value_is_named(import_objects, faults_of, investor, row, expected):
    given = {"text": "수소", "organisation": "한빛벤처스"} | row
    (fault,) = faults_of(import_objects, "signals", given, rates={"USD": Decimal(1)})
    assert fault.startswith("line 1")
    assert expected in fault


def test_foreign_amounts_too_long_to_keep_together_are_refused(import_objects, faults_of, investor):
    row = {"text": "수소", "organisation": "한빛벤처스", "ticket_min": f"USD {'1' * 12}" + ".50000000" * 1}
    row |= {"ticket_max": f"USD {'2' * 15}.50000000 million", "available": f"USD {'3' * 18}.50000000 million"}
    (fault,) = faults_of(import_objects, "signals", row | {"available": f"at least USD {'3' * 18}.50000000 trillion"})
    assert "at most 100 characters in a row" in fault
