"""One record of everything that people keep, with a text of one's choice wherever they write one."""

import re
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from fund_service.vehicles.policy import POLICIES
from models.answer import (
    AcceptanceRecord,
    AdoptionCause,
    AnswerKind,
    AnswerSide,
    MatchAnswer,
    ModelAdoption,
    PassReason,
)  # fmt: skip
from models.clock import utc_now
from models.commitment import CommitmentStep
from models.committee import AgendaItem, CommitteeMeeting, ConditionPrecedent, DecisionFlag, DeclaredInterest
from models.consultation import Consultation, ConsultationHold
from models.contradiction import Contradiction, ReasonKind
from models.deal import Deal, DealStage, InvestmentInstrument
from models.delivery import Webhook
from models.diligence import ChecklistItem, DealTask
from models.document import DealDocument
from models.embedding import StoredYardstick
from models.instruction import Instruction, InstructionKind, Tranche, TrancheState
from models.ledger import JournalEntry
from models.market import MarketSummary
from models.match import Match, MatchRun
from models.matching_round import MatchingRound, RoundAssignment, RoundInvestor, RoundProject, RoundResult, RoundState
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, Role
from models.plan_progress import ReportedFigure
from models.planning import PlanningAnswer, PlanningCandidate, PlanningObjection, PlanningRound
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject
from models.release import CellState, MarketRelease, ReleaseCell
from models.relevance import RelevanceProposal, RelevanceReview
from models.settlement import ClaimState, ExpenseClaim, SampleDraw
from models.signal import Confidentiality, DemandSignal
from models.theme import Theme
from models.vehicle import Envelope, LimitRule, PolicyValue, Vehicle
from tests.fund_service.hostile_commitments import hostile_steps
from tests.fund_service.hostile_consultations import hostile_consultations
from tests.fund_service.hostile_notices import hostile_notices
from tests.fund_service.hostile_planning import hostile_planning
from tests.fund_service.hostile_regional import hostile_leap
from tests.fund_service.hostile_relevance import hostile_relevance
from tests.fund_service.hostile_reports import hostile_reports
from tests.models.fund_rows import fund_rows

NOT_WRITTEN_BY_PEOPLE = re.compile(r"digest|sha256|fingerprint|_code$|^(email|password_hash|source|kind)$")
"""Columns of text that the service fills, or takes from a closed list."""
COLLECTIONS: dict[str, type[SQLModel]] = {
    "commitments": CommitmentStep,
    "themes": Theme,
    "candidates": PlanningCandidate,
    "checklist": ChecklistItem,
    "claims": ExpenseClaim,
    "conditions": ConditionPrecedent,
    "consultations": Consultation,
    "holds": ConsultationHold,
    "deals": Deal,
    "entries": JournalEntry,
    "envelopes": Envelope,
    "flags": DecisionFlag,
    "instructions": Instruction,
    "interests": DeclaredInterest,
    "items": AgendaItem,
    "limit-rules": LimitRule,
    "matches": Match,
    "meetings": CommitteeMeeting,
    "organisations": Organisation,
    "objections": PlanningObjection,
    "people": Person,
    "planning": PlanningRound,
    "projects": RndProject,
    "proposals": RelevanceProposal,
    "reviews": RelevanceReview,
    "reported": ReportedFigure,
    "rounds": MatchingRound,
    "samples": SampleDraw,
    "signals": DemandSignal,
    "tasks": DealTask,
    "tranches": Tranche,
    "values": PolicyValue,
    "vehicles": Vehicle,
    "webhooks": Webhook,
}
"""What is kept at the addresses that begin with a word; of several rows of a kind, the last is shown."""


def hostile_rows(people: dict[Role, Person], text: str) -> list[SQLModel]:
    """Make the rows, parents before children; the people are those who will look at them."""
    group = OwnershipGroup(name_ko=text, name_en=text)
    company, partner = (
        Organisation(kind=kind, name_ko=text, name_en=text, ownership_group_id=group.id)
        for kind in (OrganisationKind.ANCHOR_COMPANY, OrganisationKind.PARTNER_FIRM)
    )
    for person in people.values():
        person.name = text[:100]
    people[Role.PROJECT_TEAM].organisation_id = company.id
    fund = fund_rows(company, people[Role.PROJECT_TEAM])
    for row in fund:
        write_everywhere(row, text)
    _make_shown(fund, text)
    demand = _demand(people[Role.INVESTOR], company, text)
    signal, match = (next(row for row in demand if isinstance(row, kind)) for kind in (DemandSignal, Match))
    return [
        group, partner, company, *people.values(), *hostile_relevance(people, company, text),
        *hostile_leap(people, text), *demand, *_answers(people, match, text),
        *_rounds(people[Role.FUND_MANAGER], signal, match, text), *hostile_planning(people, signal, text),
        *hostile_steps(people, signal, text), *hostile_notices(people, signal, text), *fund,
        *hostile_consultations(people, [*demand, *fund], text),
        *_releases(people[Role.PLANNER], text), *hostile_reports(people, text),
    ]  # fmt: skip


def write_everywhere(row: SQLModel, text: str) -> None:
    """Put a text, cut to what fits, into each column that people write in."""
    for column in row.__table__.columns:  # type: ignore[attr-defined] - SQLModel's tables have one
        written = isinstance(column.type, AutoString) and not NOT_WRITTEN_BY_PEOPLE.search(column.name)
        if written and getattr(row, column.name) is not None:
            setattr(row, column.name, text[: column.type.length])


def _make_shown(fund: list[SQLModel], text: str) -> None:
    """Change what would keep rows off the pages that are about such rows."""
    row = {type(each): each for each in fund}
    kept = next(each for each in fund if isinstance(each, Deal))
    kept.stage = DealStage.COMMITTEE  # the portfolio is chosen among these
    deal, instruction, claim, policy = row[Deal], row[Instruction], row[ExpenseClaim], row[PolicyValue]
    tranche = row[Tranche]
    tranche.state, tranche.instruction_id = TrancheState.PAID, instruction.id  # only what was paid is accounted for
    tranche.evidence_document_id = row[DealDocument].id
    deal.instrument = InvestmentInstrument.GRANT  # a research team accounts for grants alone
    claim.state = ClaimState.IN_REVIEW
    policy.name = next(iter(POLICIES))
    instruction.kind, instruction.deal_id = InstructionKind.DEAL_COMMITMENT, deal.id
    instruction.terms = {"tranches": [{"milestone": text[:500], "due_on": None, "amount_krw": 1}]}


def _demand(investor: Person, company: Organisation, text: str) -> list[SQLModel]:
    project = RndProject(
        title_ko=text, title_en=text, abstract_ko=text, abstract_en=text, amount_as_stated=text[:100], budget_krw=1
    )
    signal = DemandSignal(
        organisation_id=investor.organisation_id,
        text=text,
        excluded_terms=[text[:100]],
        amount_as_stated=text[:100],
        confidentiality=Confidentiality.OPEN,
        source="demo",
    )
    yardstick = StoredYardstick(digest="1" * 64, encoder=text, revision="1", documents=1, content=b"")
    run = MatchRun(
        encoder=text,
        revision="1",
        parameters={"a": text, "profile_share": 0.3},
        method_digest="0" * 64,
        yardstick_id=yardstick.id,
        signals_due=1,
        projects=1,
    )
    match = Match(
        signal_id=signal.id, project_id=project.id, run_id=run.id, eligible=True, rank=1, score=0.5,
        components={"dense": 0.5, "lexical": 0.5}, reasons=_reasons(text),
    )  # fmt: skip
    return [
        project,
        ProjectField(project_id=project.id, field_code="01"),
        ConsortiumMember(project_id=project.id, organisation_id=company.id, role=ConsortiumRole.LEAD),
        signal, yardstick, run, match,
    ]  # fmt: skip


def _releases(planner: Person, text: str) -> list[SQLModel]:
    """Make a release with a theme whose name somebody wrote."""
    today = utc_now().date()
    summary = MarketSummary(as_of=today, input_digest="0" * 64, parameters={}, signals=9, groups=9, unclassified=0)
    release = MarketRelease(
        number=1, as_of=today, summary_id=summary.id, made_by_id=planner.id, method=1, digest="0" * 64, waiting=0
    )
    cells = [
        ReleaseCell(
            release_id=release.id, field_code="*", region_code="*", theme=theme, label_ko=text, label_en=text,
            groups="5-9", stated_state=CellState.PUBLISHED, stated_krw=10**9, verified_state=CellState.UNSAFE, since=1,
        )
        for theme in ("*", "t")
    ]  # fmt: skip
    return [summary, release, *cells]


def _answers(people: dict[Role, Person], match: Match, text: str) -> list[SQLModel]:
    """Make what both sides said to a match, a word against one of its reasons, and a model learned from it."""
    voices = {
        AnswerSide.INVESTOR: (people[Role.INVESTOR], AnswerKind.INTERESTED),
        AnswerSide.PROJECT: (people[Role.PROJECT_TEAM], AnswerKind.PASSED),
    }
    pair = {"signal_id": match.signal_id, "project_id": match.project_id}
    comparison = {"answers": 2, "people": 1, "verdict": "better"}
    model = AcceptanceRecord(
        side=AnswerSide.INVESTOR, kind="logistic", content={"a": text}, digest="2" * 64, answers=2, accepted=1,
        better=True, comparison=comparison,
    )  # fmt: skip
    return [
        *(
            MatchAnswer(
                **pair, side=side, number=1, person_id=person.id, organisation_id=person.organisation_id,
                kind=kind, reason=PassReason.OTHER if kind is AnswerKind.PASSED else None, words=text,
            )
            for side, (person, kind) in voices.items()
        ),
        Contradiction(
            **pair, person_id=people[Role.INVESTOR].id, kind=ReasonKind.TERM, reason=text[:200], quoted=text,
            words=text, score=match.score, method_digest="0" * 64,
        ),
        model,
        ModelAdoption(
            side=AnswerSide.INVESTOR, number=1, model_id=model.id, cause=AdoptionCause.BY_HAND,
            adopted_by_id=people[Role.FUND_MANAGER].id, reason=text,
        ),
    ]  # fmt: skip


def _rounds(manager: Person, signal: DemandSignal, match: Match, text: str) -> list[SQLModel]:
    """Make a round on record in which the match's sides are to meet, and after it a draft."""
    on_record = MatchingRound(
        name=text[:200], state=RoundState.CONFIRMED, opened_by_id=manager.id, confirmed_by_id=manager.id,
        confirmed_at=utc_now(),
    )  # fmt: skip
    draft = MatchingRound(name=text[:200], opened_by_id=manager.id)
    investor = {"organisation_id": signal.organisation_id, "confidentiality": signal.confidentiality}
    figures = {
        "pairs": 1, "investors": 1, "projects": 1, "meetings": 1, "projects_met": 1, "tickets_krw": 0, "exact": True,
    } | dict.fromkeys(("unconstrained", "without_floor", "with_floor", "bound", "total", "expected"), 0.5)  # fmt: skip
    return [
        on_record,
        draft,
        *(RoundInvestor(round_id=one.id, attention=5, **investor) for one in (on_record, draft)),
        *(RoundProject(round_id=one.id, project_id=match.project_id) for one in (on_record, draft)),
        RoundAssignment(
            round_id=on_record.id, project_id=match.project_id, signal_id=signal.id, value=0.5, chance=1.0,
            ticket_krw=0, **investor,
        ),
        RoundResult(round_id=on_record.id, inputs_digest="0" * 64, figures=figures, shortages=[]),
    ]  # fmt: skip


def _reasons(text: str) -> dict[str, Any]:
    return {
        "shares": {"dense": 0.5, "lexical": 0.5},
        "gates": [],
        "terms": [{"term": text, "share": 1.0, "signal": [], "project": []}],
        "passages": [],
    }


def identifiers(rows: list[SQLModel]) -> dict[str, UUID | int]:
    """Give the identifier to put after each collection's word in an address, or for a parameter of this name."""
    ids = {word: [row.id for row in rows if type(row) is kind][-1] for word, kind in COLLECTIONS.items()}  # type: ignore[attr-defined]
    answer_id = next(row.id for row in reversed(rows) if isinstance(row, PlanningAnswer))
    return ids | {"signal_id": ids["signals"], "project_id": ids["projects"], "answer_id": answer_id, "releases": 1}
