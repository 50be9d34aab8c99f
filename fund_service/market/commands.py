"""Writes of market demand: summarise what is heard into themes, and freeze it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from fund_service.market.figures import Contribution, figures_of, years_before
from fund_service.market.hearing import ANSWERING_SCORE, YEARS_HEARD, HeardSignal, Voice, voices_heard
from fund_service.market.queries import newest_summary
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.vectors import encode_missing, matrix_of, texts_by_digest
from fund_service.themes.identity import give_identity
from matching.brief import Passage, passages_of, text_project
from matching.themes.finder import FieldSeed, SeedText, Theme, ThemeFinder, Themes, ThemeSignal
from models.market import CountedSignal, DemandTheme, MarketSummary
from models.plan import Technology, TechnologyField

METHOD = 3
"""Version of the summary's own rules: raised when the same signals would give other figures."""
SUMMARY_LOCK = 20260130
"""PostgreSQL advisory lock that lets one summary be made at a time."""


def summarise(session: Session, matchmaker: Matchmaker, *, today: date) -> MarketSummary:
    """Summarise the demand that is live today, confidential signals included, into themes with their figures.

    When nothing it is made from has changed since the newest summary, that one is returned and nothing is stored;
    rows of a summary are never changed. The order in which signals came makes no difference. Texts not yet encoded
    are encoded first and their vectors kept.
    """
    session.connection().execute(sa.text("SET LOCAL lock_timeout = '600s'"))
    session.connection().execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": SUMMARY_LOCK})
    voices = voices_heard(session, today=today)
    seeds = field_seeds(session, matchmaker)
    parameters = {
        "method": METHOD,
        "encoder": matchmaker.method.encoder,
        "revision": matchmaker.method.revision,
        "answering_score": ANSWERING_SCORE,
    }
    inputs = input_digest(voices, seeds, parameters, today=today)
    newest = newest_summary(session)
    if newest is not None and newest.input_digest == inputs:
        return newest
    found = ThemeFinder(seeds).find(_theme_signals(session, matchmaker, voices))
    return _freeze(session, voices, found, before=newest, as_of=today, inputs=inputs, parameters=parameters)


def field_seeds(session: Session, matchmaker: Matchmaker) -> list[FieldSeed]:
    """Read what describes each technology field: its names, then names and definitions of each of its technologies."""
    fields = session.exec(select(TechnologyField).order_by(col(TechnologyField.code))).all()
    described = {field.code: [passages_of(field.name_ko, field.name_en)] for field in fields}
    for one in session.exec(select(Technology).order_by(col(Technology.code))):
        korean, english = f"{one.name_ko}\n{one.definition_ko}", f"{one.name_en}\n{one.definition_en}"
        described[one.field_code].append(passages_of(korean, english))
    texts = [passages for code in described for passages in described[code]]
    vectors = iter(_vectors(session, matchmaker, texts))
    return [
        FieldSeed(
            code=field.code,
            name_ko=field.name_ko,
            name_en=field.name_en,
            texts=tuple(SeedText(passages=passages, vector=next(vectors)) for passages in described[field.code]),
        )
        for field in fields
    ]


def _vectors(
    session: Session, matchmaker: Matchmaker, texts: Sequence[tuple[Passage, ...]]
) -> list[NDArray[np.float32] | None]:
    """Give the vector of each text from the store, encoding what is not there yet; none where it cannot be read."""
    briefs = [text_project(str(number), passages) for number, passages in enumerate(texts)]
    encode_missing(
        matchmaker.engine, matchmaker.encoder, matchmaker.method, texts_by_digest(briefs, matchmaker.encoder)
    )
    matrix = matrix_of(session, matchmaker.encoder, matchmaker.method, briefs)
    return [row if row.any() else None for row in matrix]


def input_digest(
    voices: Sequence[Voice], seeds: Sequence[FieldSeed], parameters: Mapping[str, object], *, today: date
) -> str:
    """Give the sha256 of everything a summary is made from.

    Of a day only what it changes is part of it: which signals speak, and in which of the two years they were heard.
    """
    facts = sorted(_facts(signal, voice, today) for voice in voices for signal in voice.signals)
    canonical = json.dumps(
        [facts, [_described(seed) for seed in seeds], parameters], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _described(seed: FieldSeed) -> list[object]:
    return [seed.code, seed.name_ko, seed.name_en, [passage.text for text in seed.texts for passage in text.passages]]


def _facts(signal: HeardSignal, voice: Voice, today: date) -> list[object]:
    span = sum(signal.received_on > years_before(today, years) for years in range(1, YEARS_HEARD + 1))
    return [
        str(signal.id),
        voice.key,
        signal.speaks,
        span,
        signal.stated_krw,
        signal.verified_krw,
        signal.level.value,
        signal.said_on.isoformat(),
        sorted(signal.brief.fields),
        sorted(signal.brief.regions),
        sorted(str(project) for project in signal.answered_by),
    ]


def _theme_signals(session: Session, matchmaker: Matchmaker, voices: Sequence[Voice]) -> list[ThemeSignal]:
    """Give each voice to the clustering once, with its vector from the store."""
    vectors = _vectors(session, matchmaker, [voice.passages for voice in voices])
    return [
        ThemeSignal(
            key=voice.key,
            group=str(voice.group),
            passages=voice.passages,
            fields=voice.fields,
            vector=vector,
        )
        for voice, vector in zip(voices, vectors, strict=True)
    ]


def _freeze(
    session: Session,
    voices: Sequence[Voice],
    found: Themes,
    *,
    before: MarketSummary | None,
    as_of: date,
    inputs: str,
    parameters: dict[str, object],
) -> MarketSummary:
    """Store the summary, its themes with their identity, and what each signal brought into it."""
    by_key = {voice.key: contributions_of(voice) for voice in voices}
    everything = figures_of((one for part in by_key.values() for one in part), as_of=as_of)
    themed = {key for theme in found.themes for key in theme.members}
    unclassified = figures_of((one for key in by_key.keys() - themed for one in by_key[key]), as_of=as_of)
    summary = MarketSummary(
        as_of=as_of,
        input_digest=inputs,
        parameters=parameters,
        signals=everything.signals,
        groups=everything.groups,
        unclassified=unclassified.signals,
    )
    session.add(summary)
    session.flush()
    theme_of: dict[str, UUID] = {}
    parts: dict[UUID, DemandTheme] = {}
    for theme in found.themes:
        stored = _stored_theme(summary, theme, [one for key in theme.members for one in by_key[key]])
        if stored.signals:  # one heard of in expired signals alone is demanded no longer
            parts[stored.id] = stored
            theme_of |= dict.fromkeys(theme.members, stored.id)
    members: dict[UUID, set[str]] = {part: set() for part in parts}
    for key, part in theme_of.items():
        members[part].update(str(one.signal) for one in by_key[key])
    signals = {part: frozenset(said) for part, said in members.items()}
    give_identity(session, summary, signals, list(parts.values()), before=before)
    session.add_all(parts.values())
    session.flush()
    for voice in voices:
        session.add_all(_counted(summary, voice, by_key[voice.key], theme_of.get(voice.key)))
    session.flush()
    return summary


def contributions_of(voice: Voice) -> list[Contribution]:
    """Give what each signal of a voice counts for: one stands for all, the others repeat it."""
    return [
        Contribution(
            signal=signal.id,
            group=signal.group,
            received_on=signal.received_on,
            speaks=signal.speaks,
            repeats=signal.id != voice.stands_for_all,
            stated_krw=voice.stated_krw if signal.id == voice.stands_for_all else 0,
            verified_krw=voice.verified_krw if signal.id == voice.stands_for_all else 0,
            answered_by=signal.answered_by,
        )
        for signal in voice.signals
    ]


def _stored_theme(summary: MarketSummary, theme: Theme, counted: Sequence[Contribution]) -> DemandTheme:
    figures = figures_of(counted, as_of=summary.as_of)
    return DemandTheme(
        summary_id=summary.id,
        code=theme.code,
        field_code=theme.field,
        label_ko=theme.label_ko,
        label_en=theme.label_en,
        terms_ko=list(theme.terms_ko),
        terms_en=list(theme.terms_en),
        stability_bp=round(theme.stability * 10_000),
        centroid=list(theme.centroid),
        **asdict(figures),
    )


def _counted(
    summary: MarketSummary, voice: Voice, counted: Sequence[Contribution], theme_id: UUID | None
) -> list[CountedSignal]:
    return [
        CountedSignal(
            summary_id=summary.id,
            signal_id=signal.id,
            theme_id=theme_id,
            ownership_group_id=signal.group,
            received_on=signal.received_on,
            speaks=signal.speaks,
            repeats_id=voice.stands_for_all if part.repeats else None,
            stated_krw=part.stated_krw,
            verified_krw=part.verified_krw,
            level=signal.level,
            said_on=signal.said_on,
            field_codes=sorted(signal.brief.fields),
            region_codes=sorted(signal.brief.regions),
            answered_by=sorted(signal.answered_by),
        )
        for signal, part in zip(voice.signals, counted, strict=True)
    ]
