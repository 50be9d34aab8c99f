"""Settlement (정산): research teams account for what they were paid, tranche by tranche."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime
from models.money import MAX_KRW


class ExpenseCategory(StrEnum):
    """What research money may be spent on (비목), and what it may not."""

    PERSONNEL = "personnel"
    """Pay of researchers (인건비)."""
    EQUIPMENT = "equipment"
    """Facilities and equipment (연구시설·장비비)."""
    MATERIALS = "materials"
    """Materials (연구재료비)."""
    ACTIVITIES = "activities"
    """Travel, meetings, outside services, patents (연구활동비)."""
    SUBCONTRACT = "subcontract"
    """Work given to other research bodies (위탁연구개발비)."""
    ALLOWANCE = "allowance"
    """Allowances to researchers (연구수당)."""
    OVERHEAD = "overhead"
    """Indirect costs (간접비)."""
    ENTERTAINMENT = "entertainment"
    """Entertainment and gifts: never eligible (유흥·접대)."""
    FINES = "fines"
    """Fines and penalties: never eligible (과태료·가산금)."""


INELIGIBLE = frozenset({ExpenseCategory.ENTERTAINMENT, ExpenseCategory.FINES})
"""Categories no research money may be spent on; listed so that a claim of them is refused by name."""


class ClaimState(StrEnum):
    """Where a claim stands."""

    SETTLED = "settled"
    """Counted against the tranche."""
    SAMPLED = "sampled"
    """Counted, and drawn by lot for a review; documents are asked for."""
    IN_REVIEW = "in_review"
    """Above the threshold: waits for somebody to look at its documents."""
    ACCEPTED = "accepted"
    """Looked at and found right."""
    REFUSED = "refused"
    """Looked at and refused; it does not count, or no longer does."""


class ExpenseClaim(Row, table=True):
    """A research team's claim of an expense against a paid tranche."""

    __tablename__ = "expense_claim"
    __table_args__ = (
        CheckConstraint(f"amount_krw BETWEEN 1 AND {MAX_KRW}", name="amount_krw_range"),
        CheckConstraint("(state IN ('accepted', 'refused')) = (reviewed_at IS NOT NULL)", name="reviewed_at_a_time"),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by_id IS NULL)", name="reviewed_by_somebody"),
        CheckConstraint("reviewed_by_id <> claimed_by_id", name="not_reviewed_by_the_claimant"),
        Index(
            "uq_expense_claim_document_sha256",
            "document_sha256",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
    )

    tranche_id: UUID = Field(foreign_key="tranche.id", index=True)
    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    category: ExpenseCategory = Field(sa_type=by_value(ExpenseCategory))
    amount_krw: int = Field(sa_type=BigInteger)
    spent_on: date
    words: str = Field(max_length=500)
    document_id: UUID | None = Field(default=None, foreign_key="deal_document.id")
    document_sha256: str | None = Field(default=None, max_length=64)
    """The document's, as the database copies it: one document supports one claim, refused ones apart."""
    state: ClaimState = Field(sa_type=by_value(ClaimState), index=True)
    threshold_krw: int = Field(sa_type=BigInteger)
    """The threshold that held when it was claimed."""
    claimed_by_id: UUID = Field(foreign_key="person.id", index=True)
    instruction_id: UUID | None = Field(default=None, foreign_key="instruction.id", unique=True)
    """The settlement entry's instruction, once it counts."""
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reviewed_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    review_words: str | None = Field(default=None, max_length=1_000)


class SampleDraw(Row, table=True):
    """One drawing of lots among a deal's small claims; anybody can repeat it from its seed and get the same."""

    __tablename__ = "sample_draw"
    __table_args__ = (
        CheckConstraint("share_bp BETWEEN 1 AND 10000", name="share_range"),
        CheckConstraint("drawn BETWEEN 1 AND candidates", name="drawn_range"),
    )

    deal_id: UUID = Field(foreign_key="deal.id", index=True)
    seed: int = Field(sa_type=BigInteger)
    share_bp: int
    candidates: int
    drawn: int
    drawn_by_id: UUID = Field(foreign_key="person.id")
    claims_digest: str = Field(max_length=64)
    """Sha256 of the candidates' ids in order, so that a draw from other claims is seen."""


class SampleLot(SQLModel, table=True):
    """A candidate of a draw with its place in the order of lots; the first ``SampleDraw.drawn`` of them were drawn."""

    __tablename__ = "sample_lot"
    __table_args__ = (
        UniqueConstraint("draw_id", "position"),
        CheckConstraint("position >= 1", name="position_from_one"),
    )

    draw_id: UUID = Field(foreign_key="sample_draw.id", primary_key=True)
    claim_id: UUID = Field(foreign_key="expense_claim.id", primary_key=True, index=True)
    position: int
