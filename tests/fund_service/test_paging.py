from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fund_service.paging import Cursor, cut_page, read_cursor, write_cursor
from models.errors import ValueNotAllowed


@settings(deadline=None)  # the machine may be busy
@given(st.uuids())
def test_a_cursor_leads_back_to_where_it_was_written(after: UUID):
    assert read_cursor(write_cursor(after)) == Cursor(after)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_cursor_is_the_first_page(nothing):
    assert read_cursor(nothing) is None


@pytest.mark.parametrize("rubbish", ["x", "AAAA", "가" * 22, "\x00", "A" * 21, "A" * 64, "A" * 5000, "=" * 22])
def test_rubbish_is_no_cursor(rubbish):
    with pytest.raises(ValueNotAllowed) as caught:
        read_cursor(rubbish)
    assert caught.value.field == "cursor"


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=40))
def test_whatever_is_sent_is_read_or_refused(text):
    try:
        cursor = read_cursor(text)
    except ValueNotAllowed:
        return
    assert cursor is None or isinstance(cursor.after, UUID)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.uuids(), max_size=12), st.integers(1, 12))
def test_a_page_is_cut_where_more_follows(rows: list[UUID], limit: int):
    page, cursor = cut_page(rows[: limit + 1], limit, key=lambda row: row)
    assert list(page) == rows[:limit]
    assert (cursor is None) is (len(rows) <= limit)
    if cursor is not None:
        assert read_cursor(cursor) == Cursor(page[-1])
