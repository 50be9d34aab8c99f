"""What limits are weighed on: the won on the ledger, and the rules that are recorded."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.vehicles.weighing import Placement, Rule, line_of
from models.deal import Deal
from models.ledger import Account, AccountKind, LedgerLine
from models.money import LARGE_PROJECT_KRW
from models.organisation import Organisation
from models.plan import Region
from models.vehicle import LimitForce, LimitKind, LimitRule, Vehicle, VehicleKind


def read_sizes(session: Session) -> dict[UUID, int]:
    """Read what each vehicle was promised off the ledger; size accounts are credit."""
    sizes = session.exec(
        select(col(Account.vehicle_id), func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(Account.kind == AccountKind.SIZE)
        .group_by(col(Account.vehicle_id))
    )
    return {vehicle_id: -int(size) for vehicle_id, size in sizes if vehicle_id is not None}


def read_placed(session: Session) -> list[Placement]:
    """Read the won committed to each deal from each vehicle off the ledger, with what rules ask of the deal."""
    asked = (
        col(Account.vehicle_id), col(Deal.company_id), col(Organisation.ownership_group_id), col(Deal.main_purpose),
        col(Deal.project_budget_krw), col(Region.mega_region_code),
    )  # fmt: skip
    total = func.sum(LedgerLine.amount_krw)
    committed = (
        sa.select(*asked, total.label("amount_krw"))
        .join_from(Account, LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .join(Deal, col(Deal.id) == col(Account.deal_id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .outerjoin(Region, col(Region.code) == col(Deal.region_code))
        .where(col(Account.kind).in_([AccountKind.COMMITTED, AccountKind.DRAWN]))
        .group_by(col(Deal.id), *asked)
        .having(total != 0)
    )
    return [
        Placement(
            vehicle_id=row.vehicle_id,
            company_id=row.company_id,
            group_id=row.ownership_group_id,
            amount_krw=int(row.amount_krw),
            main_purpose=row.main_purpose,
            mega_region_code=row.mega_region_code,
            large=(row.project_budget_krw or 0) >= LARGE_PROJECT_KRW,
        )
        for row in session.connection().execute(committed)
    ]


def read_rules(session: Session) -> list[Rule]:
    """Read every limit rule that is recorded, of whatever year."""
    stored = session.exec(select(LimitRule).order_by(col(LimitRule.id)))
    return [
        Rule(
            id=rule.id,
            kind=rule.kind,
            force=rule.force,
            share_bp=rule.share_bp,
            vehicle_id=rule.vehicle_id,
            mega_region_code=rule.mega_region_code,
            year=rule.year,
        )
        for rule in stored
    ]


def own_rules(
    vehicles: Mapping[UUID, Vehicle], parents: Mapping[UUID, UUID | None], concerned: Iterable[UUID]
) -> list[Rule]:
    """Give the main-purpose share that vehicles are themselves bound to; the mother fund's is a limit rule."""
    lines = sorted({step for vehicle_id in set(concerned) for step in line_of(parents, vehicle_id)})
    return [
        Rule(
            id=vehicle_id,
            kind=LimitKind.MAIN_PURPOSE_SHARE,
            force=LimitForce.BLOCKS,
            share_bp=vehicles[vehicle_id].main_purpose_share_bp,
            vehicle_id=vehicle_id,
        )
        for vehicle_id in lines
        if vehicles[vehicle_id].kind is not VehicleKind.MOTHER_FUND
    ]
