"""Rows to briefs: the one place that knows both the tables and what the matcher reads of them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from fund_service.answers.profile import accepted_projects
from fund_service.matches.glossary import glossary
from fund_service.matches.parties import bound_to, project_parties
from matching.brief import Passage, ProjectBrief, SignalBrief, passages_of
from models.project import OPEN_PROJECT_STATES, ProjectField, ProjectType, RndProject
from models.signal import DemandSignal, SignalExcludedField, SignalField, SignalRegion, SignalState

READ_COLUMNS = (
    "id",
    "title_ko",
    "abstract_ko",
    "title_en",
    "abstract_en",
    "region_code",
    "trl_now",
    "trl_target",
    "need_krw",
    "stage",
    "project_type",
)
"""What the matcher reads of a project."""


@dataclass(frozen=True, slots=True)
class SignalToMatch:
    """A signal as the matcher reads it, and the edit it was read at."""

    signal_id: UUID
    version: int
    speaks: bool
    """Live and not expired; one that does not speak matches nothing."""
    brief: SignalBrief
    digest: str
    accepted: tuple[UUID, ...] = ()
    """Projects that its owner has said yes to, or has a deal with."""


def project_briefs(session: Session, *, project_ids: Sequence[UUID] | None = None) -> list[ProjectBrief]:
    """Read the open projects, all or those among the given ones, by id."""
    fields = _codes(session, ProjectField, "project_id", "field_code", project_ids)
    projects = list(_open_projects(session, project_ids))
    parties = project_parties(session, project_ids)
    pivoted = glossary().pivoted([project_passages(project) for project in projects])
    return [
        ProjectBrief(
            key=str(project.id),
            passages=passages,
            fields=frozenset(fields.get(project.id, ())),
            region=project.region_code,
            trl_now=project.trl_now,
            trl_target=project.trl_target,
            need_krw=project.need_krw,
            stage=project.stage,
            parties=frozenset(parties[project.id].keys) if project.id in parties else frozenset(),
            consortium=parties[project.id].shape if project.id in parties else None,
            region_specific=project.project_type is not ProjectType.NATIONWIDE,
        )
        for project, passages in zip(projects, pivoted, strict=True)
    ]


def open_projects(session: Session) -> int:
    """Count the projects that are matched."""
    return session.exec(
        select(sa.func.count()).select_from(RndProject).where(col(RndProject.state).in_(OPEN_PROJECT_STATES))
    ).one()


def project_passages(project: Any) -> tuple[Passage, ...]:  # noqa: ANN401 - a row of the ORM or of a plain select
    """Give the normalised texts of a project, one a language, as the matcher reads them."""
    return passages_of(_joined(project.title_ko, project.abstract_ko), _joined(project.title_en, project.abstract_en))


def _open_projects(session: Session, project_ids: Sequence[UUID] | None) -> Iterable[Any]:
    """Stream the columns the matcher reads; rows of the ORM would double the memory."""
    query = (
        sa.select(*(getattr(RndProject, name) for name in READ_COLUMNS))
        .where(col(RndProject.state).in_(OPEN_PROJECT_STATES))
        .order_by(col(RndProject.id))
    )
    if project_ids is not None:
        query = query.where(col(RndProject.id).in_(project_ids))
    return iter(session.connection().execute(query))


def _joined(title: str | None, abstract: str | None) -> str | None:
    return "\n".join(part for part in (title, abstract) if part) or None


def signals_to_match(session: Session, *, today: date, signal_ids: Sequence[UUID] | None = None) -> list[SignalToMatch]:
    """Read signals, all or the given ones, by id."""
    query = select(DemandSignal).order_by(col(DemandSignal.id))
    if signal_ids is not None:
        query = query.where(col(DemandSignal.id).in_(signal_ids))
    wanted = _codes(session, SignalField, "signal_id", "field_code", signal_ids)
    excluded = _codes(session, SignalExcludedField, "signal_id", "field_code", signal_ids)
    regions = _codes(session, SignalRegion, "signal_id", "region_code", signal_ids)
    signals = session.exec(query).all()
    bound = bound_to(session, signals, today=today)
    accepted = accepted_projects(session, [signal.id for signal in signals])
    pivoted = glossary().pivoted([passages_of(signal.text) for signal in signals])
    return [
        _to_match(
            signal,
            SignalBrief(
                key=str(signal.id),
                passages=passages,
                fields=frozenset(wanted.get(signal.id, ())),
                regions=frozenset(regions.get(signal.id, ())),
                trl_min=signal.trl_min,
                trl_max=signal.trl_max,
                ticket_min_krw=signal.ticket_min_krw,
                ticket_max_krw=signal.ticket_max_krw,
                available_krw=signal.available_krw,
                expires_on=signal.expires_on,
                live=signal.state is SignalState.LIVE,
                excluded_fields=frozenset(excluded.get(signal.id, ())),
                excluded_terms=tuple(signal.excluded_terms),
                region_bound=signal.region_bound,
                stages=frozenset(signal.stages),
                bound_to=bound[signal.id],
                anchor_wanted=signal.anchor_wanted,
                region_specific_wanted=signal.region_specific_wanted,
            ),
            accepted=accepted.get(signal.id, []),
            today=today,
        )
        for signal, passages in zip(signals, pivoted, strict=True)
    ]


def _to_match(signal: DemandSignal, brief: SignalBrief, *, accepted: Sequence[UUID], today: date) -> SignalToMatch:
    speaks = brief.live and (brief.expires_on is None or brief.expires_on >= today)
    digest = digest_of(brief, speaks, *accepted)
    return SignalToMatch(signal.id, signal.version, speaks, brief, digest, tuple(accepted))


def _codes(
    session: Session, link: type[SQLModel], owner: str, code: str, owner_ids: Sequence[UUID] | None = None
) -> dict[UUID, list[str]]:
    owner_column, code_column = getattr(link, owner), getattr(link, code)
    query = select(owner_column, code_column)
    if owner_ids is not None:
        query = query.where(owner_column.in_(owner_ids))
    codes: dict[UUID, list[str]] = {}
    for owner_id, value in session.exec(query).all():
        codes.setdefault(owner_id, []).append(value)
    return codes


def digest_of(brief: ProjectBrief | SignalBrief, *facts: object) -> str:
    """Give the sha256 of everything a brief says: equal digests match equally."""
    said = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(brief).items()
        if name != "key"
    }
    canonical = json.dumps([said, *facts], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
