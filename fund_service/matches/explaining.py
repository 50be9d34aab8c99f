"""What a match's own page says beyond what is stored: sentences that answer each other, and what would change it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from sqlmodel import Session, col, select

from fund_service.matches.briefs import project_passages
from fund_service.matches.encoders import needs_torch
from fund_service.matches.glossary import glossary
from fund_service.matches.method import MatchMethod
from fund_service.matches.readiness import SentenceReading, readiness_of
from fund_service.matches.schemas import SentencePairView, SentenceView, WhatIfView
from fund_service.matches.vectors import Vectors, load_vectors, store_vectors
from fund_service.matches.what_if_words import supposed
from fund_service.replicas import where_writable
from fund_service.signals.schemas import SignalView
from matching.brief import SignalBrief, TextSpan, passages_of, text_signal
from matching.encoding.encoder import Encoder, encode_whole
from matching.explaining.alignment import ReadSentence, SentencePair, aligned_pairs, sentences_read
from matching.explaining.counterfactuals import Supposition, WhatIf, asked_of, rank_among, score_of, supposing, what_ifs
from matching.language.text import digest
from matching.matcher import Components
from matching.parameters import MatchParameters
from models.match import Match, MatchRun
from models.project import RndProject

MAX_SENTENCES = 200
"""Sentences of a text that are compared, the first ones: a page must not wait for a book."""


def sentence_pairs(
    session: Session, encoder: Encoder, method: MatchMethod, *, signal_text: str, project: RndProject
) -> tuple[list[SentencePairView], SentenceReading]:
    """Show which sentences answer each other, by the model that scored the match, and whether that could be found.

    Each sentence is encoded once and kept. No page waits for a model to load: until then, and where the encoder in
    use needs torch and has not seen these sentences, there are none.
    """
    reading = readiness_of(encoder).reading()
    if reading is not SentenceReading.DONE:
        return [], reading
    ours, theirs = glossary().pivoted([passages_of(signal_text), project_passages(project)])
    asked, given = (sentences_read(passages, encoder.languages)[:MAX_SENTENCES] for passages in (ours, theirs))
    vectors = _vectors_of(session, encoder, method, [*asked, *given])
    if vectors is None:
        return [], SentenceReading.NOT_HERE
    pairs = aligned_pairs(asked, given, (vectors[: len(asked)], vectors[len(asked) :]))
    return [_shown(pair) for pair in pairs], SentenceReading.DONE


def _vectors_of(
    session: Session, encoder: Encoder, method: MatchMethod, sentences: Sequence[ReadSentence]
) -> Vectors | None:
    """Give a row for each sentence, from the store or encoded now and stored."""
    if not sentences:
        return np.zeros((0, 1), dtype=np.float32)
    texts = {digest(sentence.read): sentence.read for sentence in sentences}
    known = load_vectors(session, method, list(texts))
    missing = sorted(texts.keys() - known.keys())
    if missing and needs_torch(encoder):
        return None
    if missing:
        made = encode_whole([texts[key] for key in missing], encoder)
        with where_writable(session):
            store_vectors(session, method, missing, made)
        known |= dict(zip(missing, made, strict=True))
    return np.stack([known[digest(sentence.read)] for sentence in sentences])


def _shown(pair: SentencePair) -> SentencePairView:
    return SentencePairView(
        key=digest(f"{pair.signal.text}\n{pair.project.text}"),
        signal=_sentence(pair.signal),
        project=_sentence(pair.project),
        cosine=pair.cosine,
    )


def _sentence(span: TextSpan) -> SentenceView:
    return SentenceView(passage=span.passage, start=span.start, end=span.end, text=span.text)


def what_would_change(
    session: Session, match: Match, run: MatchRun, *, signal: SignalView
) -> tuple[list[WhatIfView], int | None]:
    """Work out what the match would score under each supposition, and which rank by score that would give it.

    Ranks count the signal's stored matches that pass every gate. Of a near miss only the rank is given that it would
    take if its gate were open; of an eligible one that is ``None``. Nothing is said of a match whose score the present
    arithmetic does not give: it was made by another method.
    """
    parameters = _parameters(run.parameters)
    components = _components(match.components)
    if parameters is None or score_of(components, parameters) != match.score:
        return [], None
    others = [
        other
        for other in session.exec(
            select(Match).where(Match.signal_id == match.signal_id, col(Match.eligible), Match.run_id == match.run_id)
        )
        if other.id != match.id
    ]
    standing = [(other.score, str(other.project_id)) for other in others]
    if not match.eligible:
        found = what_ifs(components, parameters, asked=asked_of(_conditions(signal)))
        return [_told(what_if, None, signal=signal) for what_if in found], rank_among(
            match.score, str(match.project_id), standing
        )
    views = []
    for what_if in what_ifs(components, parameters, asked=asked_of(_conditions(signal))):
        beside = standing
        if what_if.supposition is Supposition.LEFT_OUT:
            beside = [(_without(other, what_if.component, parameters), str(other.project_id)) for other in others]
        views.append(_told(what_if, rank_among(what_if.score, str(match.project_id), beside), signal=signal))
    return views, None


def _without(match: Match, component: str, parameters: MatchParameters) -> float:
    return score_of(supposing(_components(match.components), component, None, parameters), parameters)


def _told(what_if: WhatIf, rank: int | None, *, signal: SignalView) -> WhatIfView:
    by_type = what_if.component == "region" and signal.region_specific_wanted
    korean, english = supposed("region_specific" if by_type else what_if.component, what_if.supposition)
    return WhatIfView(
        component=what_if.component,
        supposition=what_if.supposition,
        score=what_if.score,
        rank=rank,
        sentence_ko=korean,
        sentence_en=english,
    )


def _components(stored: dict[str, float | None]) -> Components:
    """Read stored components; one that was not known of when they were stored is not known now."""
    return Components(**{field.name: stored.get(field.name) for field in fields(Components)})


def _parameters(stored: dict[str, Any]) -> MatchParameters | None:
    """Read the parameters of a run; none where the method has others today."""
    if stored.keys() != {field.name for field in fields(MatchParameters)}:
        return None
    return MatchParameters(**stored)


def _conditions(signal: SignalView) -> SignalBrief:
    """Give what a signal asks for beside its text."""
    return replace(
        text_signal(str(signal.id), ()),
        fields=frozenset(signal.field_codes),
        regions=frozenset(signal.region_codes),
        trl_min=signal.trl_min,
        trl_max=signal.trl_max,
        ticket_min_krw=signal.ticket_min_krw,
        ticket_max_krw=signal.ticket_max_krw,
        available_krw=signal.available_krw,
        anchor_wanted=signal.anchor_wanted,
        region_specific_wanted=signal.region_specific_wanted,
    )
