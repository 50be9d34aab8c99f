import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.themes.identity import KnownTheme, StepKind, continue_themes


def theme(key, members, centroid=()):
    return KnownTheme(key=key, members=frozenset(members), centroid=centroid)


def told(steps):
    return {(step.kind.value, step.old, step.new, step.keeps_identity) for step in steps}


@st.composite
def partitions(draw, prefix):
    homes = draw(st.dictionaries(st.sampled_from([f"s{at:02d}" for at in range(24)]), st.integers(0, 5), max_size=24))
    members = {}
    for signal, home in homes.items():
        members.setdefault(home, set()).add(signal)
    directions = st.sampled_from([(), (1.0, 0.0), (0.0, 1.0), (0.6, 0.8)])
    return [theme(f"{prefix}{home}", signals, draw(directions)) for home, signals in sorted(members.items())]


@given(partitions("o"), partitions("n"), st.randoms(use_true_random=False))
def test_the_order_of_themes_changes_nothing(old, new, shuffler):
    mixed = continue_themes(shuffler.sample(old, len(old)), shuffler.sample(new, len(new)))
    assert mixed == continue_themes(old, new)


@given(partitions("o"))
def test_the_same_themes_again_all_continue(old):
    again = [theme(f"n{one.key}", one.members, one.centroid) for one in old]
    assert told(continue_themes(old, again)) == {("continues", one.key, f"n{one.key}", True) for one in old}


@given(partitions("o"), partitions("n"))
def test_identity_is_never_claimed_twice_and_nobody_is_forgotten(old, new):
    steps = continue_themes(old, new)
    kept = [step for step in steps if step.keeps_identity]
    assert len({step.old for step in kept}) == len({step.new for step in kept}) == len(kept)
    assert {step.old for step in steps} - {None} == {one.key for one in old}
    assert {step.new for step in steps} - {None} == {one.key for one in new}
    assert all((step.kind is StepKind.NEW) == (step.old is None) for step in steps)
    assert all((step.kind is StepKind.ENDED) == (step.new is None) for step in steps)


@given(st.sets(st.integers(0, 40), min_size=2), st.data())
def test_a_theme_cut_in_two_is_a_split_and_both_parts_are_named(members, data):
    ordered = sorted(members)
    cut = data.draw(st.integers(1, len(ordered) - 1))
    halves = [theme("n1", map(str, ordered[:cut])), theme("n2", map(str, ordered[cut:]))]
    steps = continue_themes([theme("o", map(str, ordered))], halves)
    assert {(step.kind, step.old, step.new) for step in steps} == {
        (StepKind.SPLIT, "o", "n1"),
        (StepKind.SPLIT, "o", "n2"),
    }
    assert sum(step.keeps_identity for step in steps) == 1


@given(st.sets(st.integers(0, 40), min_size=2), st.data())
def test_two_themes_put_together_are_a_merger_and_one_identity_goes_on(members, data):
    ordered = sorted(members)
    cut = data.draw(st.integers(1, len(ordered) - 1))
    halves = [theme("o1", map(str, ordered[:cut])), theme("o2", map(str, ordered[cut:]))]
    steps = continue_themes(halves, [theme("n", map(str, ordered))])
    assert {(step.kind, step.old, step.new) for step in steps} == {
        (StepKind.MERGED, "o1", "n"),
        (StepKind.MERGED, "o2", "n"),
    }
    assert sum(step.keeps_identity for step in steps) == 1


def test_the_larger_half_keeps_the_identity():
    steps = continue_themes([theme("o", "abcdef")], [theme("n1", "ab"), theme("n2", "cdef")])
    assert told(steps) == {("split", "o", "n1", False), ("split", "o", "n2", True)}


def test_of_equal_halves_the_one_that_means_the_same_keeps_the_identity():
    old = theme("o", "abcd", (1.0, 0.0))
    steps = continue_themes([old], [theme("n1", "ab", (0.6, 0.8)), theme("n2", "cd", (0.8, 0.6))])
    assert told(steps) == {("split", "o", "n1", False), ("split", "o", "n2", True)}


def test_a_few_that_move_over_make_no_link():
    old, new = [theme("o1", "abcdef"), theme("o2", "ghijkl")], [theme("n1", "abcde"), theme("n2", "fghijkl")]
    assert told(continue_themes(old, new)) == {("continues", "o1", "n1", True), ("continues", "o2", "n2", True)}


@pytest.mark.parametrize(
    ("centroid", "expected"),
    [
        ((1.0, 0.0), {("continues", "o", "n", True)}),
        ((0.0, 1.0), {("ended", "o", None, False), ("new", None, "n", False)}),
        ((1.0, 0.0, 0.0), {("ended", "o", None, False), ("new", None, "n", False)}),
        ((), {("ended", "o", None, False), ("new", None, "n", False)}),
    ],
)
def test_a_theme_whose_signals_were_all_replaced_goes_on_when_it_means_the_same(centroid, expected):
    assert told(continue_themes([theme("o", "abc", (1.0, 0.0))], [theme("n", "xyz", centroid)])) == expected


def test_nothing_before_is_all_new_and_nothing_after_is_the_end():
    assert told(continue_themes([], [theme("n", "a")])) == {("new", None, "n", False)}
    assert told(continue_themes([theme("o", "a")], [])) == {("ended", "o", None, False)}


def test_a_theme_without_members_is_none():
    with pytest.raises(ValueError, match="no members"):
        theme("o", "")
