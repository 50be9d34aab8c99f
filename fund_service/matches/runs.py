"""Match runs: cut into parts of a bounded size that any process on any machine takes, one at a time.

A part is a row. Whoever locks it does it, in one transaction with the mark that it is done; a process that is killed
lets go of the row, and the part is free again. The queue only calls for hands (`jobs.queue_parts`): a call that finds
nothing free is nothing to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, delete, select

from fund_service import jobs
from fund_service.matches.briefs import project_briefs, signals_to_match
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.method import MatchMethod
from fund_service.matches.vectors import stored_digests, texts_by_digest
from matching.brief import ProjectBrief, SignalBrief
from models.clock import business_date, utc_now
from models.errors import StepNotAllowed
from models.match import MatchPart, MatchRun, RunState, RunStep

PLAN_LOCK = 20260128
"""PostgreSQL advisory lock that lets one run be planned at a time."""
TEXTS_A_PART = 32
"""Texts encoded in a part, and CHARACTERS_A_PART what they come to at most: a second of work, even on one old core, so
that nobody waits long for whoever has the last."""
CHARACTERS_A_PART = 64_000
SIGNALS_A_PART, FEWEST_SIGNALS_A_PART = 64, 16
PARTS_TO_SHARE = 8
"""Signals are cut into so many parts where that leaves each the fewest: all workers then end at about the same time."""
READY_HANDS = 8
"""Calls made for the one part that splits a run, so that other workers load meanwhile what the next parts need."""
PROJECTS_NOTED_A_PART = 10_000
FAILURE_LENGTH = 2_000
LONGEST_PART = "1h"
"""A part's transaction waits while texts are encoded or a corpus is loaded, longer than a request's ever may."""

PROJECT, SIGNAL = "project", "signal"


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run to take part in."""

    run_id: UUID
    ours: bool
    """Planned just now; otherwise it was under way, and takes no account of what has changed since it was planned."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, over all who work at it."""

    encoded: int
    to_encode: int
    matched: int
    to_match: int


def plan_run(matchmaker: Matchmaker, *, everything: bool) -> PlannedRun:
    """Plan a run over all that is due and call for hands; join the one under way where there is one.

    One under way by another method, as before an update of this service, fails: nobody here could take part in it.

    Raises
    ------
    StepNotAllowed
        When there is no open project to match with.
    """
    method = matchmaker.method
    with Session(matchmaker.engine) as session:
        running = _under_way(session, _by(method))
        if running is not None:
            return PlannedRun(running, ours=False)
        projects = project_briefs(session)
        signals = [signal.brief for signal in signals_to_match(session, today=business_date(utc_now()))]
        if not projects:
            raise StepNotAllowed("There is no planned or running project to match with; import or add some first.")
        to_encode = _encode_parts(session, matchmaker, {PROJECT: projects, SIGNAL: signals})
    with Session(matchmaker.engine, expire_on_commit=False) as session:
        session.connection().execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": PLAN_LOCK})
        running = _under_way(session, _by(method))
        if running is not None:
            return PlannedRun(running, ours=False)
        superseded = _under_way(session, ~_by(method))
        if superseded is not None:
            reason = f"superseded by a run with the encoder {method.encoder}, {method.revision}, or other parameters"
            _leave_running(session, superseded, state=RunState.FAILED, failure=reason)
        run = MatchRun(
            encoder=method.encoder,
            revision=method.revision,
            parameters=method.described(),
            everything=everything,
            projects=len(projects),
        )
        session.add(run)
        session.flush()
        add_parts(session, run.id, RunStep.ENCODE, to_encode)
        add_parts(session, run.id, RunStep.SPLIT, [[]])
        jobs.queue_parts(session, run.id, max(1, len(to_encode)))
        session.commit()
        return PlannedRun(run.id, ours=True)


def _by(method: MatchMethod) -> sa.ColumnElement[bool]:
    """Give the condition that a run is by this method, so that who has it can take part."""
    return sa.and_(
        col(MatchRun.encoder) == method.encoder,
        col(MatchRun.revision) == method.revision,
        col(MatchRun.parameters) == method.described(),
    )


def _under_way(session: Session, condition: sa.ColumnElement[bool]) -> UUID | None:
    """Give the run that is cut into parts and not at its end."""
    return session.exec(
        select(MatchRun.id)
        .where(MatchRun.state == RunState.RUNNING, col(MatchRun.id).in_(select(MatchPart.run_id)), condition)
        .limit(1)
    ).first()


def _encode_parts(
    session: Session, matchmaker: Matchmaker, briefs: dict[str, Sequence[ProjectBrief | SignalBrief]]
) -> list[list[str]]:
    """Cut the texts without a vector into parts, each text in one of them, texts of like length together."""
    owners = [
        (f"{kind} {brief.key}", texts_by_digest([brief], matchmaker.encoder))
        for kind, some in briefs.items()
        for brief in some
    ]
    taken = stored_digests(session, matchmaker.method, {key for _, texts in owners for key in texts})
    missing = []
    for owner, texts in owners:
        new = texts.keys() - taken
        taken |= new
        if new:
            missing.append((sum(len(texts[key]) for key in new), owner))
    parts: list[list[str]] = []
    room = 0
    for length, owner in sorted(missing, reverse=True):  # the heaviest first: what is left for the end is light
        if room < length or len(parts[-1]) == TEXTS_A_PART:
            parts.append([])
            room = CHARACTERS_A_PART
        parts[-1].append(owner)
        room = max(room - length, 0)
    return parts


def add_parts(session: Session, run_id: UUID, step: RunStep, parts: Iterable[list[str]]) -> None:
    """Add parts of a step to a run."""
    session.add_all(
        MatchPart(run_id=run_id, step=step, number=number, items=items) for number, items in enumerate(parts, 1)
    )
    session.flush()


def signals_a_part(signals: int) -> int:
    """Say how many signals a part has, so that parts are neither too few to share nor too small to be worth a call."""
    return min(SIGNALS_A_PART, max(FEWEST_SIGNALS_A_PART, -(-signals // PARTS_TO_SHARE)))


def in_parts(items: Sequence[str], size: int) -> list[list[str]]:
    """Cut items into parts of a size."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def take_part(session: Session, run_id: UUID, method: MatchMethod) -> MatchPart | None:
    """Lock a part of the run that is free now; ``None`` where there is none: all done, in other hands, or not ours.

    The part is this session's until it commits, which ``done`` must have been told before, or lets go.
    """
    session.connection().execute(
        sa.text("SELECT set_config('idle_in_transaction_session_timeout', :longest, true)"), {"longest": LONGEST_PART}
    )
    earlier = sa.orm.aliased(MatchPart)
    return session.exec(
        select(MatchPart)
        .join(MatchRun, col(MatchRun.id) == col(MatchPart.run_id))
        .where(
            MatchPart.run_id == run_id,
            MatchRun.state == RunState.RUNNING,
            _by(method),
            col(MatchPart.done_at).is_(None),
            ~sa.exists().where(
                col(earlier.run_id) == run_id, col(earlier.done_at).is_(None), col(earlier.step) < col(MatchPart.step)
            ),
        )
        .order_by(col(MatchPart.number))
        .limit(1)
        .with_for_update(of=MatchPart, skip_locked=True)
    ).first()


def done(session: Session, part: MatchPart) -> None:
    """Commit a part, with all it has brought, as done."""
    part.done_at = utc_now()
    session.add(part)
    session.commit()


def go_on(engine: Engine, run_id: UUID, *, after: int | None = None) -> None:
    """Do what the end of a part may call for: call for hands for the next step, or end the run.

    Where no call waits though parts are left, one may have been answered by a process that was killed: the call made
    then finds its part free long before anybody misses the process. Where nothing was ``after`` a part, only a run that
    nobody has ended is ended.
    """
    with Session(engine) as session:
        step, left = _open_step(session, run_id)
        if step is None:
            _end(session, run_id)
        elif after is not None and step > after:
            jobs.queue_parts(session, run_id, READY_HANDS if step == RunStep.SPLIT else left)
        elif after is not None and not jobs.parts_wait(session, run_id):
            jobs.queue_parts(session, run_id, 1)
        session.commit()


def is_being_split(session: Session, run_id: UUID, method: MatchMethod) -> bool:
    """Say whether what comes next of a run under way by this method is its split, which one process does for all."""
    step, _ = _open_step(session, run_id)
    return (
        step == RunStep.SPLIT
        and session.exec(select(MatchRun.id).where(MatchRun.id == run_id, _by(method))).first() is not None
    )


def call_again(engine: Engine, run_id: UUID) -> None:
    """Call for hands for a run whose calls may have been lost."""
    with Session(engine) as session:
        _, left = _open_step(session, run_id)
        jobs.queue_parts(session, run_id, left - jobs.queued_parts(session, run_id))
        session.commit()


def _open_step(session: Session, run_id: UUID) -> tuple[int | None, int]:
    """Give the first step that is not done and how many parts of it are not."""
    row = session.exec(
        select(MatchPart.step, sa.func.count())
        .where(MatchPart.run_id == run_id, col(MatchPart.done_at).is_(None))
        .group_by(col(MatchPart.step))
        .order_by(col(MatchPart.step))
        .limit(1)
    ).first()
    return (None, 0) if row is None else (row[0], row[1])


def _end(session: Session, run_id: UUID) -> None:
    if _leave_running(session, run_id, state=RunState.DONE):
        jobs.queue_summary(session)


def fail(engine: Engine, run_id: UUID, error: Exception) -> None:
    """End a run that cannot go on, with the reason; what it has committed stays, and the next run has less to do."""
    with Session(engine) as session:
        _leave_running(session, run_id, state=RunState.FAILED, failure=reason_of(error))
        session.commit()


def reason_of(error: Exception) -> str:
    """Say what went wrong, in what a run keeps of it."""
    return f"{type(error).__name__}: {error}"[:FAILURE_LENGTH]


def _leave_running(session: Session, run_id: UUID, **facts: object) -> bool:
    """End a run, once: its parts go, and the calls for it that nobody has answered."""
    ended = session.connection().execute(
        sa.update(MatchRun)
        .where(col(MatchRun.id) == run_id, col(MatchRun.state) == RunState.RUNNING)
        .values(finished_at=utc_now(), **facts)
    )
    if not ended.rowcount:
        return False
    session.exec(delete(MatchPart).where(col(MatchPart.run_id) == run_id))
    jobs.cancel_parts(session, run_id)
    return True


def progress_of(session: Session, run_id: UUID) -> Progress:
    """Tell how far a run is."""
    size = sa.func.jsonb_array_length(MatchPart.items)
    counted = {
        step: (int(of_all or 0), int(of_done or 0))
        for step, of_all, of_done in session.exec(
            select(MatchPart.step, sa.func.sum(size), sa.func.sum(size).filter(col(MatchPart.done_at).is_not(None)))
            .where(MatchPart.run_id == run_id)
            .group_by(col(MatchPart.step))
        )
    }
    to_encode, encoded = counted.get(RunStep.ENCODE, (0, 0))
    to_match, matched = counted.get(RunStep.MATCH, (0, 0))
    return Progress(encoded, to_encode, matched, to_match)
