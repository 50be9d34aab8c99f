"""Releases as everybody reads them, and the attacks of a planner who pulls all there is."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.demonstration.releasing import PLANNER, play_release
from fund_service.market.counted import voices_of_release, voices_of_summary
from fund_service.market.documents import demand_document, document_of
from fund_service.market.reading import cells_of, newest_release
from fund_service.market.releases import make_release_of
from fund_service.market.schemas import Breakdown, DocumentKind
from matching.disclosure.demand import Measure, Place, demand_table, themes_of
from matching.disclosure.release import contributions
from models.errors import RecordNotFound, StepNotAllowed
from models.person import Person, Role
from models.release import CellState, MarketRelease, ReleaseCell, ReleaseSignal
from models.signal import DemandSignal
from tests.benchmarks.disclosure import name_of
from tests.disclosure_attacks import bounds, width

WON = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31]
"""Money of ten groups, in billions, no two alike."""


def spread(world):
    """Let ten groups say different things of different size in different places."""
    for group, billions in enumerate(WON):
        for number in range(3):
            field, region = f"0{1 + (group + number) % 3}", ("11", "26", "30")[(group * 2 + number) % 3]
            world.signal(
                group, f"{world.MEMORY} {group}번 투자자의 {number}번째 말", fields=(field,), regions=(region,),
                available_krw=billions * 10**9 + group * 1_234_567 + number,
            )  # fmt: skip


def test_before_the_first_release_nothing_is_shown_though_there_is_a_summary(world):
    world.say(world.MEMORY, range(9))
    world.summarise()
    assert world.view().release is None
    assert world.view().rows == []
    assert world.view().total is None


def test_a_theme_of_five_groups_is_published_with_its_money(world):
    world.say(world.MEMORY, range(4))
    world.signal(4, f"{world.MEMORY} 넷째.", available_krw=25 * 10**9)
    world.release()
    view = world.view()
    (row,) = view.rows
    assert (row.groups, row.stated_krw, row.verified_krw, row.since) == ("5-9", 65 * 10**9, 0, 1)
    assert row.field_code == "01"
    assert view.total is not None
    assert view.total.stated_krw == 65 * 10**9


def test_a_theme_of_four_groups_is_nowhere_to_be_seen(world):
    world.say(world.MEMORY, range(6))
    world.say(world.BATTERY, range(4), fields=("02",))
    world.release()
    rows = world.by_code(Breakdown.FIELD)
    assert rows["02"].groups is rows["02"].stated_krw is None
    assert rows["02"].model_dump(exclude={"code", "label_ko", "label_en", "field_code"}) == rows["05"].model_dump(
        exclude={"code", "label_ko", "label_en", "field_code"}
    ), "a field of four groups and one that nobody asked for look the same"
    assert "전지" not in world.view().model_dump_json()


def test_affiliates_are_one_voice_and_confidential_signals_count(world):
    world.say(world.MEMORY, range(4), confidentiality="confidential")
    world.say(f"{world.MEMORY} 계열사", range(4), affiliate=1)
    world.release()
    assert world.view().rows == []
    world.say(world.MEMORY, range(4, 9), confidentiality="confidential")
    world.release()
    assert world.view().rows[0].groups == "5-9"


def test_money_is_shared_out_over_fields_and_regions_to_the_won(world):
    world.say(world.MEMORY, range(6), fields=("01", "02"), regions=("11", "41", "26"), available_krw=10**10 + 1)
    made = world.release()
    with Session(world.engine) as session:
        voices = voices_of_release(session, made.id)
        table = demand_table(voices.values(), _frame(session, voices))
    amounts = {key: int(amount) for key, amount in zip(table.keys, table.amounts, strict=True)}
    inner = [
        amounts[Place(field, region), Measure.STATED] for field in ("01", "02") for region in ("capital", "southeast")
    ]
    assert sum(inner) == 6 * (10**10 + 1)
    assert max(inner) - min(inner) <= 6
    fields = world.by_code(Breakdown.FIELD)
    assert fields["01"].stated_krw == fields["02"].stated_krw == 30 * 10**9


def _frame(session, voices):
    from fund_service.market.counted import frame_of  # noqa: PLC0415 - beside its only use

    return frame_of(session, themes_of(list(voices.values())))


@pytest.mark.parametrize("kind", ["text", "json", "csv", "xlsx", "md", "pdf"])
def test_the_shell_gets_the_document_of_what_is_published(world, kind):
    world.say(world.MEMORY, range(6))
    world.release()
    with Session(world.engine) as session:
        document = demand_document(session, kind=kind, by="field", number=1)
    assert document == document_of(world.view(Breakdown.FIELD), kind=DocumentKind(kind)) or kind == "xlsx"


def test_an_older_release_stays_as_it_was(world):
    world.say(world.MEMORY, range(6))
    world.release()
    with Session(world.engine) as session:
        before = demand_document(session, kind="csv", by="theme", number=1)
    world.say(world.MEMORY, range(6, 10))
    world.release()
    assert world.view().release == 2
    assert world.view().total.stated_krw == 100 * 10**9
    with Session(world.engine) as session:
        assert demand_document(session, kind="csv", by="theme", number=1) == before
        with pytest.raises(RecordNotFound):
            demand_document(session, kind="csv", by="theme", number=3)


def test_one_signal_more_or_less_changes_no_release(world):
    world.say(world.MEMORY, range(8))
    world.release()
    world.signal(8, f"{world.MEMORY} 늦은 말")
    world.summarise()
    with Session(world.engine) as session, pytest.raises(StepNotAllowed, match="Late signals wait"):
        make_release_of(session, made_by=None)


def test_a_signal_that_waits_is_counted_as_it_stood_before(world):
    ids = world.say(world.MEMORY, range(8))
    world.release()
    with Session(world.engine) as session:
        session.get_one(DemandSignal, ids[0]).available_krw = 11 * 10**9
        session.commit()
    world.say(world.BATTERY, range(8), fields=("02",))
    made = world.release()
    with Session(world.engine) as session:
        counted = dict(
            session.exec(
                select(ReleaseSignal.signal_id, ReleaseSignal.summary_id).where(ReleaseSignal.release_id == made.id)
            ).all()
        )
    assert counted[ids[0]] != made.summary_id
    assert counted[ids[1]] == made.summary_id
    assert made.waiting == 1


def test_nothing_of_a_release_can_be_changed_in_the_database(world, database):
    world.say(world.MEMORY, range(8))
    world.release()
    for statement in (
        "UPDATE release_cell SET stated_krw = 0", "DELETE FROM release_cell", "UPDATE market_release SET number = 7",
        "DELETE FROM release_signal", "DELETE FROM release_pull",
    ):  # fmt: skip
        if statement == "DELETE FROM release_pull":
            with Session(database) as session:
                assert session.exec(select(MarketRelease)).one().number == 1
            continue
        with database.connect() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text(statement))


def test_each_place_says_why_it_is_withheld_to_the_record_alone(world):
    spread(world)
    made = world.release()
    with Session(world.engine) as session:
        states = {cell.stated_state for cell in cells_of(session, made.id)}
    assert states == set(CellState)
    assert "unsafe" not in world.view(Breakdown.CELL).model_dump_json()


def test_the_demo_makes_its_first_release_by_its_planner(world, store):
    with Session(world.engine) as session:
        assert not play_release(session)
    store(Person(email=PLANNER, name="기획", password_hash="none"))  # noqa: S106 - no secret
    with Session(world.engine) as session:
        assert not play_release(session)
    world.say(world.MEMORY, range(8))
    world.summarise()
    with Session(world.engine) as session:
        assert play_release(session)
        assert not play_release(session)
        assert newest_release(session) is not None


class Planner:
    """A planner who pulls everything in every form, before and after a signal, and computes."""

    def __init__(self, client):
        self.client = client

    def known(self, number):
        """Give every amount that a release says, by name; rounded as it is."""
        said = {}
        for by in Breakdown:
            view = self.client.get(f"/market/releases/{number}?by={by.value}").json()
            for row in view["rows"]:
                field = row["field_code"] if by is Breakdown.CELL else row["code"] if by is Breakdown.FIELD else "*"
                region = row["region_code"] if by is Breakdown.CELL else row["code"] if by is Breakdown.REGION else "*"
                place = Place(field, region, row["code"] if by is Breakdown.THEME else "*")
                said |= self._amounts(place, row)
            said |= self._amounts(Place("*", "*"), view["total"])
        return said

    @staticmethod
    def _amounts(place, row):
        return {
            name_of(place, measure): float(row[f"{measure.value}_krw"])
            for measure in (Measure.STATED, Measure.VERIFIED)
            if row[f"{measure.value}_krw"] is not None
        }


def test_linear_programs_over_all_that_can_be_pulled_find_no_withheld_amount(client_for, world):
    spread(world)
    made = world.release()
    known = Planner(client_for(Role.PLANNER)).known(1)
    with Session(world.engine) as session:
        voices = voices_of_release(session, made.id)
        table = demand_table(voices.values(), _frame(session, voices))
    names = [name_of(*key) for key in table.keys]
    amounts = dict(zip(names, map(float, table.amounts), strict=True))
    sums = [(names[it.total], [names[part] for part in it.parts]) for it in table.relations]
    withheld = [
        name for name, (_, measure) in zip(names, table.keys, strict=True)
        if amounts[name] and name not in known and measure is Measure.STATED
    ]  # fmt: skip
    assert known
    assert withheld
    found = bounds(known, sums, withheld, slack=2 * 10**9)
    assert min(width(amounts[name], found[name]) for name in withheld) >= 0.15
    exact = {name: amounts[name] for name in known}
    found = bounds(exact, sums, withheld)
    assert min(width(amounts[name], found[name]) for name in withheld) >= 0.15


def test_two_releases_around_a_signal_differ_by_nobody_or_by_three(client_for, world):
    spread(world)
    first = world.release()
    late = world.signal(3, f"{world.MEMORY} 늦은 말", fields=("02",), regions=("26",), available_krw=77 * 10**9)
    world.say(world.BATTERY, range(10), fields=("01",), regions=("11",), available_krw=9 * 10**9)
    second = world.release()
    planner = Planner(client_for(Role.PLANNER))
    then, now = planner.known(1), planner.known(2)
    with Session(world.engine) as session:
        old, new = (voices_of_release(session, release.id) for release in (first, second))
        waiting = voices_of_summary(session, second.summary_id)
    before, after = contributions(old.values()), contributions(new.values())
    changed = {name: now[name] - then[name] for name in then.keys() & now.keys() if now[name] != then[name]}
    assert changed, "something may change"
    brought = {name_of(*key): groups for key, groups in before.items()}
    brings = {name_of(*key): groups for key, groups in after.items()}
    for name in changed:
        a, b = brought.get(name, {}), brings.get(name, {})
        assert sum(a.get(group) != b.get(group) for group in a.keys() | b.keys()) >= 3
    assert str(late) in waiting
    assert 77 * 10**9 not in {abs(round(change)) for change in changed.values()}


def test_five_hundred_signals_of_one_group_are_one(world):
    world.say(world.MEMORY, range(8))
    world.release()
    with Session(world.engine) as session:
        before = {
            (cell.field_code, cell.region_code, cell.theme): cell.groups
            for cell in session.exec(select(ReleaseCell).where(col(ReleaseCell.groups).is_not(None)))
        }
    for number in range(60):
        world.signal(9, f"{world.MEMORY} {number}번째로 말합니다", available_krw=10**9)
    world.summarise()
    with Session(world.engine) as session, pytest.raises(StepNotAllowed):
        make_release_of(session, made_by=None)
    assert set(before.values()) == {"5-9"}
