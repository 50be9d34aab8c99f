"""One valid row of every table of releases, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.market import CountedSignal, MarketSummary
from models.person import Person
from models.release import CellState, MarketRelease, ReleaseCell, ReleasePull, ReleaseSignal

RELEASE_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_market_release_number_from_one": ("number = 0",),
    "ck_market_release_waiting_not_negative": ("waiting = -1",),
    "ck_release_cell_stated_krw_if_published": (
        "stated_state = 'unsafe'",
        "stated_krw = NULL, verified_state = 'unsafe', verified_krw = NULL",
    ),
    "ck_release_cell_verified_krw_if_published": ("verified_state = 'unsafe'", "verified_krw = NULL"),
    "ck_release_cell_verified_within_stated": ("verified_krw = 3000000000",),
    "ck_release_cell_stated_krw_rounded": ("stated_krw = 2000000001",),
    "ck_release_cell_verified_krw_rounded": ("verified_krw = 1", "verified_krw = -1000000000"),
    "ck_release_cell_money_of_enough_groups": ("groups = NULL",),
    "ck_release_cell_themes_stand_apart": ("theme = '01-1'",),
    "ck_release_cell_since_from_one": ("since = 0",),
}


def release_rows(summary: MarketSummary, counted: CountedSignal, person: Person) -> list[SQLModel]:
    """Make the rows, parents before children."""
    release = MarketRelease(
        number=1, as_of=summary.as_of, summary_id=summary.id, made_by_id=person.id, method=1, digest="0" * 64, waiting=0
    )
    return [
        release,
        ReleaseCell(
            release_id=release.id, field_code="01", region_code="*", theme="*", theme_field_code="01", groups="5-9",
            stated_state=CellState.PUBLISHED, stated_krw=2 * 10**9, verified_state=CellState.PUBLISHED,
            verified_krw=10**9, since=1,
        ),
        ReleaseSignal(release_id=release.id, signal_id=counted.signal_id, summary_id=summary.id),
        ReleasePull(release_id=release.id, person_id=person.id, kind="page", breakdown="theme"),
    ]  # fmt: skip
