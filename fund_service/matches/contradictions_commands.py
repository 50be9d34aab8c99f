"""Writes of contradictions: a reason that is shown can be contradicted, once by each person, and stays on record."""

from datetime import datetime

from sqlmodel import Session, select

from fund_service.accounts.callers import Caller
from fund_service.matches.contradictions_schemas import ContradictionIn
from fund_service.matches.schemas import MatchDetail
from models.contradiction import Contradiction, ReasonKind
from models.errors import RecordConflicts, ValueNotAllowed

MOST_QUOTED = 2_000


def contradict_reason(
    session: Session, detail: MatchDetail, data: ContradictionIn, *, caller: Caller, at: datetime
) -> Contradiction:
    """Record that a reason of a match, as the caller is shown it, is wrong.

    Raises
    ------
    ValueNotAllowed
        When the match gives no such reason.
    RecordConflicts
        When the caller has contradicted this reason of the pair before.
    """
    quoted = reasons_shown(detail).get((data.kind, data.reason))
    if quoted is None:
        raise ValueNotAllowed("The match gives no such reason; reload the page, it may have changed.", field="reason")
    match = detail.match
    said = select(Contradiction.id).where(
        Contradiction.signal_id == match.signal_id,
        Contradiction.project_id == match.project.id,
        Contradiction.person_id == caller.person_id,
        Contradiction.kind == data.kind,
        Contradiction.reason == data.reason,
    )
    if session.exec(said).first() is not None:
        raise RecordConflicts("You have contradicted this reason already.", field="reason")
    contradiction = Contradiction(
        recorded_at=at,
        signal_id=match.signal_id,
        project_id=match.project.id,
        person_id=caller.person_id,
        kind=data.kind,
        reason=data.reason,
        words=data.words,
        quoted=quoted[:MOST_QUOTED],
        score=match.score,
        method_digest=match.method_digest,
    )
    session.add(contradiction)
    session.flush()
    return contradiction


def reasons_shown(detail: MatchDetail) -> dict[tuple[ReasonKind, str], str]:
    """Give every reason a match's page shows, as it is shown."""
    match = detail.match
    shown = {(ReasonKind.TERM, str(term["term"])): str(term["term"]) for term in match.evidence.get("terms", [])}
    shown |= {
        (ReasonKind.COMPONENT, name): f"{name}: {value}"
        for name, value in match.components.items()
        if value is not None
    }
    shown |= {(ReasonKind.GATE, gate.code.value): gate.sentence_ko for gate in match.gates}
    shown |= {
        (ReasonKind.SENTENCES, pair.key): f"{pair.signal.text}\n{pair.project.text}" for pair in detail.sentence_pairs
    }
    return shown
