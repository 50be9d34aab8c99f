"""A mother fund with won on the ledger, and deals before the committee."""

from datetime import date
from itertools import count

import pytest
from sqlmodel import Session

from fund_service.ledger.posting import AccountKey, post
from models.clock import utc_now
from models.deal import Deal, DealStage
from models.diligence import Criterion, DealReview, ReviewScore
from models.instruction import Instruction, InstructionCheck, InstructionKind
from models.ledger import AccountKind
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.vehicle import Envelope, Vehicle, VehicleKind

BILLION = 10**9
NUMBERS = count(1)


@pytest.fixture
def keep(database, people):
    """Post an entry, checked by somebody else."""

    def keep(kind, lines, **subject):
        maker, checker = people[Role.FUND_MANAGER], people[Role.COMMITTEE_MEMBER]
        with Session(database) as session:
            asked = Instruction(
                kind=kind, amount_krw=lines[0][1], effective_on=date(2026, 3, 2), terms_digest="", words="시험",
                made_by_id=maker.id, **subject,
            )  # fmt: skip
            asked.terms_digest = asked.digest_of_terms()
            session.add(asked)
            session.flush()
            session.add(
                InstructionCheck(
                    instruction_id=asked.id, human_id=checker.human_id, person_id=checker.id,
                    terms_digest=asked.terms_digest,
                )
            )  # fmt: skip
            session.flush()
            post(session, asked, lines, at=utc_now(), resolved_by_id=checker.id)
            session.commit()

    return keep


@pytest.fixture
def mother(store, keep):
    """A mother fund of 100 billion won."""
    fund = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=date(2026, 1, 2))
    store(fund)
    size = 100 * BILLION
    lines = [(AccountKey(AccountKind.UNCOMMITTED, fund.id), size), (AccountKey(AccountKind.SIZE, fund.id), -size)]
    keep(InstructionKind.FUND_SIZE, lines, vehicle_id=fund.id)
    return fund


@pytest.fixture
def make_envelope(store, keep):
    """Commit an envelope and give it won."""

    def make_envelope(budget, **dimensions):
        envelope = Envelope(name_ko="배분", name_en="Envelope", **dimensions)
        store(envelope)
        available, given = AccountKind.ENVELOPE_AVAILABLE, AccountKind.ENVELOPE_BUDGET
        lines = [
            (AccountKey(available, envelope_id=envelope.id), budget),
            (AccountKey(given, envelope_id=envelope.id), -budget),
        ]
        keep(InstructionKind.ENVELOPE_BUDGET, lines, envelope_id=envelope.id)
        return envelope

    return make_envelope


@pytest.fixture
def make_deal(store, people):
    """Commit a deal before the committee, of a company of its own, with a review for each score given."""

    def make_deal(amount=10 * BILLION, *, scores=(), **values):
        number = next(NUMBERS)
        group = OwnershipGroup(name_ko=f"그룹 {number}")
        company = Organisation(
            kind=OrganisationKind.PARTNER_FIRM, name_ko=f"회사 {number}", ownership_group_id=group.id
        )
        facts = {"title_ko": f"딜 {number}", "company_id": company.id, "lead_id": people[Role.FUND_MANAGER].id}
        deal = Deal(**{"stage": DealStage.COMMITTEE, "amount_krw": amount, **facts, **values})
        store(group, company, deal)
        for score in scores:
            reviewer = Person(email=f"r{next(NUMBERS)}@example.org", name="검토자", password_hash="none")  # noqa: S106 - no secret
            review = DealReview(deal_id=deal.id, person_id=reviewer.id, words="검토")
            given = [ReviewScore(review_id=review.id, criterion=criterion, score=score) for criterion in Criterion]
            store(reviewer, PersonRole(person_id=reviewer.id, role=Role.FUND_MANAGER), review, *given)
        return deal

    return make_deal
