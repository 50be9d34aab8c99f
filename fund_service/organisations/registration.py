"""Korean business registration numbers (사업자등록번호): their written forms and their check digit."""

from models.errors import ValueNotAllowed

WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
"""Weights of the first nine digits, as the National Tax Service checks numbers."""


def read_registration_number(text: str) -> str:
    """Read a number written with or without hyphens, as ``123-45-67890``; gives its ten digits.

    Raises
    ------
    ValueNotAllowed
        When it does not have ten digits, or its last digit does not check the others.
    """
    digits = text.strip().replace("-", "")
    if len(digits) != len(WEIGHTS) + 1 or not digits.isascii() or not digits.isdigit():
        raise ValueNotAllowed(
            "A business registration number has ten digits, as in 123-45-67890.", field="registration_number"
        )
    if int(digits[-1]) != check_digit(digits[:-1]):
        raise ValueNotAllowed(
            "This is no business registration number: its check digit is wrong; compare the document.",
            field="registration_number",
        )
    return digits


def check_digit(digits: str) -> int:
    """Compute the tenth digit from the first nine.

    It fills the weighted sum up to a multiple of ten, where the ninth digit's product with five counts once more
    with its tens (National Tax Service, verification of business registration numbers).
    """
    weighted = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True))
    return -(weighted + int(digits[-1]) * WEIGHTS[-1] // 10) % 10


def with_hyphens(digits: str) -> str:
    """Write ten digits as people read them, ``123-45-67890``."""
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
