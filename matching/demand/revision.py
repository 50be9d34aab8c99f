"""A new order of priorities by demand alone: only where the evidence is sure, and only some places at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.demand.priority import PriorityRanking


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionPolicy:
    """What demand alone may do in one round."""

    surety: float = 0.90
    """Probability that a theme ranks better, from which on it may rise."""
    most_places: int = 3
    """Places by which a round moves a theme at most, up or down: programmes that run cannot turn faster."""


DEFAULT_REVISION = RevisionPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityMove:
    """How a theme came to its place: what stood, and what each step made of it (a waterfall; 1 is the first place)."""

    theme: str
    previous: int
    new: bool
    """It did not stand before: it starts behind all that did."""
    by_evidence: int
    """Its place by all voices in full."""
    by_caps: int
    """Its place by the capped voices: what the evidence asks for."""
    by_surety: int
    """Its place when only those rise that surely do."""
    by_bound: int
    """Its place when nobody moves farther than a round allows: the new one."""
    improves: float

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """Places won (above zero) or lost by each step; together ``previous - by_bound``."""
        return (
            ("evidence", self.previous - self.by_evidence),
            ("caps", self.by_evidence - self.by_caps),
            ("surety", self.by_caps - self.by_surety),
            ("bound", self.by_surety - self.by_bound),
        )


def revise_order(
    ranking: PriorityRanking, *, previous: Sequence[str], policy: RevisionPolicy = DEFAULT_REVISION
) -> tuple[PriorityMove, ...]:
    """Give the new order, first to last, with what moved each theme.

    A theme rises to its rank if it surely ranks better than it stood. All others keep their order behind: nobody rises
    because another fell, and one that fell is passed by those that surely rose. Then places are filled one by one with
    the first that may stand there, one that may wait no longer before all others; as every theme has a last place of
    its own, no theme moves farther than ``most_places``.

    In a first round, without a previous order, the order is that of the ranking, and nothing moves.

    Parameters
    ----------
    ranking : PriorityRanking
        Made with the same ``previous``.

    Raises
    ------
    ValueError
        When the ranking was made against another previous order.
    """
    by_rank = [one.theme for one in ranking.themes]
    rows = {one.theme: one for one in ranking.themes}
    stood = [theme for theme in previous if theme in rows]
    if [one.previous_rank for one in (rows[theme] for theme in stood)] != list(range(1, len(stood) + 1)):
        raise ValueError("a ranking is revised against the order that it was made with")
    newcomers = [theme for theme in by_rank if rows[theme].previous_rank is None]
    before = [*stood, *newcomers]
    if not stood:
        sure = bound = before
    else:
        sure = _sure_order(ranking, before, policy)
        bound = _bounded_order(before, sure, policy.most_places)
    places = [{theme: at + 1 for at, theme in enumerate(order)} for order in (before, by_rank, sure, bound)]
    return tuple(
        PriorityMove(
            theme=theme,
            previous=places[0][theme],
            new=rows[theme].previous_rank is None,
            by_evidence=rows[theme].raw_rank,
            by_caps=places[1][theme],
            by_surety=places[2][theme],
            by_bound=places[3][theme],
            improves=rows[theme].improves or 0.0,
        )
        for theme in bound
    )


def _sure_order(ranking: PriorityRanking, before: Sequence[str], policy: RevisionPolicy) -> list[str]:
    """Put those that surely rise where they rank, and all others around them as they stood."""
    stood = {theme: at + 1 for at, theme in enumerate(before)}
    risers = {
        one.rank: one.theme
        for one in ranking.themes
        if one.rank < stood[one.theme] and (one.improves or 0.0) >= policy.surety
    }
    others = iter([theme for theme in before if theme not in set(risers.values())])
    return [risers[place] if place in risers else next(others) for place in range(1, len(before) + 1)]


def _bounded_order(before: Sequence[str], wanted: Sequence[str], most: int) -> list[str]:
    """Fill places in the wanted order, none more than ``most`` from where it stood."""
    stood = {theme: at for at, theme in enumerate(before)}
    waiting = list(wanted)
    order: list[str] = []
    for place in range(len(before)):
        overdue = [theme for theme in waiting if stood[theme] == place - most]
        free = (theme for theme in waiting if stood[theme] <= place + most)
        chosen = overdue[0] if overdue else next(free)
        waiting.remove(chosen)
        order.append(chosen)
    return order
