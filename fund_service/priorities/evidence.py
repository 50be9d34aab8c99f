"""What a round's ranking rests on: the signals that its release counts, on the themes that it publishes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session

from fund_service.market.counted import rows_of_release, theme_keys
from fund_service.market.figures import years_before
from fund_service.market.gap import GROUPS_THAT_WANT, open_projects, probability_at
from fund_service.market.hearing import ANSWERING_SCORE
from fund_service.market.voices import DemandHeard, demand_of_release
from fund_service.planning.evidence import PublishedTheme
from fund_service.priorities.policy_fit import policy_fits
from matching.demand.components import Evidence, GroupFacts, ThemeFacts
from matching.demand.trend import Exposure
from models.indices import IndexAxis

APT = probability_at(ANSWERING_SCORE)
"""How probably a project that answers a signal is what was asked for."""


def evidence_of(session: Session, release_id: UUID, themes: Sequence[PublishedTheme]) -> tuple[Evidence, Exposure]:
    """Read what speaks for each published theme; what is said of others is left out, and nobody ranks by it."""
    heard = demand_of_release(session, release_id)
    keys = [theme.key for theme in themes]
    supply = _supply(session, release_id, keys)
    fits = policy_fits(session)
    evidence = Evidence.of(
        heard.voices(IndexAxis.THEME, keys),
        themes=[
            ThemeFacts(theme=theme.key, policy_fit=fits[theme.field_code].fit, supply_krw=supply[theme.key])
            for theme in themes
        ],
        groups=list(_group_facts(heard, keys)),
    )
    return evidence, heard.exposure


def _group_facts(heard: DemandHeard, keys: Collection[str]) -> Iterator[GroupFacts]:
    """Add up what each group did on each theme: money on documents, and in which of the two years it was heard."""
    money: defaultdict[tuple[str, str], int] = defaultdict(int)
    days: defaultdict[tuple[str, str], set[date]] = defaultdict(set)
    for one in heard.signals:
        for theme in one.places(IndexAxis.THEME):
            if theme in keys:
                money[one.group, theme] += one.verified_krw
                days[one.group, theme].add(one.received_on)
    year, two_years = years_before(heard.as_of, 1), years_before(heard.as_of, 2)
    for (group, theme), on in days.items():
        yield GroupFacts(
            group=group,
            theme=theme,
            verified_krw=money[group, theme],
            heard_recently=any(year < day <= heard.as_of for day in on),
            heard_before=any(two_years < day <= year for day in on),
        )


def _supply(session: Session, release_id: UUID, keys: Collection[str]) -> Mapping[str, int]:
    """Add up what open projects still need that answer a theme, by how probably such an answer is apt.

    As in the gap map a project counts where at least three ownership groups' signals match it, so that the match of
    one signal, which may be confidential, moves nothing.
    """
    rows = [(row.theme_id, row) for row in rows_of_release(session, release_id) if row.theme_id is not None]
    names = theme_keys(session, {part for part, _ in rows})
    wanting: defaultdict[tuple[str, UUID], set[UUID]] = defaultdict(set)
    for part, row in rows:
        for project in row.answered_by:
            wanting[names[part], project].add(row.ownership_group_id)
    needs = {project: need for project, (need, _) in open_projects(session).items()}
    supply = dict.fromkeys(keys, 0)
    for (theme, project), groups in wanting.items():
        if theme in supply and len(groups) >= GROUPS_THAT_WANT:
            supply[theme] += needs.get(project, 0)
    return {theme: round(APT * krw) for theme, krw in supply.items()}
