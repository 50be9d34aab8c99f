"""Deals that wait for a consultation: what keeps a step closed today, and what has been waived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.consultations.schemas import HoldView
from models.clock import business_date, utc_now
from models.consultation import Consultation, ConsultationHold, ConsultationStanding, ConsultationWaiver
from models.deal import Deal, DealStage
from models.errors import GateClosed
from models.person import Person, Role

SENTENCE_OF: Mapping[ConsultationStanding, str] = {
    ConsultationStanding.AWAITED: "No favourable answer of {authority} is in force yet: {kind}.",
    ConsultationStanding.UNCONFIRMED: "A second person has not confirmed the favourable answer of {authority}: {kind}.",
    ConsultationStanding.AGAINST: "{authority} has refused it: {kind}.",
    ConsultationStanding.ENDED: "What {authority} had permitted has expired or was taken back: {kind}.",
}
"""What keeps a step closed, by what the gate finds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A consultation that keeps a step closed, and what the gate finds of it."""

    consultation: Consultation
    standing: ConsultationStanding

    @property
    def template(self) -> str:
        """The sentence about it."""
        return SENTENCE_OF[self.standing]

    @property
    def facts(self) -> dict[str, str]:
        """What the sentence leaves open, in the language at hand."""
        return {"kind": locales.label(self.consultation.kind), "authority": self.consultation.authority}


def waiting_for(session: Session, deal_id: UUID, stage: DealStage, *, today: date) -> list[Waiting]:
    """List the consultations that keep a step of a deal closed on a day, in one statement.

    What deals waited for that were merged into it, it waits for as well. The database holds to the same
    (`keep_consultation_holds`).
    """
    waived = sa.select(col(ConsultationWaiver.hold_id))
    asked = session.exec(
        select(Consultation)
        .join(ConsultationHold, col(ConsultationHold.consultation_id) == col(Consultation.id))
        .where(
            col(ConsultationHold.deal_id).in_(sa.select(_behind(deal_id).c.id)),
            ConsultationHold.stage == stage,
            col(ConsultationHold.id).not_in(waived),
        )
        .order_by(col(ConsultationHold.id))
        .execution_options(populate_existing=True)
    ).all()
    found = [Waiting(consultation, consultation.standing_on(today)) for consultation in asked]
    return [one for one in found if one.standing is not ConsultationStanding.IN_FORCE]


def refuse_waiting(session: Session, deal_id: UUID, stage: DealStage) -> None:
    """Refuse a step of money while a consultation that the deal waits for is not favourable, confirmed and in force.

    Raises
    ------
    GateClosed
        Naming each of them.
    """
    waiting = waiting_for(session, deal_id, stage, today=business_date(utc_now()))
    if waiting:
        said = " ".join(locales.gettext(one.template).format(**one.facts) for one in waiting)
        raise GateClosed("Before this step, the deal still lacks: {missing}", missing=said)


def is_held(*, today: date) -> sa.ColumnElement[bool]:
    """Say, within a statement about deals, whether a step of one waits for a consultation on a day.

    Only what it was tied to itself counts here: deals that were merged into it are asked by `waiting_for`.
    """
    in_force = sa.and_(
        col(Consultation.state) == "answered",
        col(Consultation.outcome) != "refused",
        col(Consultation.confirmed_by_id).is_not(None),
        sa.func.coalesce(col(Consultation.valid_from) <= today, sa.true()),
        sa.func.coalesce(col(Consultation.valid_until) >= today, sa.true()),
    )
    return (
        sa.select(col(ConsultationHold.id))
        .join(Consultation, col(Consultation.id) == col(ConsultationHold.consultation_id))
        .where(
            col(ConsultationHold.deal_id) == col(Deal.id),
            col(ConsultationHold.id).not_in(sa.select(col(ConsultationWaiver.hold_id))),
            sa.not_(sa.func.coalesce(in_force, sa.false())),
        )
        .exists()
    )


def holds_of_deal(session: Session, deal_id: UUID, *, caller: Caller, today: date) -> list[HoldView]:
    """List what a deal and those merged into it wait or waited for, in one statement."""
    return _holds(session, col(ConsultationHold.deal_id).in_(sa.select(_behind(deal_id).c.id)), caller, today)


def holds_of_consultation(
    session: Session, consultation_id: UUID, *, caller: Caller, today: date
) -> list[HoldView] | None:
    """List the deals that wait or waited for a consultation, to those who may read deals."""
    if not caller.has(Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR):
        return None
    return _holds(session, col(ConsultationHold.consultation_id) == consultation_id, caller, today)


def hold_view(session: Session, hold_id: UUID, *, caller: Caller, today: date) -> HoldView | None:
    """Show one hold."""
    found = _holds(session, col(ConsultationHold.id) == hold_id, caller, today)
    return found[0] if found else None


def _behind(deal_id: UUID) -> sa.CTE:
    """Select a deal and all that were merged into it."""
    behind = sa.select(col(Deal.id)).where(col(Deal.id) == deal_id).cte("behind", recursive=True)
    return behind.union(sa.select(col(Deal.id)).join(behind, col(Deal.merged_into_id) == behind.c.id))


def _holds(session: Session, narrowed: sa.ColumnElement[bool], caller: Caller, today: date) -> list[HoldView]:
    tier, waiver = aliased(Person), aliased(Person)
    own_human = sa.select(col(Person.human_id)).where(col(Person.id) == caller.person_id).scalar_subquery()
    query = (
        sa.select(
            ConsultationHold,
            Consultation,
            col(Deal.title_ko),
            col(Deal.title_en),
            col(tier.name),
            (col(tier.human_id) == own_human),
            col(waiver.name),
            col(ConsultationWaiver.reason),
            col(ConsultationWaiver.recorded_at),
        )
        .join(Consultation, col(Consultation.id) == col(ConsultationHold.consultation_id))
        .join(Deal, col(Deal.id) == col(ConsultationHold.deal_id))
        .join(tier, col(tier.id) == col(ConsultationHold.tied_by_id))
        .outerjoin(ConsultationWaiver, col(ConsultationWaiver.hold_id) == col(ConsultationHold.id))
        .outerjoin(waiver, col(waiver.id) == col(ConsultationWaiver.waived_by_id))
        .where(narrowed)
        .order_by(col(ConsultationHold.id))
    )
    return [_view(row, caller=caller, today=today) for row in session.execute(query).all()]


def _view(row: Any, *, caller: Caller, today: date) -> HoldView:  # noqa: ANN401 - a row of several tables
    hold, asked, title_ko, title_en, tied_by, own, waived_by, reason, waived_at = row
    standing = asked.standing_on(today)
    return HoldView(
        **hold.model_dump(include={"id", "deal_id", "consultation_id", "stage", "words", "recorded_at"}),
        **asked.model_dump(include={"kind", "authority", "due_on", "valid_until"}),
        deal_title_ko=title_ko,
        deal_title_en=title_en,
        standing=standing,
        open=standing is ConsultationStanding.IN_FORCE or waived_at is not None,
        tied_by=tied_by,
        waived_by=waived_by,
        waiver_reason=reason,
        waived_at=waived_at,
        may_waive=caller.has(Role.FUND_MANAGER) and not own and waived_at is None,
    )
