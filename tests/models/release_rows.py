"""One valid row of every table of releases, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.indices import GapWay, IndexAxis, ReleaseGap, ReleaseIndex, TrendWay
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
    "ck_release_index_capped_tenths_from_zero": ("capped_tenths = -1",),
    "ck_release_index_raw_tenths_from_zero": ("raw_tenths = -1",),
    "ck_release_index_effective_groups_from_one": ("effective_groups = 0",),
    "ck_release_index_top_share_in_steps": ("top_share_percent = 0", "top_share_percent = 7"),
    "ck_release_index_verified_share_in_steps": ("verified_share_percent = 110", "verified_share_percent = 5"),
    "ck_release_index_flip_places_from_zero": ("flip_places = -1",),
    "ck_release_index_spread_told_together": ("effective_groups = NULL",),
    "ck_release_index_raw_voices_where_nobody_stands_out": (
        "effective_groups = NULL, top_share_percent = NULL, flip_places = NULL",
    ),
    "ck_release_index_trend_told_whole": ("q_percent = NULL", "direction = 'not_enough_data'"),
    "ck_release_index_ratio_in_its_interval": ("low_percent = 126", "high_percent = 124"),
    "ck_release_index_q_percent_range": ("q_percent = 0", "q_percent = 101"),
    "ck_release_index_since_from_one": ("since = 0",),
    "ck_release_gap_verified_krw_rounded": ("verified_krw = 1", "verified_krw = -1000000000"),
    "ck_release_gap_supply_krw_rounded": ("supply_krw = 1", "supply_krw = -1000000000"),
    "ck_release_gap_ratio_above_zero": ("ratio_percent = 0",),
    "ck_release_gap_interval_where_told": ("high_percent = NULL", "state = 'not_enough_data'"),
    "ck_release_gap_interval_in_order": ("low_percent = 300",),
    "ck_release_gap_since_from_one": ("since = 0",),
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
        ReleaseIndex(
            release_id=release.id, axis=IndexAxis.FIELD, key="01", capped_tenths=12, raw_tenths=20, effective_groups=5,
            top_share_percent=25, verified_share_percent=40, flip_places=1, direction=TrendWay.UP, ratio_percent=125,
            low_percent=100, high_percent=200, q_percent=10, since=1,
        ),
        ReleaseGap(
            release_id=release.id, field_code="01", region_code="capital", state=GapWay.BALANCED, verified_krw=10**9,
            supply_krw=0, ratio_percent=110, low_percent=80, high_percent=200, since=1,
        ),
        ReleaseSignal(release_id=release.id, signal_id=counted.signal_id, summary_id=summary.id),
        ReleasePull(release_id=release.id, person_id=person.id, kind="page", breakdown="theme"),
    ]  # fmt: skip
