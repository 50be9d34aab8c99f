"""What a summary or a release counts, as plain values for disclosure control; one place knows both."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from matching.disclosure.demand import Frame, Voice
from matching.themes.stability import Standing, standing_of
from models.market import CountedSignal, DemandTheme
from models.plan import MegaRegion, Region, TechnologyField
from models.release import MarketRelease, ReleaseSignal

UNCLASSIFIED, NO_FIELD, NATIONWIDE = "unclassified", "no_field", "nationwide"
"""Codes for what lies in no theme, names no field, is limited to no region."""
STANDING_THEMES = 2
"""Version of the rules of releases from which on themes that dissolve are none."""


def voices_of_summary(session: Session, summary_id: UUID) -> dict[str, Voice]:
    """Read the signals that speak in a summary, each once, by id."""
    return voices_in(session, rows_of_summary(session, summary_id))


def voices_of_release(session: Session, release_id: UUID) -> dict[str, Voice]:
    """Read the signals that a release counts, each as it counts it."""
    release = session.get_one(MarketRelease, release_id)
    counted = rows_of_release(session, release_id)
    return voices_in(session, counted, themes_that_stand=release.method >= STANDING_THEMES)


def rows_of_summary(session: Session, summary_id: UUID) -> Sequence[CountedSignal]:
    """Read the rows of a summary that count as demand: they speak, and repeat no other."""
    return session.exec(
        select(CountedSignal).where(
            CountedSignal.summary_id == summary_id, CountedSignal.speaks, col(CountedSignal.repeats_id).is_(None)
        )
    ).all()


def rows_of_signals(session: Session, summary_id: UUID, signals: Collection[UUID]) -> Sequence[CountedSignal]:
    """Read the rows of some signals in a summary."""
    return session.exec(
        select(CountedSignal).where(
            CountedSignal.summary_id == summary_id,
            col(CountedSignal.signal_id) == sa.any_(sa.literal(list(signals), sa.ARRAY(sa.Uuid))),
        )
    ).all()


def rows_of_release(session: Session, release_id: UUID) -> Sequence[CountedSignal]:
    """Read the rows that a release counts, each of the summary it counts it of."""
    return session.exec(
        select(CountedSignal)
        .join(
            ReleaseSignal,
            (col(ReleaseSignal.summary_id) == col(CountedSignal.summary_id))
            & (col(ReleaseSignal.signal_id) == col(CountedSignal.signal_id)),
        )
        .where(ReleaseSignal.release_id == release_id)
    ).all()


def voices_in(
    session: Session, counted: Sequence[CountedSignal], *, themes_that_stand: bool = True
) -> dict[str, Voice]:
    """Give counted rows as plain values, by signal."""
    mega_regions = dict(session.exec(select(Region.code, Region.mega_region_code)).all())
    parts = {one.theme_id for one in counted if one.theme_id is not None}
    names = theme_keys(session, parts, that_stand=themes_that_stand)
    return {
        str(one.signal_id): Voice(
            key=str(one.signal_id),
            group=str(one.ownership_group_id),
            stated_krw=one.stated_krw,
            verified_krw=one.verified_krw,
            fields=tuple(sorted(one.field_codes)) or (NO_FIELD,),
            regions=tuple(sorted({mega_regions[code] for code in one.region_codes})) or (NATIONWIDE,),
            theme=UNCLASSIFIED if one.theme_id is None else names[one.theme_id],
        )
        for one in counted
    }


def theme_keys(session: Session, ids: Iterable[UUID], *, that_stand: bool = True) -> Mapping[UUID, str]:
    """Give the name under which a summary's themes are the same from release to release.

    A theme that dissolves when some signals are left out is none to publish: what lies in it is unclassified. A summary
    made before themes had an identity knows them by their codes alone, and not how far they stand.
    """
    rows = session.exec(
        select(DemandTheme.id, DemandTheme.theme_id, DemandTheme.code, DemandTheme.stability_bp).where(
            col(DemandTheme.id).in_(set(ids))
        )
    )
    return {
        part: UNCLASSIFIED if that_stand and _dissolves(stability_bp) else code if theme is None else str(theme)
        for part, theme, code, stability_bp in rows
    }


def _dissolves(stability_bp: int | None) -> bool:
    return stability_bp is not None and standing_of(stability_bp / 10_000) is Standing.DISSOLVES


def frame_of(session: Session, themes: Iterable[str]) -> Frame:
    """Give the fields and regions of the plan, in its order, with what is in none, and the themes given."""
    return Frame(
        fields=[*session.exec(select(TechnologyField.code).order_by(col(TechnologyField.code))), NO_FIELD],
        regions=[*session.exec(select(MegaRegion.code).order_by(col(MegaRegion.code))), NATIONWIDE],
        themes=sorted(themes),
    )
