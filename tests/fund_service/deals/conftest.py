"""Companies, vehicles, matches and deals, committed for a test."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from fund_service.diligence.standards import REQUIRED_DOCUMENTS, STANDARD_ITEMS
from models.clock import utc_now
from models.deal import Deal, DealStage, DeclineReason
from models.diligence import ChecklistItem, DealReview, SpilloverAssessment
from models.document import DealDocument
from models.embedding import StoredYardstick
from models.match import Match, MatchRun, SignalMatching
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, PreferredLanguage, Role
from models.project import ConsortiumMember, ConsortiumRole, RndProject
from models.signal import Confidentiality, DemandSignal
from models.vehicle import Vehicle, VehicleKind
from tests.fund_service.deals.facts import READY

NUMBERS = count(1)
WORDS = ("수소 저장 용기", "전력반도체 기판", "배터리 재활용", "양자암호 통신", "위성 영상 분석", "바이오 플라스틱",
         "로봇 감속기", "해상풍력 케이블", "암모니아 터빈", "차세대 메모리")  # fmt: skip


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


@pytest.fixture
def make_company(store):
    """Commit a company in a group of its own."""

    def make_company(name_ko="가람소재", **values):
        group = OwnershipGroup(name_ko=name_ko)
        company = Organisation(
            kind=OrganisationKind.PARTNER_FIRM, name_ko=name_ko, ownership_group_id=group.id, **values
        )
        store(group, company)
        return company

    return make_company


@pytest.fixture
def company(make_company):
    return make_company(registration_number="1248100998")


@pytest.fixture
def vehicle(store):
    vehicle = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on="2026-01-02")
    store(vehicle)
    return vehicle


@pytest.fixture
def make_deal(store, company, people) -> Callable[..., Deal]:
    """Commit a deal, each in words of its own unless they are given."""

    def make_deal(stage=DealStage.SOURCED, **values: Any) -> Deal:
        number = next(NUMBERS)
        facts: dict[str, Any] = {
            "title_ko": f"{WORDS[number % 10]} {number}호", "company_id": company.id, "amount_krw": 5 * 10**9,
            "lead_id": people[Role.FUND_MANAGER].id,
        }  # fmt: skip
        if stage in {DealStage.DECLINED, DealStage.WITHDRAWN}:
            facts |= {"decline_reason": DeclineReason.MARKET, "decline_words": "시장이 없다."}
        deal = Deal(stage=stage, **facts | values)
        store(deal)
        return deal

    return make_deal


@pytest.fixture
def make_ready(store, people):
    """Do all that due diligence asks of a deal, but for what is left out."""

    def make_ready(deal: Deal, *, leave_out=()) -> None:
        at, rows = utc_now(), []
        if "reviews" not in leave_out:
            reviewers = [
                Person(email=f"reviewer-{next(NUMBERS)}@example.org", name="검토자", password_hash="none")  # noqa: S106 - no secret
                for _ in range(2)
            ]
            store(*reviewers, *(PersonRole(person_id=one.id, role=Role.COMMITTEE_MEMBER) for one in reviewers))
            rows += [DealReview(deal_id=deal.id, person_id=one.id, words="좋다.") for one in reviewers]
        if "checklist_unset" not in leave_out:
            done = {} if "checklist" in leave_out else {"done_at": at, "done_by_id": deal.lead_id}
            rows += [
                ChecklistItem(deal_id=deal.id, title=item.title_ko, **done) for item in STANDARD_ITEMS[deal.instrument]
            ]
        if "document" not in leave_out:
            rows += [
                DealDocument(deal_id=deal.id, kind=kind, name="a.pdf", media_type="application/pdf", size_bytes=1,
                             sha256="0" * 64, uploaded_by_id=deal.lead_id)
                for kind in REQUIRED_DOCUMENTS[deal.instrument]
            ]  # fmt: skip
        if "spillover" not in leave_out:
            rows.append(
                SpilloverAssessment(deal_id=deal.id, region_code="26", investment_krw=1, jobs=1,
                                    production_krw=1, method="한국은행 지역산업연관표 2020", base_year=2020,
                                    person_id=deal.lead_id)
            )  # fmt: skip
        store(*rows)

    return make_ready


@pytest.fixture
def ready_deal(make_deal, make_ready, vehicle):
    """Commit a deal that lacks nothing before the committee, but for what is left out."""

    def ready_deal(stage=DealStage.DUE_DILIGENCE, *, leave_out=(), **values):
        deal = make_deal(stage, **{"vehicle_id": vehicle.id} | READY | values)
        make_ready(deal, leave_out=leave_out)
        return deal

    return ready_deal


@pytest.fixture
def english(store, client_of):
    """A fund manager who reads English."""
    person = Person(
        email="english@example.org",
        name="Reader",
        password_hash="none",  # noqa: S106 - no secret
        language=PreferredLanguage.ENGLISH,
    )
    store(person, PersonRole(person_id=person.id, role=Role.FUND_MANAGER))
    return client_of(person)


@pytest.fixture
def make_match(store, investor_organisation, company):
    """Commit a signal that a project answers, and their match."""

    def make_match(*, eligible=True, confidentiality=Confidentiality.OPEN, lead=company, **project_facts):
        number = next(NUMBERS)
        facts = {
            "title_ko": f"수소 저장 용기 과제 {number}", "title_en": None, "abstract_ko": "용기를 가볍게 만든다.",
            "region_code": "26", "budget_krw": 12 * 10**9, "need_krw": 4 * 10**9,
            "initiative_code": "industrial-leap-technology",
        } | project_facts  # fmt: skip
        project = RndProject(**facts)
        members = [] if lead is None else [
            ConsortiumMember(project_id=project.id, organisation_id=lead.id, role=ConsortiumRole.LEAD)
        ]  # fmt: skip
        signal = DemandSignal(
            organisation_id=investor_organisation.id, text="수소 저장 용기를 찾습니다.", confidentiality=confidentiality
        )
        yardstick = StoredYardstick(digest=f"{number:064}", encoder="e", revision="1", documents=1, content=b"")
        run = MatchRun(
            encoder="e", revision="1", parameters={}, method_digest="0" * 64, yardstick_id=yardstick.id, signals_due=1,
            projects=1,
        )  # fmt: skip
        matching = SignalMatching(
            signal_id=signal.id, run_id=run.id, signal_version=1, signal_digest="0" * 64, method_digest="0" * 64
        )
        match = Match(
            signal_id=signal.id, project_id=project.id, run_id=run.id, eligible=eligible, rank=1, score=0.625,
            components={}, reasons={"shares": {}, "gates": [], "terms": []},
        )  # fmt: skip
        store(project, *members, signal, yardstick, run, matching, match)
        return match, project, signal

    return make_match


@pytest.fixture
def said(company):
    """What a program sends to make a deal."""
    return {"title_ko": "수소 저장 용기 양산", "company_id": str(company.id), "amount_krw": 5_000_000_000}
