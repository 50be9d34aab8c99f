"""The rules a claim must keep, as plain values: what is eligible, when it was spent, when a document is asked for."""

from dataclasses import dataclass
from datetime import date

from fund_service import locales
from models.errors import ValueNotAllowed
from models.settlement import INELIGIBLE, ExpenseCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days between which a project's money is spent; an end that is not recorded holds nothing back."""

    starts_on: date | None
    ends_on: date | None


def check_category(category: ExpenseCategory) -> None:
    """Refuse a category that no research money may be spent on.

    Raises
    ------
    ValueNotAllowed
        Naming the rule.
    """
    if category in INELIGIBLE:
        raise ValueNotAllowed(
            "Rule of eligible categories: research money pays for no {category}; this claim cannot be settled.",
            field="category",
            category=locales.label(category),
        )


def check_day(spent_on: date, period: Period, *, today: date) -> None:
    """Refuse a day that has not come, or lies outside the project's period.

    Raises
    ------
    ValueNotAllowed
        Naming the rule and the day that bounds it.
    """
    if spent_on > today:
        raise ValueNotAllowed("Rule of the day spent: it is not after today, {today}.", field="spent_on", today=today)
    if period.starts_on is not None and spent_on < period.starts_on:
        raise ValueNotAllowed(
            "Rule of the project's period: it begins on {day}; what was spent before is not settled.",
            field="spent_on",
            day=period.starts_on,
        )
    if period.ends_on is not None and spent_on > period.ends_on:
        raise ValueNotAllowed(
            "Rule of the project's period: it ended on {day}; what was spent after is not settled.",
            field="spent_on",
            day=period.ends_on,
        )


def needs_review(amount_krw: int, *, beside_krw: int, threshold_krw: int) -> bool:
    """Say whether a claim needs a document and a review.

    ``beside_krw`` is what the same team claimed for the same category and day: several claims that together reach the
    threshold count as one, so that no expense is split to stay below it.
    """
    return amount_krw + beside_krw >= threshold_krw


def check_document(amount_krw: int, *, beside_krw: int, threshold_krw: int, given: bool) -> None:
    """Refuse a claim that needs a document and came without one.

    Raises
    ------
    ValueNotAllowed
        Naming the rule: the threshold, or the sum with other claims of the category and day.
    """
    if given or not needs_review(amount_krw, beside_krw=beside_krw, threshold_krw=threshold_krw):
        return
    if amount_krw >= threshold_krw:
        raise ValueNotAllowed(
            "Rule of the threshold: from {threshold} won on a document is needed.",
            field="document",
            threshold=f"{threshold_krw:,}",
        )
    raise ValueNotAllowed(
        "Rule of split expenses: with {beside} won claimed for the same category and day this comes to {sum} won; "
        "from {threshold} won on a document is needed.",
        field="document",
        beside=f"{beside_krw:,}",
        sum=f"{amount_krw + beside_krw:,}",
        threshold=f"{threshold_krw:,}",
    )
