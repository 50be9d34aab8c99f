"""Figures of policy that the committee sets: which there are, and what holds now."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlmodel import Session, col, select

from models.vehicle import PolicyConfirmation, PolicyValue

TWO_CHECKERS_FROM_KRW = "two_checkers_from_krw"
"""From this amount on an instruction needs two checkers."""
SELF_SETTLEMENT_BELOW_KRW = "self_settlement_below_krw"
"""Below this amount a research team settles an expense without a document."""
SETTLEMENT_SAMPLE_BP = "settlement_sample_bp"
"""Share of the expenses settled without a document that is drawn by lot for review."""

POLICIES: Mapping[str, int] = MappingProxyType(
    {TWO_CHECKERS_FROM_KRW: 10_000_000_000, SELF_SETTLEMENT_BELOW_KRW: 300_000, SETTLEMENT_SAMPLE_BP: 500}
)
"""The figures there are, each with what holds until two members of the committee set it."""


def policy_krw(session: Session, name: str, *, otherwise: int) -> int:
    """Give the won of a figure of policy as last confirmed, else `otherwise`."""
    value = confirmed_value(session, name)
    return otherwise if value is None or value.amount_krw is None else value.amount_krw


def policy_bp(session: Session, name: str, *, otherwise: int) -> int:
    """Give the share of a figure of policy in basis points as last confirmed, else `otherwise`."""
    value = confirmed_value(session, name)
    return otherwise if value is None or value.share_bp is None else value.share_bp


def confirmed_value(session: Session, name: str) -> PolicyValue | None:
    """Find what was confirmed last of a figure: what was proposed and not confirmed does not count."""
    confirmed = (
        select(PolicyValue)
        .join(PolicyConfirmation, col(PolicyConfirmation.policy_value_id) == col(PolicyValue.id))
        .where(PolicyValue.name == name)
        .order_by(col(PolicyConfirmation.confirmed_at).desc(), col(PolicyValue.id).desc())
        .limit(1)
    )
    return session.exec(confirmed).first()
