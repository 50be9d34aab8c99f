"""The invented fund's deals: each taken from first look to where its line in the files says it stands."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from fund_service import locales
from fund_service.deals.commands import make_deal
from fund_service.deals.moving import step_deal
from fund_service.deals.schemas import NewDealIn, StepIn
from fund_service.demonstration.cast import DEALS, LEAD, MARKET, TECHNOLOGY, Cast, after, on
from fund_service.diligence.checklist import finish_item
from fund_service.diligence.commands import add_note, assess_spillover, give_review
from fund_service.diligence.documents import file_document
from fund_service.diligence.queries import missing_documents
from fund_service.diligence.schemas import FindingIn, NoteIn, ReviewIn, SpilloverIn
from fund_service.diligence.standards import DocumentKind
from fund_service.diligence.work import Change
from fund_service.editions import edition_of
from models.deal import Deal, DealStage
from models.diligence import ChecklistItem
from models.errors import RecordConflicts
from models.project import ConsortiumMember, ConsortiumRole
from seeds.demo_records import DealRecord

_S = DealStage
BEFORE_COMMITTEE = (_S.SOURCED, _S.SCREENING, _S.DUE_DILIGENCE, _S.COMMITTEE)
DECIDED = frozenset({_S.APPROVED, _S.CONTRACTED, _S.DISBURSING, _S.MONITORING, _S.EXITED})
"""Stages that a deal reaches through the committee."""
SCREENED, EXAMINED, SUBMITTED = 7, 14, 35
"""Days after it was found until a deal is screened, examined, and submitted to the committee."""
SPILLOVER = "한국은행 지역산업연관표(2020년 연장표) 생산·취업유발계수 적용"


def bring(cast: Cast, record: DealRecord, *, number: int) -> Iterator[datetime]:
    """Find a deal and take it as far as the door of the committee, or to where it ended before."""
    lead = cast.callers[record.lead]
    yield on(record.found_on)
    deal = _find(cast, record)
    if record.signal is not None:
        # As made of a match, but matching runs only after the play: pages find the match by its pair once there is
        # one, and no score is written that no matcher gave.
        deal.signal_id = cast.signals[record.signal]
        cast.session.add(deal)
        cast.session.flush()
    cast.deals[record.external_id] = deal.id
    for stage, days in ((_S.SCREENING, SCREENED), (_S.DUE_DILIGENCE, EXAMINED), (_S.COMMITTEE, SUBMITTED)):
        if not _goes_through(record, stage):
            break
        at = on(after(record.found_on, days))
        yield at
        if stage is _S.COMMITTEE:
            _examine(cast, deal, record, number=number, at=at)
        cast.session.refresh(deal)
        step_deal(cast.session, deal.id, StepIn(stage=stage), version=deal.version, caller=lead, at=at)
    if record.decline_reason is not None:
        at = on(after(record.found_on, SUBMITTED))
        yield at
        cast.session.refresh(deal)
        ending = StepIn(stage=record.stage, reason=record.decline_reason, words=record.decline_words or "")
        step_deal(cast.session, deal.id, ending, version=deal.version, caller=lead, at=at)
    elif record.stage is _S.DUE_DILIGENCE:
        yield on(after(record.found_on, SUBMITTED))
        _examine_half(cast, deal, number=number, at=on(after(record.found_on, SUBMITTED)))


def _goes_through(record: DealRecord, stage: DealStage) -> bool:
    if record.stage in DECIDED:
        return True
    if record.decline_reason is not None:
        return stage is _S.SCREENING
    return BEFORE_COMMITTEE.index(stage) <= BEFORE_COMMITTEE.index(record.stage)


def _find(cast: Cast, record: DealRecord) -> Deal:
    project = cast.projects[record.project]
    said = NewDealIn(
        title_ko=project.title_ko,
        title_en=project.title_en,
        summary=record.summary,
        company_id=_lead_of(cast, project.id),
        project_id=project.id,
        lead_id=cast.callers[record.lead].person_id,
        vehicle_id=None if record.vehicle is None else cast.vehicles[record.vehicle],
        instrument=record.instrument,
        amount_krw=record.amount_krw,
        project_budget_krw=project.budget_krw,
        private_krw=record.private_krw,
        other_public_krw=record.other_public_krw,
        region_code=project.region_code,
        initiative_code=project.initiative_code,
        additionality=record.additionality,
    )
    maker, at = cast.callers[record.lead], on(record.found_on)
    try:
        return make_deal(cast.session, said, maker=maker, at=at)
    except RecordConflicts:
        # Companies of the invented fund lead several projects: they have looked at the earlier deals, this is another.
        others = said.model_copy(update={"distinct_from": list(cast.deals.values())})
        return make_deal(cast.session, others, maker=maker, at=at)


def _lead_of(cast: Cast, project_id: UUID) -> UUID:

    return cast.session.exec(
        select(ConsortiumMember.organisation_id).where(
            ConsortiumMember.project_id == project_id, ConsortiumMember.role == ConsortiumRole.LEAD
        )
    ).one()


def _examine(cast: Cast, deal: Deal, record: DealRecord, *, number: int, at: datetime) -> None:
    """Do all that the committee's gate asks for."""
    lead = cast.callers[record.lead]
    for place, reviewer in enumerate((TECHNOLOGY, MARKET)):
        _review(cast, deal, reviewer, number=number + place, at=at)
    for item in cast.session.exec(
        select(ChecklistItem).where(ChecklistItem.deal_id == deal.id, col(ChecklistItem.done_at).is_(None))
    ).all():
        found = FindingIn(finding="확인하였으며 특이사항 없음.")
        change = Change(deal_id=deal.id, work_id=item.id, caller=lead, edition=edition_of(item), at=at)
        finish_item(cast.session, change, found)
    for kind in missing_documents(cast.session, deal):
        file_document(
            cast.session,
            deal.id,
            kind=kind,
            name=f"{locales.label(DocumentKind(kind))}.txt",
            media_type="text/plain",
            content=f"{deal.title_ko}\n시연을 위하여 지어낸 문서입니다.\n".encode(),
            person_id=lead.person_id,
            at=at,
        )
    expected = SpilloverIn(
        region_code=deal.region_code or "",
        investment_krw=deal.amount_krw + deal.private_krw,
        jobs=max(3, (deal.amount_krw + deal.private_krw) // 250_000_000),
        production_krw=(deal.amount_krw + deal.private_krw) * 9 // 5,
        method=SPILLOVER,
        base_year=2020,
    )
    assess_spillover(cast.session, deal.id, expected, caller=lead, edition=None, at=at)


def _examine_half(cast: Cast, deal: Deal, *, number: int, at: datetime) -> None:
    """Leave a deal in the middle of its due diligence, with what a manager would see there."""
    _review(cast, deal, TECHNOLOGY, number=number, at=at)
    note = NoteIn(text="현장 실사를 마쳤으며 시장 검토의견과 재무제표를 기다리고 있다.")
    add_note(cast.session, deal.id, note, caller=cast.others(LEAD if number % 2 else DEALS)[0], at=at)


def _review(cast: Cast, deal: Deal, reviewer: str, *, number: int, at: datetime) -> None:
    score = [3 + (number * step) % 3 for step in (1, 2, 1, 2, 1)]
    technology, market, team, terms, policy = score
    given = ReviewIn(
        technology=technology,
        market=market,
        team=team,
        terms=terms,
        policy=policy,
        words="실증 자료와 수요기업의 확인을 바탕으로 한 검토의견이다.",
    )
    give_review(cast.session, deal.id, given, caller=cast.callers[reviewer], edition=None, at=at)
