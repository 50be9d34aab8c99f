"""The pipeline as a board and as a list: the same deals under the same filters, in a fixed number of statements."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from fund_service.accounts.callers import Caller
from fund_service.deals.moving import ENDED, steps_by_hand
from fund_service.deals.saved_filters import saved_filters
from fund_service.deals.schemas import (
    BoardColumn,
    DealBoard,
    DealCard,
    DealChoices,
    DealFilters,
    DealsPage,
    Party,
    StageSum,
)
from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.plan.schemas import Choice
from models.clock import business_date
from models.deal import OPEN_STAGES, Deal, DealStage
from models.organisation import Organisation
from models.person import Person, PersonRole, Role
from models.plan import Initiative, MegaRegion, Region, TechnologyField
from models.project import ProjectField
from models.vehicle import Vehicle

LISTED = (
    "id", "version", "title_ko", "title_en", "stage", "stage_since", "company_id", "lead_id", "vehicle_id",
    "instrument", "amount_krw", "region_code", "initiative_code",
)  # fmt: skip
"""The columns of a card; summaries, by far the longest, are not among them."""


STAGE = SQLModel.metadata.tables["deal"].c.stage.type


def deal_board(session: Session, filters: DealFilters, *, caller: Caller, cards: int, at: datetime) -> DealBoard:
    """Show the pipeline, one column a stage with its newest deals, in nine statements."""
    offered = deal_choices(session)
    sums = _sums(session, filters, at)
    shown = [filters.stage] if filters.stage else list(DealStage)
    columns = [getattr(Deal, name) for name in LISTED]
    met = conditions(filters.model_copy(update={"stage": None}), at=at)
    stages = sa.values(sa.column("stage", STAGE), name="stages").data([(stage,) for stage in shown])
    newest = (
        sa.select(*columns)
        .where(col(Deal.stage) == stages.c.stage, *met)
        .order_by(col(Deal.id).desc())
        .limit(cards)
        .lateral("newest")
    )
    query = _named(newest, stages.join(newest, sa.true())).order_by(newest.c.id.desc())
    found = deal_cards(session.connection().execute(query).all(), offered, today=business_date(at))
    by_stage: dict[DealStage, list[DealCard]] = {stage: [] for stage in shown}
    for card in found:
        by_stage[card.stage].append(card)
    return DealBoard(
        columns=[
            BoardColumn(stage=stage, count=sums[stage].count, amount_krw=sums[stage].amount_krw, cards=by_stage[stage])
            for stage in shown
        ],
        filters=filters,
        choices=offered,
        saved=saved_filters(session, caller),
    )


def list_deals(
    session: Session, filters: DealFilters, *, caller: Caller, after: Cursor | None, limit: int, at: datetime
) -> DealsPage:
    """List deals, newest first, in nine statements."""
    offered = deal_choices(session)
    page = sa.select(*(getattr(Deal, name) for name in LISTED)).where(*conditions(filters, at=at))
    if after is not None:
        page = page.where(col(Deal.id) < after.after)
    newest = page.order_by(col(Deal.id).desc()).limit(limit + 1).subquery("newest")
    query = _named(newest, newest).order_by(newest.c.id.desc())
    rows, next_cursor = cut_page(session.connection().execute(query).all(), limit, key=lambda row: row.id)
    return DealsPage(
        items=deal_cards(rows, offered, today=business_date(at)),
        next_cursor=next_cursor,
        filters=filters,
        stages=_sums(session, filters, at),
        choices=offered,
        saved=saved_filters(session, caller),
    )


def conditions(filters: DealFilters, *, at: datetime) -> list[sa.ColumnElement[bool]]:
    """Say what a listed deal fulfils; one that was merged into another is never listed."""
    met: list[sa.ColumnElement[bool]] = [col(Deal.merged_into_id).is_(None)]
    exact = {
        "stage": filters.stage, "lead_id": filters.lead_id, "vehicle_id": filters.vehicle_id,
        "region_code": filters.region_code, "initiative_code": filters.initiative_code,
    }  # fmt: skip
    met += [col(getattr(Deal, name)) == value for name, value in exact.items() if value is not None]
    if filters.mega_region_code is not None:
        provinces = select(Region.code).where(Region.mega_region_code == filters.mega_region_code)
        met.append(col(Deal.region_code).in_(provinces))
    if filters.field_code is not None:
        working = select(ProjectField.project_id).where(ProjectField.field_code == filters.field_code)
        met.append(col(Deal.project_id).in_(working))
    if filters.amount_min is not None:
        met.append(col(Deal.amount_krw) >= filters.amount_min)
    if filters.amount_max is not None:
        met.append(col(Deal.amount_krw) <= filters.amount_max)
    if filters.overdue_days is not None:
        met.append(col(Deal.stage).in_(OPEN_STAGES))
        met.append(col(Deal.stage_since) < at - timedelta(days=filters.overdue_days))
    met += [_speaks_of(word) for word in (filters.q or "").split()]
    return met


def _speaks_of(word: str) -> sa.ColumnElement[bool]:
    named = select(Organisation.id).where(
        sa.or_(*(col(name).icontains(word, autoescape=True) for name in (Organisation.name_ko, Organisation.name_en)))
    )
    titles = (col(title).icontains(word, autoescape=True) for title in (Deal.title_ko, Deal.title_en))
    return sa.or_(*titles, col(Deal.company_id).in_(named))


def _sums(session: Session, filters: DealFilters, at: datetime) -> dict[DealStage, StageSum]:
    """Count and add up the deals of each stage, whatever stage the list is narrowed to."""
    others = conditions(filters.model_copy(update={"stage": None}), at=at)
    rows = session.exec(
        select(Deal.stage, sa.func.count(), sa.func.sum(col(Deal.amount_krw))).where(*others).group_by(col(Deal.stage))
    ).all()
    found = {stage: StageSum(count=count, amount_krw=int(total)) for stage, count, total in rows}
    return {stage: found.get(stage, StageSum(count=0, amount_krw=0)) for stage in DealStage}


def _named(newest: sa.FromClause, source: sa.FromClause) -> sa.Select[Any]:
    """Add the names of company and lead to the columns of a card."""
    return (
        sa.select(
            newest,
            col(Organisation.name_ko).label("company_ko"),
            col(Organisation.name_en).label("company_en"),
            col(Person.name).label("lead_name"),
        )
        .select_from(source)
        .join(Organisation, col(Organisation.id) == newest.c.company_id)
        .join(Person, col(Person.id) == newest.c.lead_id)
    )


def deal_cards(rows: Iterable[Any], offered: DealChoices, *, today: date) -> list[DealCard]:
    """Show listed rows with the names of vehicle, region and initiative, and the steps that lead on."""
    vehicles = {vehicle.id: vehicle for vehicle in offered.vehicles}
    regions, initiatives = _by_code(offered.regions), _by_code(offered.initiatives)
    steps = {stage: [step for step in steps_by_hand(stage) if step not in ENDED] for stage in DealStage}
    return [
        # What the database gave needs no second check, and a board has many cards.
        DealCard.model_construct(
            id=row.id,
            version=row.version,
            title_ko=row.title_ko,
            title_en=row.title_en,
            stage=row.stage,
            days_in_stage=(today - business_date(row.stage_since)).days,
            company=Party.model_construct(id=row.company_id, name_ko=row.company_ko, name_en=row.company_en),
            lead_id=row.lead_id,
            lead_name=row.lead_name,
            vehicle=vehicles.get(row.vehicle_id),
            instrument=row.instrument,
            amount_krw=row.amount_krw,
            region=regions.get(row.region_code),
            initiative=initiatives.get(row.initiative_code),
            steps=steps[row.stage],
        )
        for row in rows
    ]


def _by_code(named: Sequence[Choice]) -> dict[str | None, Choice]:
    return {choice.code: choice for choice in named}


def deal_choices(session: Session) -> DealChoices:
    """List what deals can be narrowed to and described with, in six statements."""
    vehicles = session.exec(select(Vehicle.id, Vehicle.name_ko, Vehicle.name_en).order_by(col(Vehicle.name_ko)))
    leads = session.exec(
        select(Person.id, Person.name)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(Person.active, PersonRole.role == Role.FUND_MANAGER)
        .order_by(col(Person.name), col(Person.id))
    )
    return DealChoices(
        fields=choices(session, TechnologyField),
        regions=choices(session, Region),
        mega_regions=choices(session, MegaRegion),
        initiatives=choices(session, Initiative),
        vehicles=[Party(id=key, name_ko=name_ko, name_en=name_en) for key, name_ko, name_en in vehicles],
        leads=[Party(id=key, name_ko=name, name_en=name) for key, name in leads],
    )


def party_of(parties: Sequence[Party], key: UUID | None) -> Party | None:
    """Find a party by its id among those offered."""
    return next((party for party in parties if party.id == key), None)
