"""The demo's watch: one interest is taken back, one review waits for a decision, and it is played once."""

from datetime import date

from sqlmodel import Session, select

from fund_service.demonstration.collecting import PLANNER
from fund_service.demonstration.watching import play_relevance
from models.clock import utc_now
from models.match import Match, MatchRun
from models.person import Person, PersonRole, Role
from models.relevance import RelevanceProposal, RelevanceReview, ReviewCause
from models.signal import CommitmentLevel, Confidentiality, DemandSignal
from seeds.demo import DEMO_DOMAIN
from seeds.demo_rows import DEMO_SOURCE
from tests.commitment_acts import climb
from tests.fund_service.market.conftest import MEMORY


def test_an_interest_is_taken_back_and_a_review_waits(watched):
    organisation = watched.world.organisations[16].id
    people = [
        Person(email=PLANNER, name="기획자", password_hash="none"),  # noqa: S106 - no secret
        Person(email=f"w{DEMO_DOMAIN}", name="투자자", password_hash="none", organisation_id=organisation),  # noqa: S106 - no secret
    ]
    watched.add(*people, PersonRole(person_id=people[0].id, role=Role.PLANNER))
    signal = DemandSignal(
        organisation_id=organisation, text=f"{MEMORY} 공개된 관심입니다.", received_on=date(2026, 9, 1),
        confidentiality=Confidentiality.OPEN, claimed_level=CommitmentLevel.NAMED_INTEREST, source=DEMO_SOURCE,
        external_id="SIG-1",
    )  # fmt: skip
    run = MatchRun(encoder="e", revision="r", parameters={}, projects=1)
    match = Match(
        signal_id=signal.id, project_id=watched.memory.id, run_id=run.id, eligible=True, rank=1, score=0.9,
        components={}, reasons={},
    )  # fmt: skip
    watched.add(signal, run, match, PersonRole(person_id=people[1].id, role=Role.INVESTOR))
    with Session(watched.world.engine) as session:
        climb(session, signal.id, CommitmentLevel.NAMED_INTEREST, amount_krw=1, on=date(2026, 9, 2))
        assert [play_relevance(session, watched.world.matchmaker, at=utc_now()) for _ in range(2)] == [True, False]
        [review] = session.exec(select(RelevanceReview))
        [proposal] = session.exec(select(RelevanceProposal))
        assert (review.project_id, proposal.review_id) == (watched.memory.id, review.id)
        assert review.cause in set(ReviewCause)


def test_without_an_interest_to_take_back_the_run_is_made_all_the_same(world):
    with Session(world.engine) as session:
        assert play_relevance(session, world.matchmaker, at=utc_now())
        assert session.exec(select(RelevanceReview)).all() == []
