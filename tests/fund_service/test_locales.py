from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fund_service import locales
from models.errors import ValueNotAllowed
from models.money import MAX_KRW
from models.person import PreferredLanguage, Role

KOREAN, ENGLISH = PreferredLanguage.KOREAN, PreferredLanguage.ENGLISH


class TestNegotiation:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            ("", KOREAN),
            ("ko", KOREAN),
            ("en", ENGLISH),
            ("EN-us", ENGLISH),
            ("en-GB,en;q=0.9,ko;q=0.8", ENGLISH),
            ("ko-KR,ko;q=0.9,en;q=0.8", KOREAN),
            ("en;q=0.3, ko;q=0.7", KOREAN),
            ("ko;q=0.3 , en ; q=0.7", ENGLISH),
            ("fr,de", KOREAN),
            ("fr,en;q=0.1", ENGLISH),
            ("en;q=0", KOREAN),
            ("ko;q=0,en", ENGLISH),
            ("en,ko", ENGLISH),
            ("ko,en", KOREAN),
            ("*", KOREAN),
            ("en;q=\u00b2", KOREAN),
            ("en;q=..", KOREAN),
            ("en;q=1e400", KOREAN),
            ("en;q=9", KOREAN),
            (",;,=", KOREAN),
            ("fr," * 100 + "en", KOREAN),
        ],
    )
    def test_the_browsers_wish_is_followed_where_it_can_be_read(self, header, language):
        assert locales.negotiate(header) is language

    @settings(deadline=None)  # the machine may be busy
    @given(st.text(alphabet=st.characters(max_codepoint=255)))
    def test_whatever_is_sent_gives_a_language(self, header):
        assert locales.negotiate(header) in PreferredLanguage


class TestWon:
    @pytest.mark.parametrize(
        ("amount", "korean", "english"),
        [
            (0, "0원", "KRW 0"),
            (9_999, "9,999원", "KRW 9,999"),
            (10_000, "1만원", "KRW 10,000"),
            (123_456_789, "1억 2,345만 6,789원", "KRW 123.45 million"),
            (500_000_000, "5억원", "KRW 500 million"),
            (1_200_000_000_000, "1조 2,000억원", "KRW 1.2 trillion"),
            (999_999_999_999, "9,999억 9,999만 9,999원", "KRW 999.99 billion"),
            (-150_000_000, "-1억 5,000만원", "-KRW 150 million"),
            (MAX_KRW, "9,007조 1,992억 5,474만 991원", "KRW 9,007.19 trillion"),
        ],
    )
    def test_amounts_are_said_as_people_read_them(self, amount, korean, english):
        with locales.speaking(KOREAN):
            assert locales.won(amount) == korean
        with locales.speaking(ENGLISH):
            assert locales.won(amount) == english

    def test_an_amount_that_is_not_stated_is_said_so(self):
        with locales.speaking(ENGLISH):
            assert locales.won(None) == "not stated"

    @settings(deadline=None)  # the machine may be busy
    @given(st.integers(0, MAX_KRW))
    def test_korean_is_exact_and_english_never_more_than_there_is(self, amount):
        units = {"조": 10**12, "억": 10**8, "만": 10**4}
        with locales.speaking(KOREAN):
            parts = locales.won(amount).removesuffix("원").replace(",", "").split()
        assert sum(int(part.rstrip("조억만")) * units.get(part[-1], 1) for part in parts) == amount
        with locales.speaking(ENGLISH):
            _, figure, *unit = locales.won(amount).replace(",", "").split()
        scale = {"trillion": 10**12, "billion": 10**9, "million": 10**6}[unit[0]] if unit else 1
        hundredths = round(float(figure) * 100) * scale // 100
        assert 0 <= amount - hundredths <= scale // 100


class TestDates:
    def test_days_and_moments_are_said_in_seoul_time(self):
        late = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
        with locales.speaking(ENGLISH):
            assert locales.moment(late).startswith("Jan 1, 2027")
            assert locales.day(date(2026, 12, 31)) == "Dec 31, 2026"
            assert locales.number(1_234_567) == "1,234,567"
        with locales.speaking(KOREAN):
            assert locales.moment(late).startswith("2027. 1. 1.")
            assert locales.day(date(2026, 12, 31)) == "2026. 12. 31."

    def test_what_is_absent_is_blank(self):
        assert locales.day(None) == locales.moment(None) == ""


class TestWords:
    def test_a_bilingual_text_falls_back_to_the_other_language(self):
        with locales.speaking(KOREAN):
            assert [locales.pick(*pair) for pair in (("가", "a"), (None, "a"), ("", None))] == ["가", "a", ""]
        with locales.speaking(ENGLISH):
            assert [locales.pick(*pair) for pair in (("가", "a"), ("가", None), (None, None))] == ["a", "가", ""]

    def test_the_language_is_put_back(self):
        before = locales.LANGUAGE.get()
        with pytest.raises(KeyError), locales.speaking(ENGLISH):
            raise KeyError
        assert locales.LANGUAGE.get() is before

    def test_labels_stand_in_both_languages(self):
        for language, expected in ((KOREAN, "투자자"), (ENGLISH, "Investor")):
            with locales.speaking(language):
                assert expected.lower() in locales.label(Role.INVESTOR).lower()

    def test_a_label_without_words_shows_what_is_missing(self):
        class Nothing(StrEnum):
            AT_ALL = "at_all"

        assert locales.label(Nothing.AT_ALL) == "Nothing.at_all"

    def test_counted_messages_have_one_form_in_korean(self):
        with locales.speaking(ENGLISH):
            assert [locales.ngettext("%(n)s day", "%(n)s days", count) for count in (1, 2)] == [
                "%(n)s day",
                "%(n)s days",
            ]

    def test_facts_of_an_error_are_filled_in_and_read_no_further(self):
        error = ValueNotAllowed("There is no {code} in this list.", code="{secret}")
        with locales.speaking(ENGLISH):
            assert locales.error_message(error) == "There is no {secret} in this list."
        with locales.speaking(KOREAN):
            assert "{secret}" in locales.error_message(error)
