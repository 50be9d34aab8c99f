"""The demand index and the gap map of a release: frozen with it, and coarse enough that nobody is found in them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import by_value


class IndexAxis(StrEnum):
    """What an index ranks."""

    THEME = "theme"
    """The themes that a release publishes."""
    FIELD = "field"
    """The technology fields of the plan."""


class TrendWay(StrEnum):
    """Which way the rate of ownership groups heard goes."""

    UP = "up"
    """Rising; of ten trends told, at most one is expected to be none."""
    STEADY = "steady"
    """No difference that chance could not explain."""
    DOWN = "down"
    """Falling, told with the same care."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """Too few groups were heard in the two years to tell."""


class GapWay(StrEnum):
    """Which side of a field in a region is short."""

    SUPPLY_SHORT = "supply_short"
    """More money is committed than projects could take."""
    BALANCED = "balanced"
    """The interval holds one."""
    DEMAND_SHORT = "demand_short"
    """Projects could take more than is committed."""
    NOT_ENOUGH_DATA = "not_enough_data"
    """Too few groups and projects stand behind it to tell."""


class ReleaseIndex(SQLModel, table=True):
    """The demand for one theme or field as a release tells it; ranks follow from the voices of all its rows."""

    __tablename__ = "release_index"
    __table_args__ = (
        CheckConstraint("capped_tenths >= 0", name="capped_tenths_from_zero"),
        CheckConstraint("raw_tenths >= 0", name="raw_tenths_from_zero"),
        CheckConstraint("effective_groups >= 1", name="effective_groups_from_one"),
        CheckConstraint("top_share_percent BETWEEN 5 AND 100 AND top_share_percent % 5 = 0", name="top_share_in_steps"),
        CheckConstraint(
            "verified_share_percent BETWEEN 0 AND 100 AND verified_share_percent % 10 = 0",
            name="verified_share_in_steps",
        ),
        CheckConstraint("flip_places >= 0", name="flip_places_from_zero"),
        CheckConstraint(
            "num_nonnulls(effective_groups, top_share_percent, flip_places) IN (0, 3)", name="spread_told_together"
        ),
        CheckConstraint("raw_tenths IS NULL OR flip_places IS NOT NULL", name="raw_voices_where_nobody_stands_out"),
        CheckConstraint(
            "num_nonnulls(ratio_percent, low_percent, high_percent, q_percent) "
            "= CASE WHEN direction = 'not_enough_data' THEN 0 ELSE 4 END",
            name="trend_told_whole",
        ),
        CheckConstraint("low_percent <= ratio_percent AND ratio_percent <= high_percent", name="ratio_in_its_interval"),
        CheckConstraint("q_percent BETWEEN 1 AND 100", name="q_percent_range"),
        CheckConstraint("since >= 1", name="since_from_one"),
    )

    release_id: UUID = Field(foreign_key="market_release.id", primary_key=True)
    axis: IndexAxis = Field(primary_key=True, sa_type=by_value(IndexAxis))
    key: str = Field(max_length=40, primary_key=True)
    """The theme's key, or the field's code, as in the release's cells."""
    capped_tenths: int
    """Capped voices, in tenths of a voice."""
    raw_tenths: int | None = None
    """Voices before the caps; none: withheld."""
    effective_groups: int | None = None
    """How many equal groups would be as concentrated, rounded down."""
    top_share_percent: int | None = None
    """Share of the loudest group after the caps, rounded up to five."""
    verified_share_percent: int | None = None
    """Share of the capped voices that rests on verified money, rounded to ten."""
    flip_places: int | None = None
    """How many places it falls at most without any one group."""
    direction: TrendWay = Field(sa_type=by_value(TrendWay))
    ratio_percent: int | None = None
    """How many groups are heard now for each hundred a year before, the panel's growth taken out."""
    low_percent: int | None = None
    high_percent: int | None = None
    """Bounds of its 90 % interval, rounded outward."""
    q_percent: int | None = None
    """False-discovery rate at which the trend is told, rounded up."""
    since: int
    """Number of the release that first said this."""


class ReleaseGap(SQLModel, table=True):
    """Verified demand against match-weighted fundable supply of a field in a region, as a release tells it."""

    __tablename__ = "release_gap"
    __table_args__ = (
        CheckConstraint("verified_krw >= 0 AND verified_krw % 1000000000 = 0", name="verified_krw_rounded"),
        CheckConstraint("supply_krw >= 0 AND supply_krw % 1000000000 = 0", name="supply_krw_rounded"),
        CheckConstraint("ratio_percent > 0", name="ratio_above_zero"),
        CheckConstraint(
            "num_nonnulls(low_percent, high_percent) = CASE WHEN state = 'not_enough_data' THEN 0 ELSE 2 END",
            name="interval_where_told",
        ),
        CheckConstraint("low_percent <= high_percent", name="interval_in_order"),
        CheckConstraint("since >= 1", name="since_from_one"),
    )

    release_id: UUID = Field(foreign_key="market_release.id", primary_key=True)
    field_code: str = Field(max_length=16, primary_key=True)
    region_code: str = Field(max_length=16, primary_key=True)
    state: GapWay = Field(sa_type=by_value(GapWay))
    verified_krw: int = Field(sa_type=BigInteger)
    """What the release publishes of the cell."""
    supply_krw: int = Field(sa_type=BigInteger)
    """Won that open projects could take, each weighed with how probably it is what is wanted."""
    ratio_percent: int
    """Verified over supply, 10 billion won added to both, in per cent."""
    low_percent: int | None = None
    high_percent: int | None = None
    """Bounds of its 90 % interval, rounded outward."""
    since: int
    """Number of the release that first said this."""
