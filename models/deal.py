"""Deals: from first look to exit, each step with who, when and why."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Row, VersionedRow, by_value
from models.clock import UtcDateTime, utc_now
from models.errors import StepNotAllowed
from models.money import MAX_KRW


class DealStage(StrEnum):
    """Where a deal stands in the pipeline."""

    SOURCED = "sourced"
    """Found; nobody has looked closely (발굴)."""
    SCREENING = "screening"
    """First look (예비검토)."""
    DUE_DILIGENCE = "due_diligence"
    """Reviews, checklist and documents (실사)."""
    COMMITTEE = "committee"
    """Before the investment committee (투자심의)."""
    APPROVED = "approved"
    """Approved by the committee on terms that now stand (승인)."""
    CONTRACTED = "contracted"
    """Signed, and the money committed (약정)."""
    DISBURSING = "disbursing"
    """Tranches are being paid (집행)."""
    MONITORING = "monitoring"
    """Paid in full; watched until exit (사후관리)."""
    EXITED = "exited"
    """The fund is out (회수)."""
    DECLINED = "declined"
    """Turned down by us (부결)."""
    WITHDRAWN = "withdrawn"
    """Given up by the company (철회)."""


_S = DealStage
DEAL_STEPS: Mapping[DealStage, frozenset[DealStage]] = MappingProxyType(
    {
        _S.SOURCED: frozenset({_S.SCREENING, _S.DECLINED, _S.WITHDRAWN}),
        _S.SCREENING: frozenset({_S.DUE_DILIGENCE, _S.SOURCED, _S.DECLINED, _S.WITHDRAWN}),
        _S.DUE_DILIGENCE: frozenset({_S.COMMITTEE, _S.SCREENING, _S.DECLINED, _S.WITHDRAWN}),
        _S.COMMITTEE: frozenset({_S.APPROVED, _S.DUE_DILIGENCE, _S.DECLINED, _S.WITHDRAWN}),
        _S.APPROVED: frozenset({_S.CONTRACTED, _S.COMMITTEE, _S.DUE_DILIGENCE, _S.DECLINED, _S.WITHDRAWN}),
        _S.CONTRACTED: frozenset({_S.DISBURSING, _S.WITHDRAWN}),
        _S.DISBURSING: frozenset({_S.MONITORING, _S.EXITED}),
        _S.MONITORING: frozenset({_S.DISBURSING, _S.EXITED}),
        _S.EXITED: frozenset(),
        _S.DECLINED: frozenset({_S.SCREENING}),
        _S.WITHDRAWN: frozenset({_S.SCREENING}),
    }
)
"""The steps a deal may take. Only the committee's decision leads to approved, only a posted commitment to contracted,
only a posted disbursement to disbursing; the commands of those steps take them, no one takes them by hand."""

OPEN_STAGES = frozenset(_S) - {_S.EXITED, _S.DECLINED, _S.WITHDRAWN}
"""Stages in which a deal is still under way."""


class InvestmentInstrument(StrEnum):
    """The form in which the fund's money goes into a company."""

    EQUITY = "equity"
    """Common or preferred shares (지분)."""
    CONVERTIBLE = "convertible"
    """Convertible bond or note (전환사채)."""
    LOAN = "loan"
    """Loan to be repaid (융자)."""
    GRANT = "grant"
    """R&D money settled by the research team, royalties when it succeeds (출연)."""


class DeclineReason(StrEnum):
    """Why a deal is not taken further."""

    TECHNOLOGY = "technology"
    """The technology does not hold what it promises."""
    MARKET = "market"
    """No market, or too late for it."""
    TEAM = "team"
    """The team cannot carry it."""
    TERMS = "terms"
    """No agreement on price or terms."""
    POLICY = "policy"
    """Outside the fund's purpose or limits."""
    DUPLICATE = "duplicate"
    """The same as another deal or programme."""
    INTEGRITY = "integrity"
    """Sanctions, conflicts of interest or false statements."""
    COMPANY_LEFT = "company_left"
    """The company withdrew."""


class Deal(VersionedRow, table=True):
    """A deal: what the fund would put into one company for one project, and on which terms."""

    __tablename__ = "deal"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("coalesce(title_ko, title_en) IS NOT NULL", name="titled"),
        CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),
        CheckConstraint(f"project_budget_krw BETWEEN 1 AND {MAX_KRW}", name="project_budget_krw_range"),
        CheckConstraint(f"private_krw BETWEEN 0 AND {MAX_KRW}", name="private_krw_range"),
        CheckConstraint(f"other_public_krw BETWEEN 0 AND {MAX_KRW}", name="other_public_krw_range"),
        CheckConstraint(
            "(stage IN ('declined', 'withdrawn')) = (decline_reason IS NOT NULL)", name="ended_with_a_reason"
        ),
        CheckConstraint("(decline_reason IS NULL) = (decline_words IS NULL)", name="reason_has_words"),
        CheckConstraint("merged_into_id <> id", name="not_merged_into_itself"),
        Index(
            "ix_deal_board", "stage", postgresql_include=["amount_krw"], postgresql_where=text("merged_into_id IS NULL")
        ),
    )

    title_ko: str | None = Field(default=None, max_length=300)
    title_en: str | None = Field(default=None, max_length=300)
    summary: str = Field(default="", max_length=8_000)
    stage: DealStage = Field(default=DealStage.SOURCED, sa_type=by_value(DealStage), index=True)
    stage_since: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    project_id: UUID | None = Field(default=None, foreign_key="rnd_project.id", index=True)
    signal_id: UUID | None = Field(default=None, foreign_key="demand_signal.id", index=True)
    """The demand signal whose match led here; stored beside the match, which a later run replaces."""
    match_id: UUID | None = None
    """The match as it was when the deal was made; no foreign key, because matching anew replaces matches."""
    match_score: float | None = None
    company_id: UUID = Field(foreign_key="organisation.id", index=True)
    """Who receives the money."""
    lead_id: UUID = Field(foreign_key="person.id", index=True)
    """The fund manager who answers for the deal."""
    vehicle_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)
    instrument: InvestmentInstrument = Field(
        default=InvestmentInstrument.EQUITY, sa_type=by_value(InvestmentInstrument)
    )
    amount_krw: int = Field(sa_type=BigInteger)
    """What the fund would commit."""
    project_budget_krw: int | None = Field(default=None, sa_type=BigInteger)
    """Whole budget of the project: from KRW 10 billion on it is a large one."""
    private_krw: int = Field(default=0, sa_type=BigInteger)
    """Private money beside the fund's, as agreed or stated."""
    other_public_krw: int = Field(default=0, sa_type=BigInteger)
    """Other public money beside the fund's."""
    main_purpose: bool = True
    """Counts towards the main-purpose share (주목적 투자)."""
    region_code: str | None = Field(default=None, foreign_key="region.code", index=True)
    initiative_code: str | None = Field(default=None, foreign_key="initiative.code", index=True)
    additionality: str = Field(default="", max_length=2_000)
    """Why it would not happen without the fund."""
    decline_reason: DeclineReason | None = Field(default=None, sa_type=by_value(DeclineReason))
    decline_words: str | None = Field(default=None, max_length=2_000)
    merged_into_id: UUID | None = Field(default=None, foreign_key="deal.id", index=True)

    def advance(self, stage: DealStage, at: datetime) -> None:
        """Take the deal to a stage.

        Raises
        ------
        StepNotAllowed
            When no step leads there from where it stands.
        """
        if stage not in DEAL_STEPS[self.stage]:
            raise StepNotAllowed(
                "A deal that is {from_stage} cannot become {to_stage}.",
                from_stage=self.stage.value,
                to_stage=stage.value,
            )
        self.stage, self.stage_since = stage, at
        self.mark_edited(at)

    def terms_digest(self) -> str:
        """Give the sha256 of the terms an approval binds to: any change of one voids the approval."""
        terms = [
            str(self.company_id), None if self.project_id is None else str(self.project_id),
            None if self.vehicle_id is None else str(self.vehicle_id), self.instrument.value, self.amount_krw,
            self.project_budget_krw, self.private_krw, self.other_public_krw, self.main_purpose, self.region_code,
            self.initiative_code, self.title_ko, self.title_en, self.summary, self.additionality,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(terms, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


class DealMerge(Row, table=True):
    """A merge of one deal into another; both histories stay, and it can be undone once."""

    __tablename__ = "deal_merge"
    __table_args__ = (CheckConstraint("kept_id <> merged_id", name="two_deals"),)

    kept_id: UUID = Field(foreign_key="deal.id", index=True)
    merged_id: UUID = Field(foreign_key="deal.id", index=True)
    merged_stage: DealStage = Field(sa_type=by_value(DealStage))
    """Where the merged deal stood."""
    person_id: UUID = Field(foreign_key="person.id")
    words: str = Field(max_length=2_000)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by_id: UUID | None = Field(default=None, foreign_key="person.id")


class SavedFilter(Row, table=True):
    """A person's named filter of the pipeline."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    person_id: UUID = Field(foreign_key="person.id")
    name: str = Field(max_length=100)
    query: str = Field(max_length=1_000)
    """The query string of the list."""
