"""Steps of the ladder as tests lay them: claimed by somebody of the organisation, verified by somebody of the fund."""

import hashlib
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session, SQLModel, col, func, select

from models.clock import SEOUL
from models.commitment import CommitmentDecision, CommitmentEvidence, CommitmentStep, StepOutcome
from models.identity import new_id
from models.ladder import PROMISES, RUNGS
from models.person import Person, PersonRole, Role
from models.signal import CommitmentLevel, DemandSignal

FAR = timedelta(days=700)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SEOUL)


def somebody(session: Session, role: Role, organisation_id: UUID | None = None) -> UUID:
    """Find or make an account of the role, of the organisation if one is named."""
    found = session.exec(
        select(Person.id)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(PersonRole.role == role, col(Person.organisation_id).is_not_distinct_from(organisation_id))
    ).first()
    if found is not None:
        return found
    person = Person(
        email=f"{new_id().hex}@example.org",
        name=role.value,
        organisation_id=organisation_id,
        password_hash="-",  # noqa: S106 - no secret
    )
    session.add(person)
    session.flush()
    session.add(PersonRole(person_id=person.id, role=role))
    session.flush()
    return person.id


def step_of(
    session: Session, signal: DemandSignal, level: CommitmentLevel, *, amount_krw: int, on: date, expires_on: date
) -> tuple[CommitmentStep, CommitmentEvidence]:
    """Make a step and its evidence, the next of the signal."""
    content = f"{signal.id} {level} {new_id()}".encode()
    number = session.exec(
        select(func.coalesce(func.max(CommitmentStep.number), 0)).where(CommitmentStep.signal_id == signal.id)
    ).one()
    step = CommitmentStep(
        signal_id=signal.id,
        level=level,
        number=number + 1,
        amount_krw=amount_krw,
        conditions="실사 통과" if level is CommitmentLevel.CONDITIONAL else None,
        round_share_bp=2_000 if level is CommitmentLevel.CONDITIONAL else None,
        dated_on=on,
        due_on=on + timedelta(days=365) if level in PROMISES else None,
        expires_on=expires_on,
        statement_digest="",
        shown_to_verifier=True,
        claimed_by_id=somebody(session, Role.INVESTOR, signal.organisation_id),
        document_name="letter.txt",
        media_type="text/plain",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        recorded_at=noon(on),
    )
    return step, CommitmentEvidence(step_id=step.id, content=content)


def lay(session: Session, *rows: SQLModel) -> None:
    for row in rows:
        session.add(row)
        session.flush()


def climb(
    session: Session,
    signal_id: UUID,
    level: CommitmentLevel,
    *,
    amount_krw: int,
    on: date,
    expires_on: date | None = None,
) -> list[CommitmentStep]:
    """Lay verified steps up to a rung, all on one day."""
    signal, laid = session.get_one(DemandSignal, signal_id), []
    for rung in (rung for rung in RUNGS if rung <= level):
        step, evidence = step_of(session, signal, rung, amount_krw=amount_krw, on=on, expires_on=expires_on or on + FAR)
        found = CommitmentDecision(
            step_id=step.id,
            outcome=StepOutcome.VERIFIED,
            decided_by_id=somebody(session, Role.FUND_MANAGER),
            words="원본을 보았습니다.",
            evidence_sha256=step.sha256,
            recorded_at=noon(on),
        )
        lay(session, step, evidence, found)
        laid.append(step)
    return laid
