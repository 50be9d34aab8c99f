"""What the choice reads from the database: candidates, what they are worth, and every rule between them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.portfolio.problem import Position, Rule
from fund_service.portfolio.rules import limit_rules, money_rules, name_of
from fund_service.portfolio.schemas import Name
from fund_service.portfolio.scores import Score, deal_score, review_score, value_krw
from fund_service.vehicles.figures import read_vehicles
from fund_service.vehicles.limits import Proposal, weigh_portfolio
from fund_service.vehicles.weighing import Placement, line_of
from models.deal import Deal, DealStage
from models.diligence import Criterion, DealReview, ReviewScore
from models.organisation import Organisation, OwnershipGroup
from models.plan import MegaRegion
from models.vehicle import Envelope, LimitRule

CANDIDATE_STAGES = (DealStage.COMMITTEE, DealStage.APPROVED)
"""Before the committee, and approved but not contracted: neither has won on the ledger."""
MAX_CANDIDATES = 1_000
"""Candidates chosen among; the oldest come first."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A candidate with what a reader is to know of it."""

    deal: Deal
    position: Position
    score: Score
    company: Name
    vehicle: Name


@dataclass(frozen=True, slots=True)
class Board:
    """All that the choice is made from; rules as they are on record, names by key."""

    asking: Sequence[Asking]
    left_out: int
    funded: Sequence[Position]
    rules: Sequence[Rule]
    rule_names: Mapping[str, Name]
    subjects: Mapping[str, Name]


def read_board(session: Session, *, on: date) -> Board:
    """Read the candidates and rules in force on a date in Seoul, in a fixed number of statements.

    A deal that names no vehicle is counted on the mother fund. Without a mother fund there is nothing to choose.
    """
    vehicles = {vehicle.id: vehicle for vehicle in read_vehicles(session)}
    mother = next((vehicle for vehicle in vehicles.values() if vehicle.parent_id is None), None)
    if mother is None:
        return Board([], 0, [], [], {}, {})
    at_committee = col(Deal.stage).in_(CANDIDATE_STAGES) & col(Deal.merged_into_id).is_(None)
    deals = session.exec(select(Deal).where(at_committee).order_by(col(Deal.id)).limit(MAX_CANDIDATES)).all()
    count = session.exec(select(func.count()).select_from(Deal).where(at_committee)).one()
    weighed = weigh_portfolio(session, [_proposal(deal, mother.id) for deal in deals], on=on)
    envelopes = session.exec(select(Envelope).order_by(col(Envelope.id))).all()
    limits = dict(session.exec(select(LimitRule.id, LimitRule.mega_region_code)).all())
    scores = _scores(session, [deal.id for deal in deals])
    companies = _names(session, Organisation, {deal.company_id for deal in deals})
    groups = _names(session, OwnershipGroup, {placed.group_id for placed in weighed.added})
    asking = [
        Asking(
            deal=deal,
            position=_position(
                deal,
                placed,
                score=scores[deal.id],
                drawn=envelopes_of(
                    deal,
                    placed.mega_region_code,
                    line_of(weighed.portfolio.parents, placed.vehicle_id),
                    envelopes=envelopes,
                    on=on,
                ),
            ),
            score=scores[deal.id],
            company=companies[str(deal.company_id)],
            vehicle=name_of(vehicles[placed.vehicle_id]),
        )
        for deal, placed in zip(deals, weighed.added, strict=True)
    ]
    mega_regions = {row.code: name_of(row) for row in session.exec(select(MegaRegion))}
    rules, names = limit_rules(weighed, limits, vehicles, mega_regions)
    money, money_names = money_rules(session, vehicles, envelopes, on)
    return Board(
        asking=asking,
        left_out=count - len(deals),
        funded=[_funded(placed, number) for number, placed in enumerate(weighed.portfolio.placed)],
        rules=[*money, *rules],
        rule_names=money_names | names,
        subjects=companies | groups,
    )


def envelopes_of(
    deal: Deal, mega_region: str | None, line: Iterable[UUID], *, envelopes: Iterable[Envelope], on: date
) -> list[Envelope]:
    """Give the envelopes a commitment to a deal would draw on, as `fund_service.vehicles.envelopes` finds them.

    ``line`` is the vehicle that would commit and those it draws on.
    """
    above = set(line)
    return [
        envelope
        for envelope in envelopes
        if envelope.initiative_code in {None, deal.initiative_code}
        and envelope.region_code in {None, deal.region_code}
        and envelope.mega_region_code in {None, mega_region}
        and envelope.year in {None, on.year}
        and (envelope.vehicle_id is None or envelope.vehicle_id in above)
    ]


def _proposal(deal: Deal, mother_id: UUID) -> Proposal:
    return Proposal(
        deal_id=deal.id,
        vehicle_id=deal.vehicle_id or mother_id,
        company_id=deal.company_id,
        amount_krw=deal.amount_krw,
        main_purpose=deal.main_purpose,
        region_code=deal.region_code,
        project_budget_krw=deal.project_budget_krw,
    )


def _position(
    deal: Deal,
    placed: Placement,
    *,
    score: Score,
    drawn: Iterable[Envelope],
) -> Position:
    return Position(
        str(deal.id),
        deal.amount_krw,
        value=value_krw(deal.amount_krw, score.mean),
        vehicle=str(placed.vehicle_id),
        company=str(placed.company_id),
        group=str(placed.group_id),
        main_purpose=placed.main_purpose,
        region=placed.mega_region_code or "",
        large=placed.large,
        envelopes=frozenset(f"envelope-{envelope.id}" for envelope in drawn),
    )


def _funded(placed: Placement, number: int) -> Position:
    return Position(
        f"funded-{number}",
        placed.amount_krw,
        vehicle=str(placed.vehicle_id),
        company=str(placed.company_id),
        group=str(placed.group_id),
        main_purpose=placed.main_purpose,
        region=placed.mega_region_code or "",
        large=placed.large,
    )


def _scores(session: Session, deal_ids: Sequence[UUID]) -> dict[UUID, Score]:
    rows = session.exec(
        select(DealReview.deal_id, DealReview.id, ReviewScore.criterion, ReviewScore.score)
        .join(ReviewScore, col(ReviewScore.review_id) == col(DealReview.id))
        .where(col(DealReview.deal_id).in_(deal_ids))
        .order_by(col(DealReview.id), col(ReviewScore.criterion))
    )
    reviews: dict[UUID, dict[UUID, dict[Criterion, int]]] = {}
    for deal_id, review_id, criterion, score in rows:
        reviews.setdefault(deal_id, {}).setdefault(review_id, {})[Criterion(criterion)] = score
    return {
        deal_id: deal_score([review_score(scores) for scores in reviews.get(deal_id, {}).values()])
        for deal_id in deal_ids
    }


def _names(
    session: Session, table: type[Organisation] | type[OwnershipGroup], ids: Collection[UUID]
) -> dict[str, Name]:
    rows = session.exec(select(table.id, table.name_ko, table.name_en).where(col(table.id).in_(ids)))
    return {str(key): Name(ko=ko or en or "", en=en or ko or "") for key, ko, en in rows}
