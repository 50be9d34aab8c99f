"""Reads of one deal: its facts, what the next steps lack, its history, and the way back to match and signal."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.consultations.holds import holds_of_deal
from fund_service.deals.board import deal_choices, party_of
from fund_service.deals.form_views import StepForm
from fund_service.deals.heads import deal_head
from fund_service.deals.moving import gates_of, read_told
from fund_service.deals.record_schemas import ActivityView, DealView, MergeView, Origin, StageView
from fund_service.deals.schemas import Party
from fund_service.deals.timeline import words_of
from fund_service.matches.parties import free_of_conflict
from fund_service.paging import Cursor, cut_page
from fund_service.plan.schemas import Choice
from fund_service.signals.queries import visible_to
from models.clock import business_date, utc_now
from models.deal import Deal, DealMerge, DealStage
from models.errors import RecordNotFound
from models.match import Match
from models.organisation import Organisation
from models.person import Person
from models.project import RndProject
from models.timeline import DealActivity, DealStageChange

TIMELINE = 50
"""Activities of a page."""


def deal_view(session: Session, deal_id: UUID, *, caller: Caller, after: Cursor | None, at: datetime) -> DealView:
    """Show one deal, with a page of its timeline.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    head = deal_head(session, deal_id)
    deal = session.get_one(Deal, deal_id)
    offered = deal_choices(session)
    activities, next_cursor = timeline_of(session, deal_id, after=after)
    shown = {
        "version", "summary", "project_budget_krw", "private_krw", "other_public_krw", "main_purpose", "additionality",
        "decline_reason", "decline_words", "source", "external_id", "recorded_at", "updated_at",
    }  # fmt: skip
    return DealView(
        **deal.model_dump(include=shown),
        deal=head,
        project=_project(session, deal.project_id),
        origin=_origin(session, deal, caller),
        lead=party_of(offered.leads, deal.lead_id) or _person(session, deal.lead_id),
        vehicle=party_of(offered.vehicles, deal.vehicle_id),
        region=_choice(offered.regions, deal.region_code),
        initiative=_choice(offered.initiatives, deal.initiative_code),
        days_in_stage=(business_date(at) - business_date(deal.stage_since)).days,
        gates=gates_of(session, deal),
        holds=holds_of_deal(session, deal_id, caller=caller, today=business_date(at)),
        stages=stages_of(session, deal_id),
        items=activities,
        next_cursor=next_cursor,
        merged=_merged(session, deal_id),
        terms_digest=deal.terms_digest(),
    )


def step_form(session: Session, deal_id: UUID) -> StepForm:
    """Prepare the form to take a step.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    head = deal_head(session, deal_id)
    return StepForm(deal=head, gates=gates_of(session, session.get_one(Deal, deal_id)))


def stages_of(session: Session, deal_id: UUID) -> list[StageView]:
    """List the steps that a deal took, the first one first."""
    rows = session.exec(
        select(DealStageChange, Person.name)
        .outerjoin(Person, col(Person.id) == col(DealStageChange.person_id))
        .where(DealStageChange.deal_id == deal_id)
        .order_by(col(DealStageChange.id))
    ).all()
    views = []
    for change, name in rows:
        reason, words = read_told(change.to_stage, change.words)
        views.append(
            StageView(
                from_stage=change.from_stage,
                to_stage=change.to_stage,
                person_name=name,
                reason=reason,
                words=words,
                at=change.recorded_at,
            )
        )
    return views


def timeline_of(session: Session, deal_id: UUID, *, after: Cursor | None) -> tuple[list[ActivityView], str | None]:
    """List what happened to a deal and to those that were merged into it, newest first, and where to read on."""
    # Merged deals may have others merged into them: all that now stand behind this one.
    behind = sa.select(col(Deal.id)).where(col(Deal.id) == deal_id).cte("behind", recursive=True)
    behind = behind.union(sa.select(col(Deal.id)).join(behind, col(Deal.merged_into_id) == behind.c.id))
    query = (
        select(DealActivity, Person.name, DealStageChange.to_stage)
        .outerjoin(Person, col(Person.id) == col(DealActivity.person_id))
        .outerjoin(DealStageChange, col(DealStageChange.id) == col(DealActivity.subject_id))
        .where(col(DealActivity.deal_id).in_(sa.select(behind.c.id)))
        .order_by(col(DealActivity.id).desc())
        .limit(TIMELINE + 1)
    )
    if after is not None:
        query = query.where(col(DealActivity.id) < after.after)
    rows, next_cursor = cut_page(session.exec(query).all(), TIMELINE, key=lambda row: row[0].id)
    return [_activity_view(activity, name, stage) for activity, name, stage in rows], next_cursor


def _activity_view(activity: DealActivity, name: str | None, stage: str | None) -> ActivityView:
    """Show an activity; ``stage`` is where it led, when it is a step."""
    to_stage = None if stage is None else DealStage(stage)
    return ActivityView(
        **activity.model_dump(include={"id", "kind", "subject_id", "deal_id"}),
        person_name=name,
        words=words_of(activity) if to_stage is None else read_told(to_stage, activity.words)[1],
        to_stage=to_stage,
        at=activity.recorded_at,
    )


def match_to_accept(session: Session, match_id: UUID, caller: Caller) -> tuple[Match, RndProject]:
    """Find a match that the caller may see, with its project.

    Raises
    ------
    RecordNotFound
        When there is none, or it is of a signal the caller may not know of.
    """
    visible = visible_to(caller).subquery()
    row = session.exec(
        select(Match, RndProject)
        .join(RndProject, col(RndProject.id) == col(Match.project_id))
        .join(visible, visible.c.id == col(Match.signal_id))
        .where(Match.id == match_id, free_of_conflict(business_date(utc_now())))
    ).first()
    if row is None:
        raise RecordNotFound("There is no such match among those you may see.")
    return row[0], row[1]


def _origin(session: Session, deal: Deal, caller: Caller) -> Origin | None:
    """Say which match and signal a deal came from; of a signal the reader may not read, nothing but that it is."""
    if deal.signal_id is None:
        return None
    readable = visible_to(caller).subquery()
    names = session.exec(
        select(Organisation.name_ko, Organisation.name_en)
        .join(readable, readable.c.organisation_id == col(Organisation.id))
        .where(readable.c.id == deal.signal_id)
    ).first()
    now = session.exec(
        select(Match.id).where(Match.signal_id == deal.signal_id, Match.project_id == deal.project_id)
    ).first()
    stands = session.exec(select(Match.id).where(Match.id == deal.match_id)).first() is not None
    return Origin(
        signal_id=deal.signal_id,
        signal_readable=names is not None,
        organisation_name_ko=names[0] if names else None,
        organisation_name_en=names[1] if names else None,
        match_id=deal.match_id,
        match_score=deal.match_score,
        match_stands=stands,
        match_now_id=now if names else None,
    )


def _project(session: Session, project_id: UUID | None) -> Party | None:
    project = None if project_id is None else session.get(RndProject, project_id)
    return None if project is None else Party(id=project.id, name_ko=project.title_ko, name_en=project.title_en)


def _person(session: Session, person_id: UUID) -> Party:
    """Name a lead who is no fund manager any more."""
    name = session.get_one(Person, person_id).name
    return Party(id=person_id, name_ko=name, name_en=name)


def _choice(named: Sequence[Choice], code: str | None) -> Choice | None:
    return next((choice for choice in named if choice.code == code), None)


def _merged(session: Session, deal_id: UUID) -> list[MergeView]:
    rows = session.exec(
        select(DealMerge, Deal, Person.name)
        .join(Deal, col(Deal.id) == col(DealMerge.merged_id))
        .join(Person, col(Person.id) == col(DealMerge.person_id))
        .where(DealMerge.kept_id == deal_id, col(DealMerge.undone_at).is_(None))
        .order_by(col(DealMerge.id))
    ).all()
    return [
        MergeView(
            merge_id=merge.id,
            deal_id=deal.id,
            title_ko=deal.title_ko,
            title_en=deal.title_en,
            words=merge.words,
            person_name=name,
            at=merge.recorded_at,
        )
        for merge, deal, name in rows
    ]
