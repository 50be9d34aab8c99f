"""Each kind of cell is read as its column means it, or refused with what was expected."""

import contextlib
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.imports import values
from fund_service.imports.columns import COLUMNS, Lookup
from fund_service.imports.faults import NotUnderstood
from fund_service.imports.schemas import ImportKind
from models.signal import CommitmentLevel

DAY = date(2026, 1, 31)
STORED = (str, int, date, Decimal, type(None))


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026.1.31",
        "2026. 1. 31.",
        "2026/01/31",
        "20260131",
        "2026년 1월 31일",
        "January 31, 2026",
        "31 Jan 2026",
        20260131,
        DAY,
    ],
)
def test_dates_are_read_as_korean_and_english_write_them(text):
    assert values.day(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "31/01/2026", "1899-12-31", "2201-01-01", "어제", True, 1.5, datetime(2026, 1, 31, 9)],  # noqa: DTZ001
)
def test_what_is_no_calendar_date_is_refused(text):
    with pytest.raises(NotUnderstood):
        values.day(text)


def test_a_bare_year_is_its_first_day_or_as_an_end_its_last():
    assert values.day(2004) == date(2004, 1, 1)
    assert values.day("2004년", end=True) == date(2004, 12, 31)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("4~7", (4, 7)),
        ("TRL 4 - TRL 7", (4, 7)),
        ("4단계부터 7단계까지", (4, 7)),
        ("4", (4, 4)),
        (Decimal("4.0"), (4, 4)),
        ("4 이상", (4, None)),
        ("7 이하", (None, 7)),
    ],
)
def test_trl_ranges_are_read_as_people_write_them(text, ends):
    assert values.trl_range(text) == ends


@pytest.mark.parametrize("text", ["7~4", "0", "10", "4.5", "4,5,6", "높음", True])
def test_trl_ranges_outside_the_scale_or_backwards_are_refused(text):
    with pytest.raises(NotUnderstood):
        values.trl_range(text)


@pytest.mark.parametrize(("value", "level"), [("TRL 4", 4), ("4단계", 4), (4, 4), (Decimal("4.0"), 4), ("4", 4)])
def test_a_trl_is_read_from_a_number_or_a_label(value, level):
    assert values.trl(value) == level


@pytest.mark.parametrize("value", [Decimal("1.5"), Decimal("1e30"), Decimal("NaN"), True, "1.0", "1,00", 241, 0])
def test_what_is_no_whole_number_in_bounds_is_refused(value):
    with pytest.raises(NotUnderstood):
        values.integer(value, lowest=1, highest=240)


def test_numbers_stay_exact_where_text_is_wanted():
    assert values.text_of(10)(Decimal("123.0")) == "123"
    assert values.text_of(10)(7) == "7"
    for value in (True, ["a"], {"a": 1}, DAY, "x" * 11, Decimal("1e999999"), Decimal("NaN")):
        with pytest.raises(NotUnderstood):
            values.text_of(10)(value)


def test_lists_part_at_their_separators_and_lose_blanks_and_repeats():
    assert values.items("반도체·디스플레이; 수소,양자|수소\n") == ["반도체·디스플레이", "수소", "양자"]
    assert values.items(["a, b", " c "]) == ["a, b", "c"]
    with pytest.raises(NotUnderstood):
        values.items([{"a": 1}])
    with pytest.raises(NotUnderstood):
        values.items(";".join(str(number) for number in range(51)))
    with pytest.raises(NotUnderstood):
        values.terms("x" * 101)
    with pytest.raises(NotUnderstood):
        values.terms(";".join(str(number) for number in range(21)))


@pytest.mark.parametrize("text", ["L2", "l2", "의향서", "LOI", "Letter of Intent"])
def test_a_choice_is_read_by_value_or_label(text):
    read = COLUMNS[ImportKind.SIGNALS]["commitment_level"].read
    assert not isinstance(read, Lookup)
    assert read(text) is CommitmentLevel.LETTER_OF_INTENT


@pytest.mark.parametrize("value", ["L9", "", 2, None])
def test_an_unknown_choice_is_refused_with_the_choices(value):
    read = COLUMNS[ImportKind.SIGNALS]["commitment_level"].read
    assert not isinstance(read, Lookup)
    with pytest.raises(NotUnderstood, match=r"L2 \(의향서\)"):
        read(value)


@pytest.mark.parametrize("value", ["123-45-67890", "1234567890", "123 45 67890", 1234567890])
def test_registration_numbers_lose_their_hyphens(value):
    assert values.registration_number(value) == "1234567890"


@pytest.mark.parametrize("value", ["123-45-6789", "12345678901", "１２３４５６７８９０", True, None])  # noqa: RUF001
def test_registration_numbers_have_ten_ascii_digits(value):
    with pytest.raises(NotUnderstood):
        values.registration_number(value)


@pytest.mark.parametrize(("value", "code"), [("kr", "KR"), ("대한민국", "KR"), ("South Korea", "KR"), ("US", "US")])
def test_countries_are_codes_or_korea_by_name(value, code):
    assert values.country(value) == code


@pytest.mark.parametrize("value", ["USA", "1", "ｋｒ", 82])  # noqa: RUF001
def test_other_countries_by_name_are_refused(value):
    with pytest.raises(NotUnderstood):
        values.country(value)


def test_text_keeps_its_lines_and_entities_and_loses_control_characters():
    assert values.clean("  a\r\nb\x0bc\x07 &amp; <b>\u2028 ") == "a\nb\nc &amp; <b>"
    for text in ("a\x00b", "a\ud800b"):
        with pytest.raises(NotUnderstood):
            values.clean(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_clean_text_can_be_kept_by_the_database(text):
    try:
        cleaned = values.clean(text)
    except NotUnderstood:
        assert "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)
        return
    cleaned.encode("utf-8")
    assert not any(ord(character) < 32 and character not in "\n\t" for character in cleaned)
    assert values.clean(cleaned) == cleaned


@given(
    st.one_of(
        st.text(),
        st.text("0123456789-./년월일 TRL~이상이하단계,;"),
        st.integers(),
        st.decimals(),
        st.booleans(),
        st.dates(),
        st.lists(st.text()),
        st.none(),
        st.dictionaries(st.text(), st.text()),
    )
)
def test_every_column_reads_any_value_or_does_not_understand_it(value):
    for columns in COLUMNS.values():
        for column in columns.values():
            if isinstance(column.read, Lookup):
                continue
            with contextlib.suppress(NotUnderstood):
                read = column.read(value)
                parts = read if isinstance(read, list | tuple | set | frozenset) else [read]
                assert all(isinstance(part, STORED) for part in parts)
