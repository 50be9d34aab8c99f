"""Reads of the plan; it is small, so it is read anew each time and kept nowhere."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from sqlmodel import Session, SQLModel, col, select

from fund_service.plan.schemas import (
    Choice,
    InitiativeView,
    MegaRegionView,
    PillarView,
    PlanView,
    SourceView,
    TargetView,
    TechnologyFieldView,
    TechnologyView,
    TrlView,
)
from models.plan import (
    Initiative,
    MegaRegion,
    MegaRegionKind,
    Pillar,
    PlanSource,
    Region,
    Target,
    Technology,
    TechnologyField,
    TrlLevel,
)

R = TypeVar("R", bound=SQLModel)

Taxonomy = type[TechnologyField] | type[Region] | type[MegaRegion] | type[Initiative]


def plan(session: Session) -> PlanView:
    """Show the whole register, in nine statements."""
    initiatives = _initiatives(session)
    return PlanView(
        pillars=[
            PillarView(**pillar.model_dump(exclude={"position"}), initiatives=initiatives.get(pillar.code, []))
            for pillar in session.exec(select(Pillar).order_by(col(Pillar.position)))
        ],
        foundations=initiatives.get(None, []),
        regions=_regions(session),
        fields=_fields(session),
        trl=[TrlView(**level.model_dump()) for level in session.exec(select(TrlLevel).order_by(col(TrlLevel.level)))],
        sources=[
            SourceView(**source.model_dump())
            for source in session.exec(select(PlanSource).order_by(col(PlanSource.published_on), col(PlanSource.code)))
        ],
    )


def _initiatives(session: Session) -> dict[str | None, list[InitiativeView]]:
    """Read the initiatives of each pillar, those with a budget first, the largest first."""
    targets = _grouped(session.exec(select(Target)), by="initiative_code")
    rows = sorted(session.exec(select(Initiative)), key=lambda row: (-(row.budget_krw or 0), row.code))
    views: dict[str | None, list[InitiativeView]] = {}
    for initiative in rows:
        promised = sorted(targets.get(initiative.code, []), key=lambda row: (row.due_on or date.max, row.code))
        view = InitiativeView(
            **initiative.model_dump(exclude={"pillar_code"}),
            targets=[TargetView(**target.model_dump(exclude={"initiative_code"})) for target in promised],
        )
        views.setdefault(initiative.pillar_code, []).append(view)
    return views


def _regions(session: Session) -> list[MegaRegionView]:
    """Read the five mega-regions, then the three special provinces, each with its provinces."""
    provinces = _grouped(session.exec(select(Region).order_by(col(Region.code))), by="mega_region_code")
    rows = session.exec(select(MegaRegion).order_by(col(MegaRegion.code))).all()
    order = list(MegaRegionKind)
    return [
        MegaRegionView(
            **region.model_dump(),
            provinces=[Choice(**province.model_dump()) for province in provinces.get(region.code, [])],
        )
        for region in sorted(rows, key=lambda row: order.index(row.kind))
    ]


def _fields(session: Session) -> list[TechnologyFieldView]:
    technologies = _grouped(session.exec(select(Technology).order_by(col(Technology.code))), by="field_code")
    return [
        TechnologyFieldView(
            **field.model_dump(),
            technologies=[TechnologyView(**row.model_dump()) for row in technologies.get(field.code, [])],
        )
        for field in session.exec(select(TechnologyField).order_by(col(TechnologyField.code)))
    ]


def _grouped(rows: Iterable[R], *, by: str) -> dict[str, list[R]]:
    groups: dict[str, list[R]] = {}
    for row in rows:
        groups.setdefault(getattr(row, by), []).append(row)
    return groups


def choices(session: Session, table: Taxonomy) -> list[Choice]:
    """List what may be chosen from a taxonomy, by code."""
    return [
        Choice(code=code, name_ko=name_ko, name_en=name_en)
        for code, name_ko, name_en in session.exec(
            select(table.code, table.name_ko, table.name_en).order_by(col(table.code))
        )
    ]
