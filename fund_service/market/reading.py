"""Reads of releases: the newest, one by its number, and all that it says."""

from uuid import UUID

from sqlmodel import Session, col, select

from models.errors import RecordNotFound
from models.indices import ReleaseGap, ReleaseIndex
from models.release import MarketRelease, ReleaseCell


def newest_release(session: Session) -> MarketRelease | None:
    """Read the newest release, if any was made."""
    return session.exec(select(MarketRelease).order_by(col(MarketRelease.number).desc()).limit(1)).first()


def find_release(session: Session, number: int) -> MarketRelease:
    """Find a release by its number.

    Raises
    ------
    RecordNotFound
        When there is none.
    """
    found = session.exec(select(MarketRelease).where(MarketRelease.number == number)).first()
    if found is None:
        raise RecordNotFound("There is no such release.")
    return found


def cells_of(session: Session, release_id: UUID) -> list[ReleaseCell]:
    """Read what a release says of each place."""
    return list(session.exec(select(ReleaseCell).where(ReleaseCell.release_id == release_id)))


def index_of(session: Session, release_id: UUID) -> list[ReleaseIndex]:
    """Read what a release tells of the demand for each theme and field."""
    return list(session.exec(select(ReleaseIndex).where(ReleaseIndex.release_id == release_id)))


def gaps_of(session: Session, release_id: UUID) -> list[ReleaseGap]:
    """Read what a release tells of demand and supply in each field and region."""
    return list(session.exec(select(ReleaseGap).where(ReleaseGap.release_id == release_id)))
