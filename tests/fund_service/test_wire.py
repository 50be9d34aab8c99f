from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fund_service.wire import (
    MAX_FIELDS,
    Abstract,
    ClosedModel,
    Day,
    FieldCode,
    Months,
    Name,
    RegionCode,
    Statement,
    Term,
    Title,
    Trl,
    Version,
    Won,
)
from models.money import MAX_KRW

NOT_WHOLE = [True, False, 1.0, 1e3, 1.5, "1", "1e3", "", None, [], {}, [1], float("nan"), float("inf")]
CONTROLS = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\udfff"]
UNSEEN = ["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u0301", "\u3164", "\u115f", "\uffa0", "\u2800", "\ue000"]
"""Zero-width characters, a mark without a letter, Hangul fillers, Braille's blank, one of private use."""
TEXTS = {Name: 200, Title: 500, Term: 100, Statement: 8_000, Abstract: 20_000}


def refused(kind: object, value: object) -> str:
    """Validate as Litestar does, which is lax, and give the kind of the fault."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value, strict=False)
    return str(caught.value.errors()[0]["type"])


def taken(kind: object, value: object) -> object:
    return TypeAdapter(kind).validate_python(value, strict=False)


class TestWholeNumbers:
    @pytest.mark.parametrize("kind", [Won, Trl, Months, Version])
    @pytest.mark.parametrize("value", NOT_WHOLE, ids=repr)
    def test_nothing_but_a_whole_number_is_one(self, kind, value):
        refused(kind, value)

    @pytest.mark.parametrize(
        ("kind", "least", "most"), [(Won, 1, MAX_KRW), (Trl, 1, 9), (Months, 1, 240), (Version, 1, 999_999_999)]
    )
    def test_the_limits_are_exact(self, kind, least, most):
        assert (taken(kind, least), taken(kind, most)) == (least, most)
        assert (refused(kind, least - 1), refused(kind, most + 1)) == ("greater_than_equal", "less_than_equal")
        for value in (-1, 2**63, 2**64, 10**30, -(2**63)):
            refused(kind, value)

    def test_an_optional_amount_may_be_absent(self):
        assert taken(Won | None, None) is None


class TestDays:
    @pytest.mark.parametrize(
        "value",
        [
            *(0, 1763769600, 10**20, True, 1.5, [], b"2026-11-22"),
            *("2026-11-22T00:00:00Z", "2026-11-22 00:00", "20261122", "22.11.2026", "2026-1-2", "\u0662026-11-22", ""),
            *("2026-02-30", "2026-13-01", "-001-01-01", "1979-12-31", "2101-01-01", "9999-12-31"),
        ],
    )
    def test_nothing_but_a_date_in_the_calendar_is_one(self, value):
        refused(Day, value)

    @pytest.mark.parametrize("value", ["1980-01-01", "2100-12-31", "2028-02-29"])
    def test_an_iso_date_is_one(self, value):
        assert taken(Day, value) == date.fromisoformat(value)
        assert taken(Day, date.fromisoformat(value)) == date.fromisoformat(value)


class TestTexts:
    @pytest.mark.parametrize("kind", TEXTS)
    @pytest.mark.parametrize("control", CONTROLS, ids=ascii)
    def test_no_text_holds_control_characters(self, kind, control):
        assert refused(kind, f"열 글자가 넘는{control} 글입니다") in {"control_characters", "string_unicode"}

    @pytest.mark.parametrize(("kind", "most"), TEXTS.items())
    def test_length_counts_characters_and_is_capped(self, kind, most):
        assert taken(kind, "힣" * most) == "힣" * most
        assert refused(kind, "힣" * (most + 1)) == "string_too_long"

    @pytest.mark.parametrize("kind", TEXTS)
    def test_blanks_alone_are_no_text(self, kind):
        assert refused(kind, " \t\n\u3000 ") == "string_too_short"

    @pytest.mark.parametrize("kind", TEXTS)
    @pytest.mark.parametrize("blank", UNSEEN, ids=ascii)
    def test_text_of_which_nothing_can_be_seen_is_no_text(self, kind, blank):
        assert refused(kind, f"{blank} {blank}" * 6) == "nothing_seen"
        assert taken(kind, f"{blank * 9}힣") == f"{blank * 9}힣"

    @pytest.mark.parametrize(
        "seen", ["...... ......", "👍👍👍👍👍👍👍👍👍👍", "12345678901", "≥≥≥≥≥≥≥≥≥≥", "각각각각각각각각각각"]
    )
    def test_text_is_seen_without_a_single_letter(self, seen):
        assert taken(Statement, seen) == seen

    @pytest.mark.parametrize("kind", TEXTS)
    @pytest.mark.parametrize("value", [1, True, None, [], {}, 1.5])
    def test_nothing_else_is_made_a_text(self, kind, value):
        assert refused(kind, value) == "string_type"

    def test_line_breaks_are_kept_in_one_form(self):
        assert taken(Statement, "  첫 줄입니다.\r\n둘째\t줄입니다.\n") == "첫 줄입니다.\n둘째\t줄입니다."

    @settings(deadline=None)  # the machine may be busy
    @given(st.text(min_size=10, max_size=50))
    def test_what_is_taken_can_be_stored(self, text):
        try:
            clean = taken(Statement, text)
        except ValidationError:
            return
        assert isinstance(clean, str)
        assert "\x00" not in clean
        assert clean.encode().decode() == clean


class TestCodes:
    @pytest.mark.parametrize("kind", [FieldCode, RegionCode])
    @pytest.mark.parametrize("value", ["1", "001", "1a", "\uff10\uff11", "01\n", " 01", "", 1, None])
    def test_nothing_but_two_digits_is_one(self, kind, value):
        refused(kind, value)

    @pytest.mark.parametrize("kind", [FieldCode, RegionCode])
    def test_two_digits_are(self, kind):
        assert taken(kind, "01") == "01"


class Small(ClosedModel):
    """A record of one field."""

    name: Name


class TestClosedModel:
    def test_an_unknown_field_is_refused(self):
        assert refused(Small, {"name": "x", "id": 1}) == "extra_forbidden"

    def test_a_flood_of_fields_is_refused_as_one_fault(self):
        flood = {"name": "x", **{f"f{number}": 1 for number in range(MAX_FIELDS)}}
        with pytest.raises(ValidationError) as caught:
            Small.model_validate(flood)
        assert [fault["type"] for fault in caught.value.errors()] == ["too_many_fields"]

    @pytest.mark.parametrize("value", [None, [], "x", 1, True])
    def test_only_an_object_is_a_record(self, value):
        refused(Small, value)

    def test_a_fault_repeats_nothing_of_what_was_sent(self):
        with pytest.raises(ValidationError) as caught:
            Small.model_validate({"name": "s3cret" * 100})
        assert "s3cret" not in str(caught.value)
