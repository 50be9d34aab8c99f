"""The fields of the form of an agenda: a place in the order beside each deal, none for a deal that is not listed."""

from uuid import UUID

from fund_service import locales
from fund_service.committee.bodies import MAX_ITEMS, AgendaIn
from fund_service.faults import FieldProblem
from fund_service.forms import FormRejected, Values
from models.errors import ValueNotAllowed

PREFIX = "place-"
"""What the name of such a field begins with; the deal's id follows."""
MAX_DIGITS = 3


def read_agenda(values: Values) -> AgendaIn:
    """Read which deals are listed, in the order of their places; deals with one place keep the form's order.

    Raises
    ------
    FormRejected
        When a place is no whole number.
    ValueNotAllowed
        When a field is none of the form's, or more deals are listed than an agenda holds.
    """
    places: list[tuple[int, UUID]] = []
    faults = []
    for name, value in values.items():
        place = value.strip() if isinstance(value, str) else "several"
        if place and not (place.isascii() and place.isdigit() and len(place) <= MAX_DIGITS):
            faults.append(FieldProblem(field=name[:100], message=locales.gettext("Must be a whole number.")))
        elif place:
            places.append((int(place), _deal_id(name)))
    if faults:
        raise FormRejected(values, faults)
    if len(places) > MAX_ITEMS:
        raise ValueNotAllowed("An agenda has at most {count} deals.", count=MAX_ITEMS)
    return AgendaIn(deal_ids=[deal_id for _, deal_id in sorted(places, key=lambda listed: listed[0])])


def _deal_id(name: str) -> UUID:
    try:
        return UUID(name.removeprefix(PREFIX))
    except ValueError:
        raise ValueNotAllowed("This field is not known here.", field=name[:100]) from None
