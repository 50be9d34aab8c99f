"""What a commitment to a deal would do: rules that pass or break, the portfolio after, vehicle and envelopes."""

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.deals.heads import deal_head
from fund_service.plan.queries import choices
from fund_service.vehicles.charts import shares_chart
from fund_service.vehicles.envelopes import envelopes_for
from fund_service.vehicles.figures import envelope_sums, names, read_vehicles
from fund_service.vehicles.limits import Proposal, RuleFinding, Weighed, proposal_of, weigh_portfolio
from fund_service.vehicles.queries import finding_views
from fund_service.vehicles.rule_views import DealLimitsView, EnvelopeFit, ShareRow, WhatIf
from fund_service.vehicles.views import VehicleName
from fund_service.vehicles.weighing import WHOLE_BP, Placement
from models.deal import Deal, DealStage
from models.errors import RecordNotFound, ValueNotAllowed
from models.ledger import Account, AccountKind, LedgerLine
from models.organisation import Organisation
from models.plan import MegaRegion
from models.vehicle import LimitKind


def deal_limits(session: Session, deal_id: UUID, what_if: WhatIf, *, on: date) -> DealLimitsView:
    """Weigh a commitment to a deal, as it stands or with another amount or vehicle; nothing is changed by asking.

    In 17 statements, however much there is.

    Raises
    ------
    RecordNotFound
        When there is no deal by this id.
    ValueNotAllowed
        When there is no such vehicle.
    """
    deal = session.exec(select(Deal).where(Deal.id == deal_id)).first()
    if deal is None:
        raise RecordNotFound("There is no such deal.")
    vehicles = names(read_vehicles(session))
    vehicle = _vehicle(vehicles, what_if.vehicle_id or deal.vehicle_id)
    committed = _balance(session, Account.deal_id == deal_id, AccountKind.COMMITTED, AccountKind.DRAWN)
    lacking = max(0, deal.amount_krw - committed)
    amount = lacking if what_if.amount_krw is None else what_if.amount_krw
    proposals = _approved(session, deal_id) if what_if.with_approved else []
    if vehicle is not None:
        proposals.append(proposal_of(deal, vehicle_id=vehicle.id, amount_krw=amount))
    weighed = weigh_portfolio(session, proposals, on=on)
    regions = _regions(session, weighed)
    uncommitted = _uncommitted(session, vehicle)
    return DealLimitsView(
        deal=deal_head(session, deal_id),
        as_of=on,
        amount_krw=amount,
        committed_krw=committed,
        vehicle=vehicle,
        differs=amount != lacking or (None if vehicle is None else vehicle.id) != deal.vehicle_id,
        with_approved=what_if.with_approved,
        uncommitted_krw=uncommitted,
        missing_krw=0 if uncommitted is None else max(0, amount - uncommitted),
        envelopes=[] if vehicle is None else _envelopes(session, deal, vehicle.id, amount_krw=amount, on=on),
        findings=finding_views(weighed.findings),
        total_before_krw=_sum(weighed.portfolio.placed),
        total_after_krw=_sum(weighed.portfolio.placed) + _sum(weighed.added),
        regions=regions,
        shares=_shares(session, deal, weighed),
        chart=shares_chart(regions, title=locales.gettext("Won committed by region, before and after")),
        vehicles=list(vehicles.values()),
    )


def _vehicle(vehicles: dict[UUID, VehicleName], vehicle_id: UUID | None) -> VehicleName | None:
    if vehicle_id is not None and vehicle_id not in vehicles:
        raise ValueNotAllowed("There is no {code} in this list.", field="vehicle_id", code=vehicle_id)
    return None if vehicle_id is None else vehicles[vehicle_id]


def _balance(session: Session, where: bool, *kinds: AccountKind) -> int:  # noqa: FBT001 - a condition of SQLAlchemy
    total = func.coalesce(func.sum(LedgerLine.amount_krw), 0)
    query = select(total).join(Account, col(Account.id) == col(LedgerLine.account_id))
    return int(session.exec(query.where(where, col(Account.kind).in_(kinds))).one())


def _uncommitted(session: Session, vehicle: VehicleName | None) -> int | None:
    if vehicle is None:
        return None
    return _balance(session, Account.vehicle_id == vehicle.id, AccountKind.UNCOMMITTED)


def _approved(session: Session, deal_id: UUID) -> list[Proposal]:
    """Propose the other deals that are approved and not committed, each with its whole amount."""
    deals = session.exec(
        select(Deal).where(
            Deal.stage == DealStage.APPROVED,
            Deal.id != deal_id,
            col(Deal.vehicle_id).is_not(None),
            col(Deal.merged_into_id).is_(None),
        )
    )
    return [
        proposal_of(deal, vehicle_id=deal.vehicle_id, amount_krw=deal.amount_krw)
        for deal in deals
        if deal.vehicle_id is not None
    ]


def _envelopes(session: Session, deal: Deal, vehicle_id: UUID, *, amount_krw: int, on: date) -> list[EnvelopeFit]:
    fitting = envelopes_for(session, deal, vehicle_id=vehicle_id, on=on)
    sums = envelope_sums(session, [envelope.id for envelope in fitting])
    fits = []
    for envelope in fitting:
        _, available, _ = sums.get(envelope.id, (0, 0, 0))
        fits.append(
            EnvelopeFit(
                **envelope.model_dump(include={"id", "name_ko", "name_en"}),
                available_krw=available,
                missing_krw=max(0, amount_krw - available),
            )
        )
    return fits


Counts = Callable[[Placement], bool]


def _regions(session: Session, weighed: Weighed) -> list[ShareRow]:
    """Share out the portfolio over the mega-regions and special provinces, and what has no region."""
    floors = _limits(weighed.findings, LimitKind.REGIONAL_FLOOR)
    rows = [
        _share(locales.pick(region.name_ko, region.name_en), weighed, _lies_in(region.code), floors.get(region.code))
        for region in choices(session, MegaRegion)
    ]
    return [*rows, _share(locales.gettext("Region not stated"), weighed, _lies_in(None), None)]


def _shares(session: Session, deal: Deal, weighed: Weighed) -> list[ShareRow]:
    """Share out the portfolio by purpose and size, and give what the deal's company and its group have of it."""
    group_id = session.exec(select(Organisation.ownership_group_id).where(Organisation.id == deal.company_id)).one()
    main = _limits(weighed.findings, LimitKind.MAIN_PURPOSE_SHARE).get("")
    large = _limits(weighed.findings, LimitKind.LARGE_PROJECT_SHARE).get("")
    return [
        _share(locales.gettext("Main purpose"), weighed, lambda placement: placement.main_purpose, main),
        _share(
            locales.gettext("Projects of KRW 10 billion or more"), weighed, lambda placement: placement.large, large
        ),
        _share(
            locales.gettext("This company"), weighed, lambda placement: placement.company_id == deal.company_id, None
        ),
        _share(locales.gettext("Its ownership group"), weighed, lambda placement: placement.group_id == group_id, None),
    ]


def _limits(findings: Iterable[RuleFinding], kind: LimitKind) -> dict[str, int]:
    """Give the limits of the whole fund's rules of a kind, by what they are about."""
    of_fund = [finding for finding in findings if finding.kind is kind and finding.vehicle_id is None]
    return {finding.subject_id: finding.limit_bp for finding in of_fund}


def _lies_in(mega_region_code: str | None) -> Counts:
    return lambda placement: placement.mega_region_code == mega_region_code


def _share(name: str, weighed: Weighed, counts: Counts, floor_bp: int | None) -> ShareRow:
    placed, added = weighed.portfolio.placed, weighed.added
    before = _sum(placement for placement in placed if counts(placement))
    after = before + _sum(placement for placement in added if counts(placement))
    return ShareRow(
        name=name,
        before_krw=before,
        after_krw=after,
        before_bp=_bp(before, _sum(placed)),
        after_bp=_bp(after, _sum(placed) + _sum(added)),
        floor_bp=floor_bp,
    )


def _bp(part: int, whole: int) -> int | None:
    return part * WHOLE_BP // whole if whole > 0 else None


def _sum(placements: Iterable[Placement]) -> int:
    return sum(placement.amount_krw for placement in placements)
