"""Figures of policy that officials set: which there are, what holds now, and who set it, when and why."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session, col, select

from models.errors import ValueNotAllowed
from models.vehicle import PolicyValue

TWO_CHECKERS_FROM_KRW = "two_checkers_from_krw"
"""From this amount on an instruction needs two checkers."""
SELF_SETTLEMENT_BELOW_KRW = "self_settlement_below_krw"
"""Below this amount a research team settles an expense without a document."""
SETTLEMENT_SAMPLE_BP = "settlement_sample_bp"
"""Share of the expenses settled without a document that is drawn by lot for review."""

POLICIES: Mapping[str, int] = MappingProxyType(
    {TWO_CHECKERS_FROM_KRW: 10_000_000_000, SELF_SETTLEMENT_BELOW_KRW: 300_000, SETTLEMENT_SAMPLE_BP: 500}
)
"""The figures there are, each with what holds until somebody sets it."""


def policy_krw(session: Session, name: str, *, otherwise: int) -> int:
    """Give the won of a figure of policy as last set, else `otherwise`."""
    value = _newest(session, name)
    return otherwise if value is None or value.amount_krw is None else value.amount_krw


def policy_bp(session: Session, name: str, *, otherwise: int) -> int:
    """Give the share of a figure of policy in basis points as last set, else `otherwise`."""
    value = _newest(session, name)
    return otherwise if value is None or value.share_bp is None else value.share_bp


def set_policy(session: Session, name: str, *, amount: int, person_id: UUID, reason: str, at: datetime) -> PolicyValue:
    """Set a figure of policy from now on; what held before stays on record.

    Parameters
    ----------
    amount : int
        Won for names that end in ``_krw``, basis points for those that end in ``_bp``.

    Raises
    ------
    ValueNotAllowed
        When there is no such figure, or a share is above the whole.
    """
    if name not in POLICIES:
        raise ValueNotAllowed("There is no figure of policy called {name}.", field="name", name=name)
    share = name.endswith("_bp")
    if share and amount > 10_000:  # noqa: PLR2004 - the whole in basis points
        raise ValueNotAllowed("A share is at most 10,000 basis points.", field="amount")
    value = PolicyValue(
        name=name,
        amount_krw=None if share else amount,
        share_bp=amount if share else None,
        set_by_id=person_id,
        reason=reason,
        recorded_at=at,
    )
    session.add(value)
    session.flush()
    return value


def _newest(session: Session, name: str) -> PolicyValue | None:
    newest = select(PolicyValue).where(PolicyValue.name == name).order_by(col(PolicyValue.id).desc()).limit(1)
    return session.exec(newest).first()
