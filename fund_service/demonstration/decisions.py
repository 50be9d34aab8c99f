"""The invented committee's meetings, and the money that follows what they approved."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from fund_service.committee.bodies import AgendaIn, ConditionMetIn, DecisionIn, MeetingIn, VoteIn
from fund_service.committee.commands import call_meeting
from fund_service.committee.conditions import meet_condition
from fund_service.committee.deciding import decide_item
from fund_service.committee.listing import set_agenda
from fund_service.committee.presiding import close_meeting, open_meeting
from fund_service.committee.voting import cast_vote
from fund_service.deals.moving import step_deal
from fund_service.deals.schemas import StepIn
from fund_service.demonstration.cast import CHAIR, FINANCE, MARKET, TECHNOLOGY, Cast, after, on
from fund_service.diligence.documents import file_document
from fund_service.diligence.standards import DocumentKind
from fund_service.settlement.tranche_schemas import MilestoneIn
from fund_service.settlement.tranches import confirm_milestone
from models.committee import AgendaItem, ConditionPrecedent, ItemState, VoteChoice
from models.deal import Deal, DealStage, InvestmentInstrument
from models.document import DealDocument
from models.instruction import Commitment, InstructionKind, Tranche
from seeds.demo_records import DealRecord

MEMBERS = (CHAIR, TECHNOLOGY, MARKET, FINANCE)
CONDITION = "특허 전용실시권 등록을 마칠 것"
SIGNED, PAID, VALUED, LEFT = 10, 20, 120, 150
"""Days after the decision until a deal is signed, first paid, valued, and left."""


def meet(
    cast: Cast, records: Sequence[DealRecord], called_on: date, day: date, *, title: str, decides: bool
) -> Iterator[datetime]:
    """Call a meeting on deals that wait for it and, where it is over, have it decide."""
    called = on(called_on, 15)
    yield called
    members = [cast.callers[email].person_id for email in MEMBERS]
    asked = MeetingIn(title=title, meets_at=on(day, 14), place="본원 대회의실", chair_id=members[0], member_ids=members)
    meeting = call_meeting(cast.session, asked, at=called)
    listed = AgendaIn(deal_ids=[cast.deals[record.external_id] for record in records])
    set_agenda(cast.session, meeting.id, listed, version=meeting.version, at=called)
    if not decides:
        return
    held = on(day, 14)
    yield held
    chair = cast.callers[CHAIR]
    open_meeting(cast.session, meeting.id, caller=chair, at=held)
    items = cast.session.exec(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(col(AgendaItem.position))
    ).all()
    for item in items:
        for email in MEMBERS:
            choice = VoteChoice.ABSTAIN if email == FINANCE and item.position % 3 == 0 else VoteChoice.FOR
            vote = VoteIn(choice=choice, terms_digest=item.terms_digest, words="검토의견에 따름")
            cast_vote(cast.session, item.id, vote, caller=cast.callers[email], at=held)
        decision = DecisionIn(
            outcome=ItemState.APPROVED,
            terms_digest=item.terms_digest,
            words="기술성과 수요가 확인되었고 민간 자금의 동반 참여가 확약되었다.",
            conditions=[CONDITION],
        )
        decide_item(cast.session, item.id, decision, caller=chair, at=held)
    close_meeting(cast.session, meeting.id, caller=chair, at=held)


def carry_out(cast: Cast, record: DealRecord, decided: date) -> Iterator[datetime]:
    """Commit, pay, value and leave a deal, as far as its line says."""
    if record.stage is DealStage.APPROVED:
        return
    at = on(after(decided, SIGNED))
    yield at
    deal_id = cast.deals[record.external_id]
    half = record.amount_krw // 2
    tranches = [
        {"milestone": "투자계약 체결과 선행조건 이행", "amount_krw": half, "due_on": None},
        {"milestone": "시제품 성능 공인시험 합격", "amount_krw": record.amount_krw - half, "due_on": None},
    ]
    cast.post(
        InstructionKind.DEAL_COMMITMENT,
        record.amount_krw,
        at=at,
        words="투자심의위원회 승인에 따른 약정",
        deal_id=deal_id,
        terms={"tranches": tranches},
    )
    if record.stage is DealStage.CONTRACTED:
        return
    paid = on(after(decided, PAID))
    yield paid
    _fulfil(cast, record, at=paid)
    # What stands in monitoring or was left has been paid in full.
    parts = 1 if record.stage is DealStage.DISBURSING else 2
    for position in range(1, parts + 1):
        _pay(cast, record, position, at=paid)
    if record.stage is DealStage.DISBURSING:
        return
    yield from _watch(cast, record, decided)


def _watch(cast: Cast, record: DealRecord, decided: date) -> Iterator[datetime]:
    deal_id, lead = cast.deals[record.external_id], cast.callers[record.lead]
    seen = on(after(decided, PAID), 16)
    deal = cast.session.get_one(Deal, deal_id)
    yield seen
    cast.session.refresh(deal)
    step_deal(cast.session, deal_id, StepIn(stage=DealStage.MONITORING), version=deal.version, caller=lead, at=seen)
    valued = on(after(decided, VALUED))
    yield valued
    cast.post(
        InstructionKind.VALUATION,
        record.amount_krw * 6 // 5,
        at=valued,
        words="반기 공정가치 평가",
        deal_id=deal_id,
        terms={"method": "최근 투자유치 가격"},
    )
    if record.stage is not DealStage.EXITED:
        return
    left = on(after(decided, LEFT))
    yield left
    proceeds = record.amount_krw * 3 // 2
    cast.post(
        InstructionKind.PROCEEDS,
        proceeds,
        at=left,
        words="구주 매각",
        deal_id=deal_id,
        terms={"cost_krw": record.amount_krw},
    )
    cast.session.refresh(deal)
    step_deal(cast.session, deal_id, StepIn(stage=DealStage.EXITED), version=deal.version, caller=lead, at=left)
    cast.post(
        InstructionKind.DISTRIBUTION,
        proceeds,
        at=left,
        words="회수금 분배",
        vehicle_id=cast.vehicles[record.vehicle or ""],
        terms={"capital_krw": record.amount_krw, "recallable_krw": record.amount_krw // 2},
    )


def _fulfil(cast: Cast, record: DealRecord, *, at: datetime) -> None:
    """Meet the committee's conditions, with evidence, by others than the lead."""
    deal_id = cast.deals[record.external_id]
    filed_by, confirmed_by = cast.callers[record.lead], cast.others(record.lead)[0]
    document = _evidence(cast, record, "선행조건 이행 확인서", filed_by.person_id, at)
    conditions = cast.session.exec(
        select(ConditionPrecedent)
        .join(AgendaItem, col(AgendaItem.id) == col(ConditionPrecedent.item_id))
        .where(AgendaItem.deal_id == deal_id, col(ConditionPrecedent.met_at).is_(None))
    ).all()
    for condition in conditions:
        met = ConditionMetIn(evidence_document_id=document.id)
        meet_condition(cast.session, condition.id, met, caller=confirmed_by, at=at)


def _pay(cast: Cast, record: DealRecord, position: int, *, at: datetime) -> None:
    deal_id = cast.deals[record.external_id]
    tranche = cast.session.exec(
        select(Tranche)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .where(Commitment.deal_id == deal_id, Tranche.position == position)
    ).one()
    document = _evidence(cast, record, f"{tranche.milestone} 확인서", cast.callers[record.lead].person_id, at)
    met = MilestoneIn(evidence_document_id=document.id)
    confirm_milestone(cast.session, deal_id, tranche.id, met, caller=cast.others(record.lead)[0], at=at)
    cast.post(
        InstructionKind.DISBURSEMENT,
        tranche.amount_krw,
        at=at,
        words=f"{position}차 분할지급",
        deal_id=deal_id,
        terms={"tranche_id": str(tranche.id)},
    )


def _evidence(cast: Cast, record: DealRecord, name: str, person_id: UUID, at: datetime) -> DealDocument:
    return file_document(
        cast.session,
        cast.deals[record.external_id],
        kind=DocumentKind.EVIDENCE,
        name=f"{name}.txt",
        media_type="text/plain",
        content=f"{name}\n시연을 위하여 지어낸 문서입니다.\n".encode(),
        person_id=person_id,
        at=at,
    )


def is_grant(record: DealRecord) -> bool:
    """Say whether a research team settles what the deal pays."""
    return record.instrument is InvestmentInstrument.GRANT
