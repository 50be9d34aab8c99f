"""What a summary or a release counts, as plain values for disclosure control; one place knows both."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from matching.disclosure.demand import Frame, Voice
from models.market import CountedSignal, DemandTheme
from models.plan import MegaRegion, Region, TechnologyField
from models.release import ReleaseSignal

UNCLASSIFIED, NO_FIELD, NATIONWIDE = "unclassified", "no_field", "nationwide"
"""Codes for what lies in no theme, names no field, is limited to no region."""


def voices_of_summary(session: Session, summary_id: UUID) -> dict[str, Voice]:
    """Read the signals that speak in a summary, each once, by id."""
    counted = session.exec(select(CountedSignal).where(CountedSignal.summary_id == summary_id)).all()
    return _voices(session, counted)


def voices_of_release(session: Session, release_id: UUID) -> dict[str, Voice]:
    """Read the signals that a release counts, each as it counts it."""
    counted = session.exec(
        select(CountedSignal)
        .join(
            ReleaseSignal,
            (col(ReleaseSignal.summary_id) == col(CountedSignal.summary_id))
            & (col(ReleaseSignal.signal_id) == col(CountedSignal.signal_id)),
        )
        .where(ReleaseSignal.release_id == release_id)
    ).all()
    return _voices(session, counted)


def _voices(session: Session, counted: Sequence[CountedSignal]) -> dict[str, Voice]:
    mega_regions = dict(session.exec(select(Region.code, Region.mega_region_code)).all())
    names = theme_keys(session, {one.theme_id for one in counted if one.theme_id is not None})
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
        if one.speaks and one.repeats_id is None
    }


def theme_keys(session: Session, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Give the name under which a summary's themes are the same from release to release.

    A summary made before themes had an identity knows them by their codes alone.
    """
    rows = session.exec(
        select(DemandTheme.id, DemandTheme.theme_id, DemandTheme.code).where(col(DemandTheme.id).in_(set(ids)))
    )
    return {part: code if theme is None else str(theme) for part, theme, code in rows}


def frame_of(session: Session, themes: Iterable[str]) -> Frame:
    """Give the fields and regions of the plan, in its order, with what is in none, and the themes given."""
    return Frame(
        fields=[*session.exec(select(TechnologyField.code).order_by(col(TechnologyField.code))), NO_FIELD],
        regions=[*session.exec(select(MegaRegion.code).order_by(col(MegaRegion.code))), NATIONWIDE],
        themes=sorted(themes),
    )
