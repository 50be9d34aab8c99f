import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund_service.organisations.registration import check_digit, read_registration_number, with_hyphens
from models.errors import ValueNotAllowed

NINE = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize("number", ["124-81-00998", "220-81-62517", "1208147521"])
def test_the_published_numbers_of_known_companies_pass(number):
    assert read_registration_number(number) == number.replace("-", "")


@given(NINE)
def test_exactly_one_last_digit_passes(nine):
    passing = []
    for last in "0123456789":
        try:
            passing.append(read_registration_number(nine + last))
        except ValueNotAllowed:
            continue
    assert passing == [f"{nine}{check_digit(nine)}"]


@given(NINE, st.integers(0, 8), st.integers(1, 9))
def test_a_mistyped_digit_with_a_weight_prime_to_ten_is_always_noticed(nine, place, step):
    # The ninth digit's weight, five, is not prime to ten: only the tens of its product tell some changes apart.
    if place == 8:
        return
    mistyped = nine[:place] + str((int(nine[place]) + step) % 10) + nine[place + 1 :]
    with pytest.raises(ValueNotAllowed, match="check digit"):
        read_registration_number(f"{mistyped}{check_digit(nine)}")


@given(NINE)
def test_the_form_with_hyphens_reads_back(nine):
    digits = f"{nine}{check_digit(nine)}"
    assert read_registration_number(with_hyphens(digits)) == digits


@pytest.mark.parametrize(
    "number", ["", "123-45-6789", "12345678901", "124-81-0099a", "\uff11248100998", "124 81 00998"]
)
def test_anything_but_ten_digits_is_refused(number):
    with pytest.raises(ValueNotAllowed, match="ten digits"):
        read_registration_number(number)
