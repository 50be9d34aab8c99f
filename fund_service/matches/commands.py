"""Writes of matches: match what changed, resume where a killed run stopped, never half a signal."""

import logging
import time
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, func, select

from fund_service.matches import runs
from fund_service.matches.briefs import signals_to_match
from fund_service.matches.corpus import Matchmaker, Stage
from fund_service.matches.parts import do_a_part, match_signals
from models.clock import business_date, utc_now
from models.errors import FundError, StepNotAllowed
from models.match import MatchRun, RunState, SignalMatching
from models.signal import DemandSignal, SignalState

TRIES = 3
"""Times in a row that a part may fail before its run does: a lock may be held too long, a connection may break."""
GLANCE_SECONDS = 0.2
"""Pause between looks at a run whose last parts are in other hands."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run did."""

    run_id: UUID
    signals: int
    matched: int
    projects: int
    pairs: int
    seconds: float


def match_one_signal(matchmaker: Matchmaker, signal_id: UUID) -> None:
    """Match one signal as it stands now against all open projects.

    A signal that was deleted meanwhile is nothing to do; a corpus never matched before is matched whole.
    """
    today = business_date(utc_now())
    with Session(matchmaker.engine) as session:
        signals = signals_to_match(session, today=today, signal_ids=[signal_id])
    if not signals:
        return
    corpus = matchmaker.corpus()
    method = matchmaker.method
    with Session(matchmaker.engine) as session:
        run = MatchRun(
            state=RunState.DONE,
            finished_at=utc_now(),
            encoder=method.encoder,
            revision=method.revision,
            parameters=method.described(),
            method_digest=corpus.method_digest,
            yardstick_id=corpus.yardstick_id,
            signals_due=1,
            projects=len(corpus.project_digests),
        )
        session.add(run)
        session.flush()
        match_signals(matchmaker, session, corpus=corpus, run=run, signals=signals, today=today)
        session.commit()


def match_changes(matchmaker: Matchmaker, *, everything: bool = False, stage: Stage | None = None) -> MatchReport:
    """Embed and match what changed since the last run, or everything, together with whoever else is at work.

    The result is that of matching everything anew: a signal is matched again when it changed, when the method
    changed, or when a changed project is or would be among its kept matches. A run under way is joined first, since
    it may have been planned before the last change. One that was killed is taken up where it stopped.

    Raises
    ------
    StepNotAllowed
        When there is no open project to match with, or a part of the run cannot be done.
    """
    started = utc_now()
    while True:
        planned = runs.plan_run(matchmaker, everything=everything)
        work_at(matchmaker, planned.run_id, stage=stage)
        if planned.ours:
            return _report(matchmaker.engine, planned.run_id, seconds=(utc_now() - started).total_seconds())


def work_at(matchmaker: Matchmaker, run_id: UUID, *, stage: Stage | None = None) -> None:
    """Do parts of a run until it has ended, whoever does the last of them.

    Raises
    ------
    StepNotAllowed
        When a part cannot be done, however often it is tried; the run has failed then, and says why.
    """
    tries = 0
    while _is_running(matchmaker.engine, run_id, stage):
        try:
            busy = do_a_part(matchmaker, run_id)
        except Exception as error:
            tries += 1
            if isinstance(error, FundError):
                runs.fail(matchmaker.engine, run_id, error)
                raise
            if tries == TRIES:
                runs.fail(matchmaker.engine, run_id, error)
                raise StepNotAllowed("The matching failed: {reason}", reason=runs.reason_of(error)) from error
            log.warning("A part of match run %s failed and is tried again: %s", run_id, error)
        else:
            tries = 0
            if not busy:
                time.sleep(GLANCE_SECONDS)


def _is_running(engine: Engine, run_id: UUID, stage: Stage | None) -> bool:
    """Say whether a run is under way, and tell how far it is."""
    with Session(engine) as session:
        if stage is not None:
            progress = runs.progress_of(session, run_id)
            for name, done, due in (
                ("encoding texts", progress.encoded, progress.to_encode),
                ("matching signals", progress.matched, progress.to_match),
            ):
                if due:
                    stage(name, done, due)
        return session.get_one(MatchRun, run_id).state is RunState.RUNNING


def _report(engine: Engine, run_id: UUID, *, seconds: float) -> MatchReport:
    today = business_date(utc_now())
    with Session(engine) as session:
        run = session.get_one(MatchRun, run_id)
        if run.state is RunState.FAILED:
            raise StepNotAllowed("The matching failed where another process worked at it: {reason}", reason=run.failure)
        speaking = session.exec(
            select(func.count())
            .select_from(SignalMatching)
            .join(DemandSignal, col(DemandSignal.id) == col(SignalMatching.signal_id))
            .where(
                SignalMatching.run_id == run_id,
                DemandSignal.state == SignalState.LIVE,
                sa.or_(col(DemandSignal.expires_on).is_(None), col(DemandSignal.expires_on) >= today),
            )
        ).one()
        return MatchReport(
            run_id=run.id,
            signals=session.exec(select(func.count()).select_from(DemandSignal)).one(),
            matched=run.signals_due,
            projects=run.projects,
            pairs=speaking * run.projects,
            seconds=seconds,
        )
