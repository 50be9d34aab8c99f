"""Which theme each part of a new summary is: told from the signals it shares with those of the summary before."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from matching.themes.identity import KnownTheme, ThemeStep, continue_themes
from models.market import CountedSignal, DemandTheme, MarketSummary
from models.theme import Theme, ThemeStepKind
from models.theme import ThemeStep as StoredStep


def give_identity(
    session: Session,
    summary: MarketSummary,
    found: Mapping[UUID, frozenset[str]],
    parts: Sequence[DemandTheme],
    *,
    before: MarketSummary | None,
) -> None:
    """Say which theme each part of a new summary is, and store how the themes came from those of the one before.

    ``found`` are the signals of each part. A theme that goes on takes the new label, unless a person locked its name:
    then the part takes the name. The parts are not stored yet when this is called, and are not stored by it.
    """
    new = [KnownTheme(key=str(part.id), members=found[part.id], centroid=tuple(part.centroid)) for part in parts]
    steps = continue_themes(_known(session, before), new)
    going_on = {step.new: step.old for step in steps if step.keeps_identity}
    for part in parts:
        old = going_on.get(str(part.id))
        theme = session.get(Theme, UUID(old)) if old else None
        if theme is None:
            theme = Theme(field_code=part.field_code, name_ko=part.label_ko, name_en=part.label_en)
            session.add(theme)
        elif theme.locked_at is None:
            theme.name_ko, theme.name_en = part.label_ko, part.label_en
        part.theme_id, part.label_ko, part.label_en = theme.id, theme.name_ko, theme.name_en
    session.flush()
    session.add_all(_stored(step, summary, {str(part.id): part.theme_id for part in parts}) for step in steps)
    session.flush()


def _known(session: Session, summary: MarketSummary | None) -> list[KnownTheme]:
    """Read the themes of a summary as they are compared; one made before themes had an identity has none."""
    if summary is None:
        return []
    rows = session.exec(
        select(DemandTheme.theme_id, DemandTheme.centroid, CountedSignal.signal_id)
        .join(CountedSignal, col(CountedSignal.theme_id) == col(DemandTheme.id))
        .where(DemandTheme.summary_id == summary.id, col(DemandTheme.theme_id).is_not(None))
    )
    members: dict[str, set[str]] = {}
    centroids: dict[str, tuple[float, ...]] = {}
    for theme_id, centroid, signal_id in rows:
        members.setdefault(str(theme_id), set()).add(str(signal_id))
        centroids[str(theme_id)] = tuple(centroid)
    return [
        KnownTheme(key=key, members=frozenset(signals), centroid=centroids[key]) for key, signals in members.items()
    ]


def _stored(step: ThemeStep, summary: MarketSummary, themes: Mapping[str, UUID | None]) -> StoredStep:
    return StoredStep(
        summary_id=summary.id,
        kind=ThemeStepKind(step.kind.value),
        old_theme_id=None if step.old is None else UUID(step.old),
        new_theme_id=None if step.new is None else themes[step.new],
        shared_bp=round(step.jaccard * 10_000),
    )
