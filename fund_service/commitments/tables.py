"""Steps of the ladder as a table to export."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.commitments.queries import all_steps
from fund_service.commitments.schemas import StepFilter
from fund_service.exports import MAX_EXPORT_ROWS, Cell

HEADINGS = {
    "organisation": "Organisation",
    "level": "Level",
    "state": "State",
    "amount_krw": "Amount (won)",
    "dated_on": "Date of the document",
    "due_on": "Falls due on",
    "expires_on": "Expires on",
    "document": "Document",
    "sha256": "Document (sha256)",
    "claimed_by": "Claimed by",
    "claimed_at": "Claimed at",
    "decided_by": "Decided by",
    "decided_at": "Decided at",
    "words": "Words of the verifier",
    "revoked_at": "Taken back at",
    "reason": "Reason for taking it back",
    "signal_id": "Demand signal",
    "step_id": "Step",
}


def step_headings() -> list[str]:
    """Name the columns of the table of steps."""
    return [locales.gettext(heading) for heading in HEADINGS.values()]


def step_rows(session: Session, which: StepFilter, *, caller: Caller, at: datetime) -> Iterator[list[Cell]]:
    """Give the steps that a list narrowed like this would show, the oldest first."""
    for step in all_steps(session, which, caller=caller, at=at, limit=MAX_EXPORT_ROWS + 1):
        yield [
            locales.pick(step.organisation_name_ko, step.organisation_name_en),
            step.level.value,
            locales.label(step.state),
            step.amount_krw,
            step.dated_on,
            step.due_on,
            step.expires_on,
            step.document_name,
            step.sha256,
            step.claimed_by,
            step.recorded_at,
            step.decided_by,
            step.decided_at,
            step.decision_words,
            step.revoked_at,
            step.revocation_reason,
            None if step.signal_id is None else str(step.signal_id),
            str(step.id),
        ]
