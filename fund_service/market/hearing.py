"""What was heard: signals that speak, or did within two years; the same words of one group count once."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.commitments.reading import standings
from fund_service.market.figures import years_before
from fund_service.matches.briefs import signals_to_match
from matching.brief import Passage, SignalBrief
from models.match import Match, SignalMatching
from models.organisation import Organisation
from models.project import OPEN_PROJECT_STATES, RndProject
from models.signal import CommitmentLevel, DemandSignal, stated_amount

LEVELS = tuple(CommitmentLevel)
YEARS_HEARD = 2
"""How far back the trend looks."""
ANSWERING_SCORE = 0.37
"""Score from which on a project counts as answering a signal. Read by eye on the demo, default encoder, forty pairs at
random: apt were sixteen of eighteen between .375 and .45, six of ten between .33 and .375, five of twelve below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardSignal:
    """A signal with what the summary reads of it."""

    id: UUID
    group: UUID
    words: str
    """Digest of what is said, whatever its spacing, punctuation and case."""
    brief: SignalBrief
    received_on: date
    speaks: bool
    stated_krw: int
    verified_krw: int
    level: CommitmentLevel
    said_on: date
    answered_by: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one ownership group says in the same words, in however many signals: one entry in the clustering."""

    key: str
    """Follows from group and words alone, so that a copy changes no order."""
    group: UUID
    signals: tuple[HeardSignal, ...]
    stands_for_all: UUID
    """The one signal that is counted, with the money of all; the others repeat it."""
    passages: tuple[Passage, ...]
    """The words as they were said first."""
    stated_krw: int
    verified_krw: int

    @property
    def fields(self) -> frozenset[str]:
        """Every technology field that one of its signals names."""
        return frozenset[str]().union(*(signal.brief.fields for signal in self.signals))


def voices_heard(session: Session, *, today: date) -> list[Voice]:
    """Read the signals that speak today, and the expired ones received in the last two years, as voices, by key."""
    heard = sorted(_heard_signals(session, today), key=lambda signal: (signal.words, signal.group, signal.id))
    return [_voice(said) for _, said in groupby(heard, key=lambda signal: (signal.words, signal.group))]


def _voice(signals: Iterable[HeardSignal]) -> Voice:
    """Let one signal stand for all with the same words: the largest amounts count once, however often repeated.

    It is the best documented one, then the largest, then the oldest, so that a later copy never takes its place.
    """
    said = tuple(signals)
    speaking = [signal for signal in said if signal.speaks] or said
    chosen = min(speaking, key=_best_documented)
    return Voice(
        key=f"{chosen.words}:{chosen.group}",
        group=chosen.group,
        signals=said,
        stands_for_all=chosen.id,
        passages=min(said, key=lambda one: (one.received_on, one.id)).brief.passages,
        stated_krw=max(signal.stated_krw for signal in speaking),
        verified_krw=max(signal.verified_krw for signal in speaking),
    )


def _best_documented(one: HeardSignal) -> tuple[int, int, int, date, UUID]:
    return -one.verified_krw, -LEVELS.index(one.level), -one.stated_krw, one.received_on, one.id


def _heard_signals(session: Session, today: date) -> Iterator[HeardSignal]:
    briefs = signals_to_match(session, today=today)
    answers = _answering_projects(session)
    facts = {row.id: row for row in session.connection().execute(_FACTS)}
    reached = standings(session, today=today)
    for signal in briefs:
        said = facts[signal.signal_id]
        if not signal.brief.live or not (signal.speaks or said.received_on > years_before(today, YEARS_HEARD)):
            continue
        stated = stated_amount(said.available_krw, said.ticket_max_krw, said.ticket_min_krw)
        standing = reached[signal.signal_id]
        yield HeardSignal(
            id=signal.signal_id,
            group=said.ownership_group_id,
            words=digest_of_words(signal.brief.passages),
            brief=signal.brief,
            received_on=said.received_on,
            speaks=signal.speaks,
            stated_krw=stated,
            verified_krw=min(stated, standing.verified_krw),
            level=standing.level,
            said_on=min(today, max(said.received_on, standing.evidence_on or said.received_on)),
            answered_by=answers.get(signal.signal_id, frozenset()),
        )


def digest_of_words(passages: Sequence[Passage]) -> str:
    """Give the sha256 of a text's letters and digits alone: a copy with other spacing, marks or case is the same."""
    text = "".join(passage.text for passage in passages)
    words = "".join(letter for letter in text.casefold() if letter.isalnum())
    return hashlib.sha256((words or text).encode()).hexdigest()


_FACTS = sa.select(
    col(DemandSignal.id),
    col(Organisation.ownership_group_id),
    col(DemandSignal.received_on),
    col(DemandSignal.available_krw),
    col(DemandSignal.ticket_max_krw),
    col(DemandSignal.ticket_min_krw),
).join(Organisation, col(Organisation.id) == col(DemandSignal.organisation_id))


def _answering_projects(session: Session) -> Mapping[UUID, frozenset[UUID]]:
    """Read which open projects answer which signals; matches made before a signal's last edit say nothing of it."""
    answers: dict[UUID, set[UUID]] = {}
    for signal_id, project_id in session.exec(
        select(Match.signal_id, Match.project_id)
        .join(SignalMatching, col(SignalMatching.signal_id) == col(Match.signal_id))
        .join(DemandSignal, col(DemandSignal.id) == col(Match.signal_id))
        .join(RndProject, col(RndProject.id) == col(Match.project_id))
        .where(
            col(Match.eligible),
            Match.score >= ANSWERING_SCORE,
            SignalMatching.signal_version == DemandSignal.version,
            col(RndProject.state).in_(OPEN_PROJECT_STATES),
        )
    ):
        answers.setdefault(signal_id, set()).add(project_id)
    return {signal_id: frozenset(projects) for signal_id, projects in answers.items()}
