"""What is asked in parts: instructions that count together towards the amount from which two others must check."""

from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, select

from fund_service.vehicles.policy import POLICIES, TWO_CHECKERS_FROM_KRW, policy_krw
from models.clock import SEOUL, business_date
from models.errors import FourEyesNeeded
from models.instruction import Instruction, InstructionState

SPLIT_DAYS = 7
"""How many days before and after count as the same time.

Without it a pair of people would move any sum by asking for it in parts below the second checker's amount. A week is
longer than anybody waits to have a payment through on the quiet, and shorter than the month after which fees and calls
come round again. Both the business date and the day of asking are looked at, since the first is the maker's to choose.
"""
ALIKE = ("kind", "vehicle_id", "envelope_id", "deal_id")
"""What parts of one sum have in common: what they ask, of whose money, for which deal, if any."""


def two_checkers_from_krw(session: Session) -> int:
    """Give the won from which two others must check, as policy has it now."""
    return policy_krw(session, TWO_CHECKERS_FROM_KRW, otherwise=POLICIES[TWO_CHECKERS_FROM_KRW])


def asked_beside(session: Session, asked: Instruction) -> int:
    """Sum, in won, what else is asked of the same kind and parties at the same time, pending or posted."""
    return _sum(session, *_beside(asked))


def checks_for(asked: Instruction, *, beside_krw: int, two_from_krw: int) -> int:
    """Say how many others must check an instruction, with what is asked beside it."""
    return 2 if asked.amount_krw + beside_krw >= two_from_krw else 1


def refuse_unseen_parts(session: Session, asked: Instruction, *, two_from_krw: int) -> None:
    """Refuse to post by one check what was asked at the same moment as other parts, so that neither saw the other.

    Asked once the ledger is locked, when of two such parts the later sees the earlier: what was asked before counts,
    and what one check alone has posted meanwhile. Parts for a deal see each other always: its row is held to ask.

    Raises
    ------
    FourEyesNeeded
        With how many won they come to.
    """
    instruction = Instruction
    unseen = sa.or_(
        col(instruction.id) < asked.id,
        sa.and_(col(instruction.state) == InstructionState.POSTED, col(instruction.checks_needed) == 1),
    )
    beside_krw = _sum(session, *_beside(asked), unseen)
    if beside_krw and checks_for(asked, beside_krw=beside_krw, two_from_krw=two_from_krw) > asked.checks_needed:
        raise FourEyesNeeded(
            "With others asked for at the same time this comes to {together} won, which two people check; "
            "void it and have it made anew.",
            together=f"{asked.amount_krw + beside_krw:,}",
        )


def _sum(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    return int(session.exec(select(func.coalesce(func.sum(Instruction.amount_krw), 0)).where(*conditions)).one())


def _beside(asked: Instruction) -> list[sa.ColumnElement[bool]]:
    """Say that a row is a part of the same sum as an instruction, and not void."""
    days = timedelta(days=SPLIT_DAYS)
    midnight = datetime.combine(business_date(asked.recorded_at), time(), tzinfo=SEOUL)
    alike: list[tuple[Mapped[Any], Any]] = [(col(getattr(Instruction, name)), getattr(asked, name)) for name in ALIKE]
    return [
        *(column == value for column, value in alike),
        col(Instruction.id) != asked.id,
        col(Instruction.state) != InstructionState.VOID,
        sa.or_(
            col(Instruction.effective_on).between(asked.effective_on - days, asked.effective_on + days),
            sa.and_(
                col(Instruction.recorded_at) >= midnight - days,
                col(Instruction.recorded_at) < midnight + days + timedelta(days=1),
            ),
        ),
    ]
