"""The vectors by which signals ask: their own words, drawn towards the projects their owners have said yes to."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from fund_service.matches.briefs import SignalToMatch, project_passages
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.glossary import glossary
from fund_service.matches.vectors import Vectors, encode_missing, matrix_of, texts_by_digest
from matching.brief import text_project
from matching.profile import profiled
from models.project import RndProject


def signal_vectors(session: Session, matchmaker: Matchmaker, signals: Sequence[SignalToMatch]) -> Vectors:
    """Give one row a signal; its own words must have been encoded, accepted projects are encoded where they are not.

    Raises
    ------
    KeyError
        When a signal's text was never encoded: call `encode_missing` first.
    """
    vectors = matrix_of(session, matchmaker.encoder, matchmaker.method, [signal.brief for signal in signals])
    tastes = _vectors_of(session, matchmaker, sorted({key for signal in signals for key in signal.accepted}))
    for row, signal in enumerate(signals):
        if signal.accepted:
            accepted = np.stack([tastes[key] for key in signal.accepted])
            vectors[row] = profiled(vectors[row], accepted, matchmaker.method.parameters)
    return vectors


def _vectors_of(session: Session, matchmaker: Matchmaker, project_ids: Sequence[UUID]) -> dict[UUID, Vectors]:
    """Give the vectors of projects in whatever state: past ones tell of a taste too."""
    if not project_ids:
        return {}
    projects = session.exec(
        select(RndProject).where(col(RndProject.id).in_(project_ids)).order_by(col(RndProject.id))
    ).all()
    pivoted = glossary().pivoted([project_passages(project) for project in projects])
    briefs = [text_project(str(one.id), passages) for one, passages in zip(projects, pivoted, strict=True)]
    encode_missing(
        matchmaker.engine, matchmaker.encoder, matchmaker.method, texts_by_digest(briefs, matchmaker.encoder)
    )
    rows = matrix_of(session, matchmaker.encoder, matchmaker.method, briefs)
    return dict(zip((one.id for one in projects), rows, strict=True))
