"""One valid row of every table of the fund."""

from datetime import date

from sqlmodel import SQLModel

from models.clock import utc_now
from models.committee import (
    AgendaItem,
    CommitteeMeeting,
    CommitteeVote,
    ConditionPrecedent,
    DecisionFlag,
    DeclaredInterest,
    InterestKind,
    ItemState,
    MeetingMember,
    VoteChoice,
)
from models.deal import Deal, DealMerge, DealStage, SavedFilter
from models.diligence import ChecklistItem, Criterion, DealReview, DealTask, ReviewScore, SpilloverAssessment
from models.document import DealDocument, DocumentContent
from models.instruction import (
    CallPurpose,
    CapitalCall,
    CapitalCallItem,
    CapitalCallReceipt,
    Commitment,
    EnvelopeDraw,
    IdempotencyKey,
    Instruction,
    InstructionCheck,
    InstructionKind,
    Tranche,
)
from models.lead import DealLead
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine
from models.organisation import Organisation
from models.person import Person
from models.settlement import ClaimState, ExpenseCategory, ExpenseClaim, SampleDraw, SampleLot
from models.staging import StagedFile
from models.timeline import ActivityKind, DealActivity, DealNote, DealStageChange
from models.vehicle import Envelope, LimitKind, LimitRule, PolicyConfirmation, PolicyValue, Vehicle, VehicleKind

DIGEST = "0" * 64
DAY = date(2026, 11, 22)
NAMES = {"name_ko": "이름", "name_en": "name"}


def fund_rows(organisation: Organisation, person: Person) -> list[SQLModel]:
    """Make the rows, parents before children."""
    other = Person(email="b@example.org", name="b", password_hash="-")  # noqa: S106 - no secret
    vehicle = Vehicle(kind=VehicleKind.MOTHER_FUND, formed_on=DAY, **NAMES)
    envelope = Envelope(year=2026, **NAMES)
    kept, deal = (
        Deal(title_ko="투자", company_id=organisation.id, lead_id=person.id, amount_krw=1, stage_since=utc_now())
        for _ in range(2)
    )
    basis = {"basis_ko": "근거", "basis_en": "basis"}
    rule = LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=2_000, **basis)
    policy = PolicyValue(name="p", amount_krw=1, reason="r")
    rows = [other, vehicle, envelope, rule, policy, kept, deal]
    rows += [PolicyConfirmation(policy_value_id=policy.id, confirmed_by_id=other.id)]
    rows += [DealLead(deal_id=deal.id, person_id=other.id)]
    rows += [StagedFile(person_id=person.id, operation="o", name="n.csv", content=b"c")]
    rows += _work(deal, kept, person)
    document = next(row for row in rows if isinstance(row, DealDocument))
    committee = _committee(deal, organisation, other)
    return [*rows, *committee, *_money(vehicle, envelope, deal, document, person, other)]


def _work(deal: Deal, kept: Deal, person: Person) -> list[SQLModel]:
    document = DealDocument(
        deal_id=deal.id,
        kind="evidence",
        name="a.pdf",
        media_type="application/pdf",
        size_bytes=1,
        sha256=DIGEST,
        uploaded_by_id=person.id,
    )
    review = DealReview(deal_id=deal.id, person_id=person.id, words="w")
    return [
        DealStageChange(deal_id=deal.id, from_stage=DealStage.SOURCED, to_stage=DealStage.SCREENING),
        DealActivity(deal_id=deal.id, kind=ActivityKind.CREATED),
        DealMerge(kept_id=kept.id, merged_id=deal.id, merged_stage=DealStage.SOURCED, person_id=person.id, words="w"),
        SavedFilter(person_id=person.id, name="n", query="q"),
        document,
        DocumentContent(document_id=document.id, content=b"x"),
        DealNote(deal_id=deal.id, person_id=person.id, text="t"),
        DealTask(deal_id=deal.id, text="t", owner_id=person.id),
        review,
        ReviewScore(review_id=review.id, criterion=Criterion.MARKET, score=3),
        ChecklistItem(deal_id=deal.id, title="t"),
        SpilloverAssessment(
            deal_id=deal.id,
            region_code="11",
            investment_krw=1,
            jobs=1,
            production_krw=1,
            method="m",
            base_year=2020,
            person_id=person.id,
        ),
    ]


def _committee(deal: Deal, organisation: Organisation, member: Person) -> list[SQLModel]:
    meeting = CommitteeMeeting(title="t", meets_at=utc_now(), chair_id=member.id)
    item = AgendaItem(meeting_id=meeting.id, deal_id=deal.id, position=1, terms_digest=DIGEST, state=ItemState.PENDING)
    interest = DeclaredInterest(
        person_id=member.id,
        kind=InterestKind.PERSONAL,
        organisation_id=organisation.id,
        known_on=DAY,
        ends_on=DAY,
        words="w",
    )
    return [
        meeting,
        MeetingMember(meeting_id=meeting.id, person_id=member.id),
        item,
        CommitteeVote(
            item_id=item.id,
            human_id=member.human_id,
            person_id=member.id,
            choice=VoteChoice.FOR,
            terms_digest=DIGEST,
        ),
        interest,
        DecisionFlag(interest_id=interest.id, item_id=item.id),
        ConditionPrecedent(item_id=item.id, words="w"),
    ]


def _money(  # noqa: PLR0917 - one valid world
    vehicle: Vehicle, envelope: Envelope, deal: Deal, document: DealDocument, maker: Person, checker: Person
) -> list[SQLModel]:
    instruction = Instruction(
        kind=InstructionKind.SETTLEMENT,
        vehicle_id=vehicle.id,
        amount_krw=1,
        effective_on=DAY,
        terms={},
        terms_digest=DIGEST,
        words="w",
        made_by_id=maker.id,
    )
    made = {"instruction_id": instruction.id, "amount_krw": 1}
    commitment = Commitment(deal_id=deal.id, vehicle_id=vehicle.id, approval_digest=DIGEST, **made)
    call = CapitalCall(vehicle_id=vehicle.id, due_on=DAY, **made)
    tranche = Tranche(commitment_id=commitment.id, position=1, milestone="m", amount_krw=1)
    account = Account(kind=AccountKind.CASH, vehicle_id=vehicle.id)
    entry = JournalEntry(
        number=1,
        instruction_id=instruction.id,
        effective_on=DAY,
        line_count=2,
        previous_digest=DIGEST,
        digest=DIGEST,
    )
    claim = ExpenseClaim(
        tranche_id=tranche.id,
        deal_id=deal.id,
        category=ExpenseCategory.MATERIALS,
        amount_krw=1,
        spent_on=DAY,
        words="w",
        document_id=document.id,
        state=ClaimState.SETTLED,
        threshold_krw=1,
        claimed_by_id=maker.id,
    )
    draw = SampleDraw(
        deal_id=deal.id, seed=1, share_bp=1, candidates=1, drawn=1, drawn_by_id=maker.id, claims_digest=DIGEST
    )
    return [
        instruction,
        InstructionCheck(
            instruction_id=instruction.id, human_id=checker.human_id, person_id=checker.id, terms_digest=DIGEST
        ),
        commitment,
        EnvelopeDraw(commitment_id=commitment.id, envelope_id=envelope.id, amount_krw=1),
        call,
        CapitalCallItem(call_id=call.id, purpose=CallPurpose.INVESTMENT, amount_krw=1),
        CapitalCallReceipt(call_id=call.id, **made),
        tranche,
        IdempotencyKey(person_id=maker.id, operation="o", key="k", fingerprint=DIGEST, status=201, body="{}"),
        account,
        entry,
        LedgerLine(entry_id=entry.id, position=1, account_id=account.id, amount_krw=1),
        claim,
        draw,
        SampleLot(draw_id=draw.id, claim_id=claim.id, position=1),
    ]
