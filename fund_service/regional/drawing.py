"""A consortium as a small picture: the anchor company in the middle, everybody else around it."""

import math
from collections.abc import Sequence

from fund_service import locales
from fund_service.projects.schemas import MemberView
from fund_service.regional.schemas import ConsortiumPicture, DrawnMember
from models.project import ConsortiumRole

MOST_DRAWN = 8
"""Members around the middle; more could not be read."""
WIDTH, HEIGHT = 720, 380
ACROSS, DOWN = 250, 140
"""How far from the middle the others stand."""


def consortium_picture(members: Sequence[MemberView]) -> ConsortiumPicture | None:
    """Draw a consortium; nothing where nobody stands beside the middle.

    The middle is the anchor company, else the lead; an organisation with several parts stands once, with all of them.
    """
    parts: dict[str, list[MemberView]] = {}
    for member in members:
        parts.setdefault(str(member.organisation_id), []).append(member)
    seats = sorted(parts.values(), key=_not_middle)
    if len(seats) <= 1:
        return None
    middle, others = seats[0], seats[1:]
    drawn = [_drawn(middle, x=WIDTH // 2, y=HEIGHT // 2)]
    for place, seat in enumerate(others[:MOST_DRAWN]):
        angle = 2 * math.pi * place / min(len(others), MOST_DRAWN) - math.pi / 2
        x = round(WIDTH / 2 + ACROSS * math.cos(angle))
        drawn.append(_drawn(seat, x=x, y=round(HEIGHT / 2 + DOWN * math.sin(angle))))
    return ConsortiumPicture(
        width=WIDTH,
        height=HEIGHT,
        centre_x=WIDTH // 2,
        centre_y=HEIGHT // 2,
        members=drawn,
        more=max(0, len(others) - MOST_DRAWN),
    )


def _not_middle(seat: Sequence[MemberView]) -> int:
    """Order the anchor first, then the lead, then the rest as they come."""
    roles = {member.role for member in seat}
    return 0 if ConsortiumRole.ANCHOR in roles else 1 if ConsortiumRole.LEAD in roles else 2


def _drawn(seat: Sequence[MemberView], *, x: int, y: int) -> DrawnMember:
    member = seat[0]
    return DrawnMember(
        organisation_id=member.organisation_id,
        name=locales.pick(member.name_ko, member.name_en),
        role=" · ".join(locales.label(part.role) for part in seat),
        region_code=member.region_code,
        anchor=any(part.role is ConsortiumRole.ANCHOR for part in seat),
        x=x,
        y=y,
    )
