"""Money text is read exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.imports.amounts import parse_amount
from fund_service.imports.faults import NotUnderstood

EOK = 100_000_000
DASHES = ["-", "~", " \N{EN DASH} ", "부터 "]
WON = [
    ("1500000000", (1_500_000_000, 1_500_000_000)),
    ("1,500,000,000원", (1_500_000_000, 1_500_000_000)),
    ("15억", (15 * EOK, 15 * EOK)),
    ("1.5억 원", (150_000_000, 150_000_000)),
    ("0.1억", (10_000_000, 10_000_000)),
    ("1조 2,345억 6,789만 원", (1_234_567_890_000, 1_234_567_890_000)),
    ("3억5천만원", (350_000_000, 350_000_000)),
    ("2천3백만", (23_000_000, 23_000_000)),
    ("천만원", (10_000_000, 10_000_000)),
    ("4,275백만원", (4_275_000_000, 4_275_000_000)),
    ("십억원", (1_000_000_000, 1_000_000_000)),
    ("3억 5000원", (300_005_000, 300_005_000)),
    ("₩5,000,000", (5_000_000, 5_000_000)),
    ("￦5,000,000", (5_000_000, 5_000_000)),
    ("５억", (5 * EOK, 5 * EOK)),
    ("KRW 500M", (5 * EOK, 5 * EOK)),
    ("5억~20억원", (5 * EOK, 20 * EOK)),
    ("5~20억원", (5 * EOK, 20 * EOK)),
    ("5~7천만원", (50_000_000, 70_000_000)),
    ("3천~5천만원", (30_000_000, 50_000_000)),
    ("2~3백만원", (2_000_000, 3_000_000)),
    ("5천만원 ～ 1억원", (50_000_000, EOK)),  # noqa: RUF001 - the full-width tilde of Korean documents
    ("10억부터 50억까지", (10 * EOK, 50 * EOK)),
    ("10억원 이상 50억원 이하", (10 * EOK, 50 * EOK)),
    ("KRW 500,000,000 - 2,000,000,000", (500_000_000, 2_000_000_000)),
    ("10억 이상", (10 * EOK, None)),
    ("10억+", (10 * EOK, None)),
    ("최소 10억", (10 * EOK, None)),
    ("최대 50억", (None, 50 * EOK)),
    ("50억원 이하", (None, 50 * EOK)),
    ("50억까지", (None, 50 * EOK)),
    (1_500_000_000, (1_500_000_000, 1_500_000_000)),
    (Decimal("1500000000.0"), (1_500_000_000, 1_500_000_000)),
]
FOREIGN = [
    ("$2M-$5M", "USD", (2_000_000, 5_000_000)),
    ("$2M -$3M", "USD", (2_000_000, 3_000_000)),
    ("$500k – $2M", "USD", (500_000, 2_000_000)),  # noqa: RUF001 - an en dash
    ("$1-1.5M", "USD", (1_000_000, 1_500_000)),
    ("$1.5 - $2.5M", "USD", (1_500_000, 2_500_000)),
    ("$10K - 5M", "USD", (10_000, 5_000_000)),
    ("$50M-$1B", "USD", (50_000_000, 1_000_000_000)),
    ("Up to $525K", "USD", (None, 525_000)),
    ("$100M+", "USD", (100_000_000, None)),
    ("USD 2 million to 5 million", "USD", (2_000_000, 5_000_000)),
    ("US$ 1,250.50", "USD", (Decimal("1250.50"), Decimal("1250.50"))),
    ("200만 달러", "USD", (2_000_000, 2_000_000)),
    ("€3M", "EUR", (3_000_000, 3_000_000)),
    ("JPY 500,000,000", "JPY", (500_000_000, 500_000_000)),
    ("5억 엔", "JPY", (5 * EOK, 5 * EOK)),
]
REFUSED = [
    "1.5",
    "1.5원",
    "0.123456789억",
    "-5억",
    "20억~5억",
    "$25M - $2M",
    "$10-$1M",
    "S200K - $500K",
    "5M",
    "5억 20억",
    "1,50,000",
    "1.500.000",
    "5억 3억",
    "3억 5000",
    "5억~20",
    "1~1억 5천만",
    "5~3천",
    "5억 - $2M",
    "5억M",
    "¥500",
    "최대 5억 이상",
    "최대 5억~10억",
    "약 5억",
    "5억 내외",
    "미정",
    "-",
    "",
    "NaN",
    "1e9",
    "9" * 19,
    "1 000 000",
    "만원",
    "천억만",
    "5억만",
    "$5M - €9M",
    "5억 3천 2천",
    "최대 1e9",
    "\N{ARABIC-INDIC DIGIT FIVE}",
    "$2M-$5M " + "x" * 200,
    True,
    None,
    [5],
    Decimal("1.5"),
    Decimal(-1),
    Decimal("NaN"),
    Decimal("1e999999999"),
    Decimal("1e-999999"),
    -5,
]


@pytest.mark.parametrize(("text", "ends"), WON)
def test_amounts_in_won_are_read_as_koreans_write_them(text, ends):
    amount = parse_amount(text)
    assert amount.currency == "KRW"
    assert amount.in_won({}) == ends


@pytest.mark.parametrize(("text", "currency", "ends"), FOREIGN)
def test_foreign_amounts_keep_their_currency(text, currency, ends):
    amount = parse_amount(text)
    assert (amount.currency, amount.minimum, amount.maximum) == (currency, *ends)
    assert amount.stated == text


@pytest.mark.parametrize("text", REFUSED, ids=repr)
def test_what_is_no_amount_or_could_be_two_is_refused(text):
    with pytest.raises(NotUnderstood):
        parse_amount(text)


def test_a_foreign_amount_without_a_rate_has_no_won():
    assert parse_amount("$2M").in_won({"EUR": Decimal(1500)}) is None


@pytest.mark.parametrize(("rate", "won"), [("1380.5", 1_380_500), ("0.0005", 0), ("0.0015", 2), ("0.0025", 2)])
def test_converted_amounts_are_rounded_half_even_to_the_won(rate, won):
    assert parse_amount("$1,000").in_won({"USD": Decimal(rate)}) == (won, won)


def test_an_amount_without_a_currency_is_in_the_one_of_its_column():
    amount = parse_amount(Decimal("299998.60"), currency="USD")
    assert amount.in_won({"USD": Decimal(1380)}) == (413_998_068, 413_998_068)
    assert amount.stated == "USD 299998.60"


def test_a_number_with_endless_decimals_is_refused_in_any_currency():
    with pytest.raises(NotUnderstood):
        parse_amount(Decimal("1e-60"), currency="USD")


@given(st.integers(0, 10**15))
def test_whole_won_come_back_however_they_are_written(won):
    spoken = f"{won // 10**12}조 " * (won >= 10**12) + f"{won % 10**12 // 10**8}억 " * (won % 10**12 >= 10**8)
    spoken += f"{won % 10**8 // 10**4}만 " * (won % 10**8 >= 10**4)
    spoken += f"{won % 10**4}원" if won % 10**4 or not spoken else "원"
    for text in (str(won), f"{won:,}", f"{won:,}원", f"₩{won}", f"KRW {won:,}", spoken):
        assert parse_amount(text).in_won({}) == (won, won)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from("만억"), st.sampled_from(DASHES))
def test_a_range_gives_its_ends_in_order_or_is_refused(first, second, unit, dash):
    text = f"{first}{unit}{dash}{second}{unit}원"
    if first > second:
        with pytest.raises(NotUnderstood):
            parse_amount(text)
    else:
        size = {"만": 10**4, "억": 10**8}[unit]
        assert parse_amount(text).in_won({}) == (first * size, second * size)
        assert parse_amount(f"{first}{dash}{second}{unit}원").in_won({}) == (first * size, second * size)


@given(st.decimals(0, 10**9, places=2), st.decimals("0.000001", 10**5, places=6))
def test_conversion_is_within_half_a_won_of_the_exact_product(amount, rate):
    won, _ = parse_amount(amount, currency="USD").in_won({"USD": rate})
    assert isinstance(won, int)
    assert abs(Decimal(won) - amount * rate) <= Decimal("0.5")


@given(st.one_of(st.text(), st.text("0123456789,.-~$₩원억만천백조 KMB이상최대까지부터"), st.decimals(), st.integers()))
def test_no_text_breaks_the_reader(value):
    try:
        amount = parse_amount(value)
    except NotUnderstood:
        return
    assert amount.minimum is not None or amount.maximum is not None
    if amount.minimum is not None and amount.maximum is not None:
        assert 0 <= amount.minimum <= amount.maximum
    if amount.currency == "KRW":
        assert all(isinstance(end, int | None) for end in amount.in_won({}))
