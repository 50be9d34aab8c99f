"""What may change from one release to the next: late signals wait until nobody can be found in the difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matching.disclosure.demand import Measure, Place, Voice
from matching.disclosure.rules import is_safe

MIN_CHANGED = 3
"""Ownership groups that must have changed in a cell before it is published anew."""

Voices = Mapping[str, Voice]


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount whose two values the reader of two releases knows: that of places together, in one measure."""

    places: frozenset[Place]
    measure: Measure


Delta = tuple[str, Place, Measure]
"""A group, a place, a measure: what one signal's change moves there."""


def admitted(old: Voices, new: Voices, known: Sequence[Sum], *, barred: Iterable[str] = ()) -> dict[str, Voice]:
    """Give the signals as the next release counts them: new where that may be seen, as last released where not.

    A change of a signal is taken up everywhere or nowhere, so that the tables of each release add up. It waits when it
    moves a known amount in which fewer than `MIN_CHANGED` groups change, or in which the change of one could be told
    from the sum of all by the primary rules. ``barred`` are signals whose change waits in any case.
    """
    changes = {
        key: _moves(old.get(key), new.get(key)) for key in old.keys() | new.keys() if old.get(key) != new.get(key)
    }
    taken = changes.keys() - set(barred)
    moved = _moved({key: changes[key] for key in taken}, known)
    while True:
        waiting = set[str]().union(*map(_too_few, moved))
        # Only when every sum rests on enough groups is it looked at who stands out in them: fewer have to wait so.
        waiting = waiting or set[str]().union(*map(_standing_out, moved))
        if not waiting:
            break
        taken -= waiting
        moved = _moved({key: changes[key] for key in taken}, known)
    return {
        key: voice
        for key in sorted(old.keys() | new.keys())
        if (voice := (new if key in taken or key not in changes else old).get(key)) is not None
    }


Moved = Mapping[str, Mapping[str, int]]
"""What moves a known amount: of each group, by how much each of its signals."""


def _moved(changes: Mapping[str, Mapping[Delta, int]], known: Sequence[Sum]) -> list[Moved]:
    """Give what moves each known amount that moves at all."""
    by_place: dict[tuple[Place, Measure], list[int]] = defaultdict(list)
    for number, one in enumerate(known):
        for place in one.places:
            by_place[place, one.measure].append(number)
    moved: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for key, moves in changes.items():
        for (group, place, measure), won in moves.items():
            for number in by_place.get((place, measure), ()):
                of_group = moved[number][group]
                of_group[key] = of_group.get(key, 0) + won
    return list(moved.values())


def _changes(moved: Moved) -> dict[str, int]:
    return {group: size for group, by_signal in moved.items() if (size := abs(sum(by_signal.values())))}


def _too_few(moved: Moved) -> set[str]:
    """Give every signal that moves an amount in which too few groups change."""
    if 0 < len(_changes(moved)) < MIN_CHANGED:
        return {key for by_signal in moved.values() for key in by_signal}
    return set()


def _standing_out(moved: Moved) -> set[str]:
    """Give the signals of the group that changes an amount most, where its change could be told from the sum."""
    changes = _changes(moved)
    if not changes or is_safe(changes.values(), min_groups=MIN_CHANGED):
        return set()
    return set(moved[max(changes, key=lambda group: (changes[group], group))])


def _moves(old: Voice | None, new: Voice | None) -> dict[Delta, int]:
    """Give what a signal's change moves: won of each measure, and one for a group that is heard or no longer."""
    moves: dict[Delta, int] = defaultdict(int)
    for voice, sign in ((old, -1), (new, 1)):
        if voice is None:
            continue
        for place, (verified, unverified) in voice.shares().items():
            moves[voice.group, place, Measure.VERIFIED] += sign * verified
            moves[voice.group, place, Measure.UNVERIFIED] += sign * unverified
            moves[voice.group, place, Measure.STATED] += sign * (verified + unverified)
    return {delta: won for delta, won in moves.items() if won}


def groups_changed(old: Mapping[str, int], new: Mapping[str, int]) -> int:
    """Count the groups whose contribution to a cell differs."""
    return sum(old.get(group, 0) != new.get(group, 0) for group in old.keys() | new.keys())
