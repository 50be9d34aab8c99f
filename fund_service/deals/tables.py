"""The pipeline as a table to export, under the headings that an import reads again."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from fund_service import locales
from fund_service.deals.board import conditions, deal_choices
from fund_service.deals.schemas import DealFilters
from fund_service.exports import MAX_EXPORT_ROWS, Cell
from fund_service.imports.columns import Lookup
from fund_service.imports.deals import PipelineDirectory
from fund_service.imports.identity import known_as
from fund_service.imports.organisations import OrganisationDirectory
from fund_service.plan.schemas import Choice
from models.clock import business_date
from models.deal import Deal
from models.organisation import Organisation
from models.person import Person
from models.project import RndProject

EXPORTED = (
    "external_id", "source", "title_ko", "title_en", "company", "stage", "stage_since", "lead", "instrument", "amount",
    "budget", "private", "other_public", "main_purpose", "region", "initiative", "project", "vehicle", "additionality",
)  # fmt: skip
"""Columns of the table, named as the import names them; summaries are read one deal at a time."""


def deal_rows(session: Session, filters: DealFilters, *, at: datetime) -> Iterator[list[Cell]]:
    """Give the deals that a list narrowed like this would show, newest first, in twelve statements.

    Whatever a deal names is called so that an import finds it again: by number or name where that is clear, else by id.
    """
    offered = deal_choices(session)
    organisations, pipeline = OrganisationDirectory.read(session), PipelineDirectory.read(session)
    regions, initiatives = ({choice.code: _said(choice) for choice in named} for named in (
        offered.regions, offered.initiatives,
    ))  # fmt: skip
    vehicles = {
        vehicle.id: pipeline.called(Lookup.VEHICLE, vehicle.id, locales.pick(vehicle.name_ko, vehicle.name_en))
        for vehicle in offered.vehicles
    }
    query = (
        sa.select(Deal, Organisation, col(Person.email), col(RndProject.external_id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .join(Person, col(Person.id) == col(Deal.lead_id))
        .outerjoin(RndProject, col(RndProject.id) == col(Deal.project_id))
        .options(sa.orm.defer(Deal.summary))  # type: ignore[arg-type] # SQLModel types columns as their values
        .where(*conditions(filters, at=at))
        .order_by(col(Deal.id).desc())
        .limit(MAX_EXPORT_ROWS + 1)
    )
    for deal, company, email, project in session.execute(query):
        names = company.registration_number, locales.pick(company.name_ko, company.name_en)
        yield [
            known_as(deal.external_id, deal.id),
            deal.source,
            deal.title_ko,
            deal.title_en,
            organisations.called(company.id, *names, source=deal.source),
            locales.label(deal.stage),
            business_date(deal.stage_since),
            email,
            locales.label(deal.instrument),
            deal.amount_krw,
            deal.project_budget_krw,
            deal.private_krw or None,
            deal.other_public_krw or None,
            locales.gettext("yes") if deal.main_purpose else locales.gettext("no"),
            regions.get(deal.region_code),
            initiatives.get(deal.initiative_code),
            pipeline.called(Lookup.PROJECT, deal.project_id, project),
            vehicles.get(deal.vehicle_id),
            deal.additionality or None,
        ]


def _said(choice: Choice) -> str:
    return locales.pick(choice.name_ko, choice.name_en)
