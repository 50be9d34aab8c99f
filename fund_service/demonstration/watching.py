"""The invented relevance watch: an investor takes a named interest back, and a review of what it bore is open."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.commitments.commands import revoke_step
from fund_service.commitments.schemas import RevocationIn
from fund_service.demonstration.cast import Cast, gather
from fund_service.demonstration.collecting import PLANNER
from fund_service.market.hearing import ANSWERING_SCORE
from fund_service.matches.corpus import Matchmaker
from fund_service.relevance.commands import newest_run, watch
from fund_service.relevance.reviewing import propose
from fund_service.relevance.schemas import ProposalIn
from models.clock import business_date
from models.commitment import CommitmentDecision, CommitmentStep, StepOutcome
from models.match import Match
from models.project import ProjectState, RndProject
from models.relevance import RelevanceReview, ReviewCourse
from models.signal import CommitmentLevel, Confidentiality, DemandSignal, SignalState
from seeds.demo_rows import DEMO_SOURCE

REASON = RevocationIn(reason="투자 전략이 바뀌어 관심표명을 거둡니다.")
PROPOSED = ProposalIn(
    course=ReviewCourse.CONTINUE,
    words="관심을 거둔 곳은 한 곳이고 분야의 수요는 이어진다. 협약대로 계속하고 다음 분기 점검을 본다.",
)


def play_relevance(session: Session, matchmaker: Matchmaker, *, at: datetime) -> bool:
    """Play the first run once the demo has been matched, and say whether it was made; later ones are the service's.

    Of the named interests that can be taken back, that is taken which the fewest running projects answer.
    """
    if newest_run(session) is not None:
        return False
    cast = gather(session)
    step_id = _withdrawable(session)
    if step_id is not None:
        claimed_by = session.get_one(CommitmentStep, step_id).claimed_by_id
        [claimant] = [caller for caller in cast.callers.values() if caller.person_id == claimed_by]
        revoke_step(session, step_id, REASON, caller=claimant, at=at)
    watch(session, matchmaker, today=business_date(at))
    _propose(session, cast, at=at)
    return True


def _withdrawable(session: Session) -> UUID | None:
    """Find the one step of an open signal that stands on named interest alone and that running projects answer."""
    return session.exec(
        select(CommitmentStep.id)
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id))
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(Match, col(Match.signal_id) == col(DemandSignal.id))
        .join(RndProject, col(RndProject.id) == col(Match.project_id))
        .where(
            CommitmentDecision.outcome == StepOutcome.VERIFIED,
            CommitmentStep.level == CommitmentLevel.NAMED_INTEREST,
            DemandSignal.source == DEMO_SOURCE,
            DemandSignal.state == SignalState.LIVE,
            DemandSignal.claimed_level == CommitmentLevel.NAMED_INTEREST,
            DemandSignal.confidentiality == Confidentiality.OPEN,
            RndProject.state == ProjectState.RUNNING,
            col(Match.eligible),
            Match.score >= ANSWERING_SCORE,
        )
        .group_by(col(CommitmentStep.id), col(DemandSignal.external_id))
        .order_by(func.count(), col(DemandSignal.external_id))
        .limit(1)
    ).first()


def _propose(session: Session, cast: Cast, *, at: datetime) -> None:
    """Have the planner propose to go on with the first project under review; another person is to decide."""
    review_id = session.exec(select(RelevanceReview.id).order_by(col(RelevanceReview.id)).limit(1)).first()
    planner = cast.callers.get(PLANNER)
    if review_id is not None and planner is not None:
        propose(session, review_id, PROPOSED, caller=planner, at=at)
