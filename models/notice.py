"""Notices: what is told to whom, and how each person wants to be told."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime


class NoticeKind(StrEnum):
    """What happened. The words are made when a notice is read or sent, never when it is written."""

    PLANNING_ANSWERED = "planning_answered"
    """A planning round was published, with answers to signals of the receiver's organisation."""
    OBJECTION_FILED = "objection_filed"
    """An objection to an answer waits for a reply."""
    OBJECTION_ANSWERED = "objection_answered"
    """An objection of the receiver's organisation has its reply."""
    SIGNAL_MATCHED = "signal_matched"
    """A signal of the receiver's organisation has new matches; those of a day in one notice."""
    TEAM_ANSWERED = "team_answered"
    """A project's team answered a match of the receiver's signal."""
    INVESTOR_ANSWERED = "investor_answered"
    """An investor shows interest in the receiver's project."""
    INSTRUCTION_TO_CHECK = "instruction_to_check"
    """An instruction to move money waits for another manager's approval."""
    STEP_TO_VERIFY = "step_to_verify"
    """A step of the commitment ladder waits for a verifier."""
    STEP_DECIDED = "step_decided"
    """A step of the receiver's organisation was verified or refused."""
    STEP_EXPIRING = "step_expiring"
    """A verified step of the receiver's organisation expires in 30 or in 7 days."""
    POLICY_TO_APPROVE = "policy_to_approve"
    """A planning decision by policy waits for somebody to stand for it."""
    POLICY_FIGURE_TO_CONFIRM = "policy_figure_to_confirm"
    """A figure of policy waits for another member of the committee."""
    CALL_ISSUED = "call_issued"
    """Capital was called into a vehicle."""
    CALL_OVERDUE = "call_overdue"
    """Something of a capital call has not come in by its day."""
    RELEASE_PUBLISHED = "release_published"
    """A release of market demand was made."""
    WORK_DUE = "work_due"
    """A task or a point of due diligence that the receiver has to do is due within a week, or overdue."""
    MILESTONE_DUE = "milestone_due"
    """The milestone of a tranche is due within a week, or overdue."""
    RELEVANCE_FLAGGED = "relevance_flagged"
    """The relevance watch opened a review of a running project."""
    CONSULTATION_DUE = "consultation_due"
    """A regulatory consultation is due within a week, or overdue."""
    WEBHOOK_STOPPED = "webhook_stopped"
    """A webhook of the receiver's organisation no longer gets through and was stopped."""


class NoticeWay(StrEnum):
    """How a person is told of one kind."""

    IN_APP = "in_app"
    """In the service alone."""
    AT_ONCE = "at_once"
    """By e-mail too, one for each notice."""
    DAILY = "daily"
    """By e-mail too, those of a business day in one."""
    WEEKLY = "weekly"
    """By e-mail too, those of a week in one."""
    OFF = "off"
    """Not at all."""


class Notice(Row, table=True):
    """Something told to one person, written in the transaction of what it tells: kind, subject and numbers, no words.

    What it tells never changes, but for the count of one that gathers several; the database holds it to that.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        CheckConstraint("jsonb_typeof(facts) = 'object'", name="facts_by_name"),
        CheckConstraint("key <> ''", name="key_not_empty"),
        Index(
            "ix_notice_unread", "person_id",
            postgresql_where=text("read_at IS NULL AND dropped_at IS NULL AND way <> 'off'"),
        ),
        Index(
            "ix_notice_open_subject", "subject_id",
            postgresql_where=text("read_at IS NULL AND dropped_at IS NULL"),
        ),
        Index("ix_notice_of_person", "person_id", "id"),
    )  # fmt: skip

    person_id: UUID = Field(foreign_key="person.id")
    kind: NoticeKind = Field(sa_type=by_value(NoticeKind))
    subject_id: UUID
    """The row it is about; which table's, the kind says."""
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    """Identifiers, numbers and days that its sentence needs; never words of anybody."""
    key: str | None = Field(default=None, max_length=200)
    """Under which a person is told once; none: as often as it happens."""
    way: NoticeWay = Field(default=NoticeWay.IN_APP, sa_type=by_value(NoticeWay))
    """How the person wanted to be told of this kind when it happened."""
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was found that its receiver may no longer see what it is about; it is not shown or sent from then on."""


class NoticeChoice(SQLModel, table=True):
    """How a person wants to be told of a kind; without one, in the service alone."""

    __tablename__ = "notice_choice"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    kind: NoticeKind = Field(sa_type=by_value(NoticeKind), primary_key=True)
    way: NoticeWay = Field(sa_type=by_value(NoticeWay))


class NoticeAddress(SQLModel, table=True):
    """What a person proved of the e-mail address of their account, before anything is sent there."""

    __tablename__ = "notice_address"
    __table_args__ = (
        CheckConstraint("(code_digest IS NULL) = (code_until IS NULL)", name="code_for_a_while"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries_range"),
    )

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    email: str = Field(max_length=254)
    """The address that the code was sent to; another one in the account has to be proved anew."""
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    code_digest: str | None = Field(default=None, max_length=64)
    code_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    """Codes typed since the last one was sent."""
    secret: str = Field(max_length=64)
    """Signs the addresses in e-mails under which they can be ended; it opens nothing else."""
