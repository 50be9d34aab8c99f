"""The random sample: lots drawn among a deal's self-settled claims, each draw kept whole and repeatable by anybody."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from fund_service.settlement.draw_schemas import DrawSummary, DrawView, LotView
from fund_service.settlement.lots import digest_of_claims, draw_lots, in_order_of_lots, lot_of
from fund_service.vehicles.policy import POLICIES, SETTLEMENT_SAMPLE_BP, policy_bp
from models.errors import RecordNotFound, StepNotAllowed
from models.person import Person
from models.settlement import ClaimState, ExpenseClaim, SampleDraw, SampleLot
from models.timeline import ActivityKind

SEED_BITS = 53
"""A seed that every program reads exactly out of JSON."""


def sample_share(session: Session) -> int:
    """Give the share of self-settled claims that is drawn, in basis points; at least one."""
    return max(1, policy_bp(session, SETTLEMENT_SAMPLE_BP, otherwise=POLICIES[SETTLEMENT_SAMPLE_BP]))


def undrawn_claims(session: Session, deal_id: UUID) -> int:
    """Count the self-settled claims of a deal that were neither drawn nor reviewed: what the next draw draws from."""
    return session.exec(
        select(func.count())
        .select_from(ExpenseClaim)
        .where(ExpenseClaim.deal_id == deal_id, ExpenseClaim.state == ClaimState.SETTLED)
    ).one()


def draw_sample(session: Session, deal_id: UUID, *, caller: Caller, at: datetime) -> SampleDraw:
    """Draw lots among a deal's self-settled claims that were not drawn before; documents are asked for those drawn.

    The service chooses the seed, so that nobody picks whom it hits. A later draw adds to the sample and takes nothing
    out of it, so drawing again until somebody is spared is of no use.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    StepNotAllowed
        When there is nothing to draw from.
    """
    lock_deal(session, deal_id)
    claims = session.exec(
        select(ExpenseClaim)
        .where(ExpenseClaim.deal_id == deal_id, ExpenseClaim.state == ClaimState.SETTLED)
        .execution_options(populate_existing=True)
    ).all()
    if not claims:
        raise StepNotAllowed("There is no self-settled claim that was not drawn before.")
    by_id = {claim.id: claim for claim in claims}
    seed, share = secrets.randbits(SEED_BITS), sample_share(session)
    drawn = draw_lots(seed, list(by_id), share)
    draw = SampleDraw(
        deal_id=deal_id,
        seed=seed,
        share_bp=share,
        candidates=len(claims),
        drawn=len(drawn),
        drawn_by_id=caller.person_id,
        claims_digest=digest_of_claims(by_id),
        recorded_at=at,
    )
    session.add(draw)
    session.flush()
    session.add_all(
        SampleLot(draw_id=draw.id, claim_id=claim_id, position=position)
        for position, claim_id in enumerate(in_order_of_lots(seed, by_id), 1)
    )
    for claim_id in drawn:
        by_id[claim_id].state = ClaimState.SAMPLED
    session.flush()
    told = sentence(
        "{drawn} of {claims} claims drawn by lot, seed {seed}", drawn=len(drawn), claims=len(claims), seed=str(seed)
    )
    record_activity(
        session,
        deal_id,
        ActivityKind.SETTLEMENT,
        person_id=caller.person_id,
        words=told,
        subject_id=draw.id,
        at=at,
    )
    return draw


def draws_of(session: Session, deal_id: UUID) -> list[DrawSummary]:
    """Show the draws of a deal, the newest first."""
    rows = session.exec(
        select(SampleDraw, Person.name)
        .join(Person, col(Person.id) == col(SampleDraw.drawn_by_id))
        .where(SampleDraw.deal_id == deal_id)
        .order_by(col(SampleDraw.id).desc())
    ).all()
    return [DrawSummary(**draw.model_dump(), drawn_by=name) for draw, name in rows]


def draw_view(session: Session, deal_id: UUID, draw_id: UUID) -> DrawView:
    """Show a draw with every claim it was made from, in the order of their lots, and whether repeating it agrees.

    Raises
    ------
    RecordNotFound
        When there is no such draw of the deal.
    """
    summary = next((draw for draw in draws_of(session, deal_id) if draw.id == draw_id), None)
    if summary is None:
        raise RecordNotFound("There is no such draw of this deal.")
    rows = session.exec(
        select(SampleLot, ExpenseClaim)
        .join(ExpenseClaim, col(ExpenseClaim.id) == col(SampleLot.claim_id))
        .where(SampleLot.draw_id == draw_id)
        .order_by(col(SampleLot.position))
    ).all()
    claim_ids = [claim.id for _, claim in rows]
    drawn = draw_lots(summary.seed, claim_ids, summary.share_bp)
    shown = {"amount_krw", "category", "spent_on", "state"}
    return DrawView(
        **summary.model_dump(),
        deal_id=deal_id,
        lots=[
            LotView(
                **claim.model_dump(include=shown),
                claim_id=claim.id,
                lot=lot_of(summary.seed, claim.id),
                drawn=lot.position <= summary.drawn,
            )
            for lot, claim in rows
        ],
        repeats=digest_of_claims(claim_ids) == summary.claims_digest and drawn == claim_ids[: summary.drawn],
    )
