"""What a round rests on: themes as the release published them, never live figures."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.market.counted import UNCLASSIFIED, theme_keys
from models.market import DemandTheme
from models.planning import PlanningRound
from models.release import ReleaseCell


@dataclass(frozen=True, slots=True)
class PublishedTheme:
    """A theme of the round's summary, as its release tells of it."""

    id: UUID
    """Of the theme's part in the summary."""
    key: str
    """The name under which releases know it."""
    code: str
    field_code: str
    label_ko: str
    label_en: str
    groups: str
    """Band in which the number of ownership groups behind it lies."""
    terms_ko: tuple[str, ...]
    terms_en: tuple[str, ...]

    @property
    def least_groups(self) -> int:
        """Where the band begins."""
        return int("".join(letter for letter in self.groups.partition("-")[0] if letter.isdigit()))


def published_themes(
    session: Session, planning_round: PlanningRound, ids: Collection[UUID] | None = None
) -> list[PublishedTheme]:
    """Read the themes that the round's release publishes, or some of them, those of most groups first."""
    query = select(DemandTheme).where(DemandTheme.summary_id == planning_round.summary_id)
    if ids is not None:
        query = query.where(col(DemandTheme.id).in_(ids))
    parts = session.exec(query).all()
    keys = theme_keys(session, [part.id for part in parts])
    cells = {
        cell.theme: cell
        for cell in session.exec(
            select(ReleaseCell).where(
                ReleaseCell.release_id == planning_round.release_id, col(ReleaseCell.groups).is_not(None)
            )
        )
    }
    found = [
        PublishedTheme(
            id=part.id,
            key=keys[part.id],
            code=part.code,
            field_code=part.field_code,
            label_ko=cell.label_ko,
            label_en=cell.label_en,
            groups=cell.groups or "",
            terms_ko=tuple(part.terms_ko),
            terms_en=tuple(part.terms_en),
        )
        for part in parts
        if keys[part.id] != UNCLASSIFIED and (cell := cells.get(keys[part.id])) is not None
    ]
    return sorted(found, key=lambda theme: (-theme.least_groups, theme.code))
