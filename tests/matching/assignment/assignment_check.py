"""What an assignment must keep, counted anew in plain Python: nothing here is shared with the solver."""

from collections import Counter
from itertools import chain, combinations


def rows_of(pairs):
    return list(
        zip(
            pairs.investor.tolist(),
            pairs.project.tolist(),
            pairs.value.tolist(),
            pairs.ticket_krw.tolist(),
            strict=True,
        )
    )


def breaches(investors, projects, pairs, chosen):
    """Name every quota that a choice exceeds."""
    rows = rows_of(pairs)
    looks, places, money, need = Counter(), Counter(), Counter(), Counter()
    seen = set()
    found = []
    for position in chosen:
        investor, project, _, ticket = rows[position]
        if (investor, project) in seen:
            found.append(("twice", investor, project))
        seen.add((investor, project))
        looks[investor] += 1
        places[project] += 1
        money[investor] += ticket
        need[project] += ticket
    for at, it in enumerate(investors):
        if looks[at] > it.attention:
            found.append(("attention", it.key, looks[at]))
        if it.money_krw is not None and money[at] > it.money_krw:
            found.append(("money", it.key, money[at]))
    for at, it in enumerate(projects):
        if it.places is not None and places[at] > it.places:
            found.append(("places", it.key, places[at]))
        if it.need_krw is not None and need[at] > it.need_krw:
            found.append(("need", it.key, need[at]))
    return found


def missing_looks(projects, pairs, chosen, floor):
    """Count what the projects miss of their own floor or that of all, as far as they have eligible pairs for it."""
    eligible = Counter(pairs.project.tolist())
    held = Counter(pairs.project[list(chosen)].tolist())
    return sum(max(0, min(max(it.floor, floor), eligible[at]) - held[at]) for at, it in enumerate(projects))


def best_by_trying(investors, projects, pairs, floor):
    """Give the least missing and, of that, the most value, by looking at every set of pairs there is."""
    rows = rows_of(pairs)
    positions = range(len(rows))
    sets = chain.from_iterable(combinations(positions, size) for size in range(len(rows) + 1))
    return max(
        (-missing_looks(projects, pairs, chosen, floor), round(sum(rows[it][2] for it in chosen), 6))
        for chosen in sets
        if not breaches(investors, projects, pairs, chosen)
    )
