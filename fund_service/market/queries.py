"""Reads of market demand: the newest summary, as far as it may be shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.market.charts import demand_chart
from fund_service.market.disclosure import MIN_GROUPS, Disclosure, disclose, rounded, share_percent
from fund_service.market.figures import Contribution, figures_of
from fund_service.market.schemas import Breakdown, DemandFigures, DemandRow, FoldedRow, MarketDemandView
from models.market import CountedSignal, DemandTheme, MarketSummary
from models.plan import MegaRegion, Region, TechnologyField

UNCLASSIFIED, NO_FIELD, NATIONWIDE = "unclassified", "no_field", "nationwide"
"""Codes of the rows for what lies in no theme, names no field, is limited to no region."""

TITLES = {
    Breakdown.THEME: "Market demand by theme",
    Breakdown.FIELD: "Market demand by technology field",
    Breakdown.REGION: "Market demand by region",
}


@dataclass(frozen=True, slots=True)
class _Name:
    """What a row is called; a theme says its field and words too."""

    ko: str
    en: str
    field_code: str | None = None
    terms_ko: Sequence[str] = ()
    terms_en: Sequence[str] = ()


def newest_summary(session: Session) -> MarketSummary | None:
    """Read the newest summary, if any was made."""
    return session.exec(select(MarketSummary).order_by(col(MarketSummary.id).desc()).limit(1)).first()


def market_demand(session: Session, *, by: Breakdown = Breakdown.THEME) -> MarketDemandView:
    """Show market demand by theme, field or region; labels of the chart are in the language at hand.

    What may be shown is decided in `disclosure`. A total is given only when all three breakdowns show every row, by
    itself or folded: what one of them left out could otherwise be told from a total found in another.
    """
    summary = newest_summary(session)
    if summary is None:
        return MarketDemandView(by=by)
    counted = list(session.exec(select(CountedSignal).where(CountedSignal.summary_id == summary.id)))
    mega_regions = dict(session.exec(select(Region.code, Region.mega_region_code)).all())
    disclosures = {
        breakdown: disclose(_cells(counted, _codes_of(breakdown, mega_regions)), as_of=summary.as_of)
        for breakdown in Breakdown
    }
    shown = disclosures[by]
    rows = _rows(shown, _names(session, summary, by))
    everything = figures_of((_contribution(signal) for signal in counted), as_of=summary.as_of)
    enough = everything.groups >= MIN_GROUPS
    complete = all(disclosure.complete for disclosure in disclosures.values())
    return MarketDemandView(
        by=by,
        summary_id=summary.id,
        as_of=summary.as_of,
        made_at=summary.recorded_at,
        rows=rows,
        other=_folded_row(shown),
        total=DemandFigures.of(rounded(everything)) if enough and complete else None,
        withheld=not shown.complete,
        unclassified_percent=share_percent(summary.unclassified, summary.signals) if enough else None,
        chart=demand_chart(rows, title=locales.gettext(TITLES[by])),
    )


def _codes_of(by: Breakdown, mega_regions: Mapping[str, str]) -> Callable[[CountedSignal], Iterable[str]]:
    """Say in which rows of a breakdown a signal counts: in each that it names."""
    if by is Breakdown.THEME:
        return lambda signal: [UNCLASSIFIED if signal.theme_id is None else str(signal.theme_id)]
    if by is Breakdown.FIELD:
        return lambda signal: signal.field_codes or [NO_FIELD]
    return lambda signal: {mega_regions[code] for code in signal.region_codes} or [NATIONWIDE]


def _cells(
    counted: Iterable[CountedSignal], codes_of: Callable[[CountedSignal], Iterable[str]]
) -> dict[str, list[Contribution]]:
    cells: dict[str, list[Contribution]] = {}
    for signal in counted:
        contribution = _contribution(signal)
        for code in codes_of(signal):
            cells.setdefault(code, []).append(contribution)
    return cells


def _contribution(signal: CountedSignal) -> Contribution:
    return Contribution(
        signal=signal.signal_id,
        group=signal.ownership_group_id,
        received_on=signal.received_on,
        speaks=signal.speaks,
        repeats=signal.repeats_id is not None,
        stated_krw=signal.stated_krw,
        verified_krw=signal.verified_krw,
        answered_by=frozenset(signal.answered_by),
    )


def _rows(shown: Disclosure, names: Mapping[str, tuple[str, _Name]]) -> list[DemandRow]:
    """Show rows in the order of what is shown of them, so that the order tells no more than the rows do."""
    rows = []
    for key, figures in shown.rows.items():
        code, name = names[key]
        rows.append(
            DemandRow(
                **DemandFigures.of(figures).model_dump(),
                code=code,
                label_ko=name.ko,
                label_en=name.en,
                field_code=name.field_code,
                terms_ko=list(name.terms_ko),
                terms_en=list(name.terms_en),
            )
        )
    return sorted(rows, key=lambda row: (-row.verified_krw, -row.stated_krw, -row.groups, row.code))


def _folded_row(shown: Disclosure) -> FoldedRow | None:
    if shown.folded is None:
        return None
    return FoldedRow(**DemandFigures.of(shown.folded).model_dump(), rows=shown.folded_rows)


def _names(session: Session, summary: MarketSummary, by: Breakdown) -> dict[str, tuple[str, _Name]]:
    """Give the code and the name of every row that a breakdown may have."""
    if by is Breakdown.THEME:
        return _theme_names(session, summary.id) | {
            UNCLASSIFIED: (UNCLASSIFIED, _Name("분류되지 않음", "Unclassified"))
        }
    if by is Breakdown.FIELD:
        fields = session.exec(select(TechnologyField))
        return _taxonomy_names(fields) | {NO_FIELD: (NO_FIELD, _Name("분야 미지정", "No field stated"))}
    return _taxonomy_names(session.exec(select(MegaRegion))) | {
        NATIONWIDE: (NATIONWIDE, _Name("전국", "Whole country"))
    }


def _taxonomy_names(rows: Iterable[TechnologyField | MegaRegion]) -> dict[str, tuple[str, _Name]]:
    return {row.code: (row.code, _Name(row.name_ko, row.name_en)) for row in rows}


def _theme_names(session: Session, summary_id: UUID) -> dict[str, tuple[str, _Name]]:
    return {
        str(theme.id): (
            theme.code,
            _Name(
                theme.label_ko,
                theme.label_en,
                field_code=theme.field_code,
                terms_ko=theme.terms_ko,
                terms_en=theme.terms_en,
            ),
        )
        for theme in session.exec(select(DemandTheme).where(DemandTheme.summary_id == summary_id))
    }
