"""Writes of deals: made by hand or from a match, and edited; edited terms void what was approved on others."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.committee.approvals import void_approvals
from fund_service.deals.duplicates import find_duplicates, refuse_duplicates
from fund_service.deals.gates import missing_for
from fund_service.deals.queries import match_to_accept
from fund_service.deals.schemas import DealIn, MatchDealIn, NewDealIn
from fund_service.deals.steps import lock_any_deal, lock_deal, take_step
from fund_service.deals.timeline import record_activity
from fund_service.sentences import Named, sentence
from models.deal import OPEN_STAGES, Deal, DealStage
from models.errors import RecordChanged, StepNotAllowed, ValueNotAllowed
from models.organisation import Organisation
from models.person import Person, PersonRole, Role
from models.plan import Initiative, Region
from models.project import ConsortiumMember, ConsortiumRole, RndProject
from models.timeline import ActivityKind, DealStageChange
from models.vehicle import Vehicle

MAKING_LOCK = 20261122
"""PostgreSQL advisory lock: deals are made one at a time, or two at once would both find no duplicate."""
EDITABLE = frozenset(
    {DealStage.SOURCED, DealStage.SCREENING, DealStage.DUE_DILIGENCE, DealStage.COMMITTEE, DealStage.APPROVED}
)
"""Stages in which terms may change: before the contract, and while the deal is under way."""
SUMMARY_LENGTH, TITLE_LENGTH = 8_000, 300


def make_deal(session: Session, data: NewDealIn, *, maker: Caller, at: datetime) -> Deal:
    """Make a deal by hand.

    Raises
    ------
    RecordConflicts
        When open deals look the same and ``distinct_from`` does not name them; they are in its facts.
    ValueNotAllowed
        When a code or record it names is unknown.
    """
    facts = data.model_dump(exclude={"distinct_from", "lead_id"})
    return _make(session, facts, data.distinct_from, lead_id=data.lead_id or maker.person_id, maker=maker, at=at)


def make_deal_of_match(session: Session, match_id: UUID, data: MatchDealIn, *, maker: Caller, at: datetime) -> Deal:
    """Accept a match and make a deal of it: the project's facts, its lead as the company, and the way back.

    Raises
    ------
    RecordNotFound
        When there is no such match among those the maker may see.
    RecordConflicts
        As for one made by hand.
    ValueNotAllowed
        When the match is a near miss, or neither match nor request says the company or the amount.
    """
    match, project = match_to_accept(session, match_id, maker)
    if not match.eligible:
        raise ValueNotAllowed("This match misses a condition of the signal; only one that meets all becomes a deal.")
    company_id = data.company_id or _lead_of(session, project.id)
    if company_id is None:
        raise ValueNotAllowed("The project names no lead organisation; name the company.", field="company_id")
    amount = data.amount_krw or project.need_krw
    if amount is None:
        raise ValueNotAllowed("The project does not say how much it seeks; give the amount.", field="amount_krw")
    facts = {
        "title_ko": _cut(project.title_ko, TITLE_LENGTH),
        "title_en": _cut(project.title_en, TITLE_LENGTH),
        "summary": _cut(project.abstract_ko or project.abstract_en, SUMMARY_LENGTH) or "",
        "project_id": project.id,
        "signal_id": match.signal_id,
        "match_id": match.id,
        "match_score": match.score,
        "company_id": company_id,
        "vehicle_id": data.vehicle_id,
        "instrument": data.instrument,
        "amount_krw": amount,
        "project_budget_krw": project.budget_krw,
        "region_code": project.region_code,
        "initiative_code": project.initiative_code,
    }
    return _make(session, facts, data.distinct_from, lead_id=maker.person_id, maker=maker, at=at)


def edit_deal(session: Session, deal_id: UUID, data: DealIn, *, version: int, caller: Caller, at: datetime) -> Deal:
    """Replace what is recorded of a deal; other terms void its approval and send it back.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody changed it since ``version``.
    StepNotAllowed
        When terms would change that are contracted, or the deal has ended.
    ValueNotAllowed
        When a code or record it names is unknown.
    """
    deal = lock_deal(session, deal_id)
    if deal.version != version:
        raise RecordChanged("This deal was changed since you opened it; load it again and repeat your change.")
    before = deal.terms_digest()
    for name, value in data.model_dump(exclude={"lead_id"}).items():
        setattr(deal, name, value)
    deal.lead_id = data.lead_id or deal.lead_id
    changed = deal.terms_digest() != before
    if changed and deal.stage not in EDITABLE:
        raise StepNotAllowed(
            "The terms of a deal that is {stage} cannot be changed any more.", stage=locales.label(deal.stage)
        )
    _check_references(session, deal)
    deal.mark_edited(at)
    session.add(deal)
    session.flush()
    record_activity(session, deal.id, ActivityKind.EDITED, person_id=caller.person_id, at=at)
    if changed:
        _send_back(session, deal, caller.person_id, at)
    return deal


def reconsider_deals(
    session: Session, *, words: str, at: datetime, company_id: UUID | None = None, project_id: UUID | None = None
) -> None:
    """Send deals back whose company changed owners or whose project changed partners.

    Interests and limits hang on both, so an approval given before does not hold; of deals that are contracted or later
    the timeline is told.
    """
    named = Deal.company_id == company_id if project_id is None else Deal.project_id == project_id
    query = select(Deal.id).where(named, col(Deal.stage).in_(OPEN_STAGES)).order_by(col(Deal.id))
    for deal_id in session.exec(query).all():
        deal = lock_any_deal(session, deal_id)
        record_activity(session, deal.id, ActivityKind.EDITED, person_id=None, words=words, at=at)
        _send_back(session, deal, None, at)


def _send_back(session: Session, deal: Deal, person_id: UUID | None, at: datetime) -> None:
    """Void what was approved on other terms; the deal stays before the committee only while its gate is open."""
    if deal.stage not in {DealStage.COMMITTEE, DealStage.APPROVED}:
        return
    void_approvals(session, deal, at=at)
    ready = not missing_for(session, deal, DealStage.COMMITTEE)
    stage = DealStage.COMMITTEE if ready else DealStage.DUE_DILIGENCE
    if stage is not deal.stage:
        take_step(session, deal, stage, person_id=person_id, at=at)


def _make(
    session: Session,
    facts: dict[str, Any],
    distinct_from: Collection[UUID],
    *,
    lead_id: UUID,
    maker: Caller,
    at: datetime,
) -> Deal:
    deal = Deal(**facts, lead_id=lead_id, recorded_at=at, updated_at=at, stage_since=at)
    _check_references(session, deal)
    session.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(MAKING_LOCK)))
    candidates = find_duplicates(
        session,
        company_id=deal.company_id,
        project_id=deal.project_id,
        titles=(deal.title_ko, deal.title_en),
        summary=deal.summary,
    )
    refuse_duplicates(candidates, distinct_from=distinct_from)
    session.add(deal)
    session.flush()
    session.add(DealStageChange(deal_id=deal.id, to_stage=deal.stage, person_id=maker.person_id, recorded_at=at))
    record_activity(session, deal.id, ActivityKind.CREATED, person_id=maker.person_id, subject_id=deal.match_id, at=at)
    for candidate in candidates:
        record_activity(
            session,
            deal.id,
            ActivityKind.CREATED,
            person_id=maker.person_id,
            words=sentence(
                "Looked at, and another one than {deal}.", deal=Named(candidate.title_ko, candidate.title_en)
            ),
            subject_id=candidate.deal_id,
            at=at,
        )
    return deal


def _lead_of(session: Session, project_id: UUID) -> UUID | None:
    return session.exec(
        select(ConsortiumMember.organisation_id)
        .where(ConsortiumMember.project_id == project_id)
        .where(ConsortiumMember.role == ConsortiumRole.LEAD)
    ).first()


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]


def _check_references(session: Session, deal: Deal) -> None:
    with session.no_autoflush:
        _check(session, col(Organisation.id), deal.company_id, field="company_id")
        _check(session, col(RndProject.id), deal.project_id, field="project_id")
        _check(session, col(Vehicle.id), deal.vehicle_id, field="vehicle_id")
        _check(session, col(Region.code), deal.region_code, field="region_code")
        _check(session, col(Initiative.code), deal.initiative_code, field="initiative_code")
        leads = (
            select(Person.id)
            .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
            .where(Person.id == deal.lead_id, Person.active, PersonRole.role == Role.FUND_MANAGER)
        )
        if session.exec(leads).first() is None:
            raise ValueNotAllowed("The lead of a deal is a fund manager.", field="lead_id")


def _check(session: Session, column: Any, named: Any, *, field: str) -> None:  # noqa: ANN401 - the key of any table
    if named is not None and session.exec(select(column).where(column == named)).first() is None:
        raise ValueNotAllowed("There is no {code} in this list.", field=field, code=named)
