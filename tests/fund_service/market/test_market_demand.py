"""What may be shown of a summary; texts are plain, so that each signal lies in the theme of its field."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from fund_service.market.documents import demand_document, document_of
from fund_service.market.schemas import Breakdown, DocumentKind
from models.signal import CommitmentLevel


def test_before_the_first_summary_there_is_nothing_to_show(world):
    view = world.view()
    assert view.summary_id is None
    assert view.rows == []
    assert view.total is None


def test_a_theme_of_five_groups_is_shown_with_its_money(world):
    world.say(world.MEMORY, range(4))
    world.signal(
        4, f"{world.MEMORY} 넷째.", commitment_level=CommitmentLevel.LETTER_OF_INTENT, available_krw=25 * 10**9
    )
    world.summarise()
    view = world.view()
    (row,) = view.rows
    assert (row.groups, row.signals, row.stated_krw, row.verified_krw) == (5, 5, 65 * 10**9, 25 * 10**9)
    assert row.field_code == "01"
    assert view.total is not None
    assert view.total.stated_krw == 65 * 10**9
    assert view.chart is not None


def test_a_theme_of_four_groups_is_nowhere_to_be_seen(world):
    world.say(world.MEMORY, range(5))
    world.say(world.BATTERY, range(4), fields=("02",))
    world.summarise()
    for by in Breakdown:
        view = world.view(by)
        assert view.total is None, "the hidden row would be its difference"
    assert list(world.by_code(Breakdown.FIELD)) == ["01"]
    assert world.view(Breakdown.FIELD).withheld
    assert "전지" not in world.view().model_dump_json()


@pytest.mark.parametrize("kind", ["text", "json", "csv", "xlsx", "md", "pdf"])
def test_the_shell_gets_the_document_of_what_is_shown(world, kind):
    world.say(world.MEMORY, range(5))
    world.summarise()
    with Session(world.engine) as session:
        document = demand_document(session, kind=kind, by="field")
    written = document_of(world.view(Breakdown.FIELD), kind=DocumentKind(kind))
    assert document == written or kind == "xlsx"
    assert document


def test_affiliates_of_one_group_are_one_voice(world):
    world.say(world.MEMORY, range(4))
    world.say(f"{world.MEMORY} 계열사", range(4), affiliate=1)
    world.summarise()
    assert world.view().rows == []


def test_confidential_signals_count(world):
    world.say(world.MEMORY, range(5), confidentiality="confidential")
    world.summarise()
    assert world.by_code(Breakdown.FIELD)["01"].groups == 5


def test_a_signal_counts_in_every_field_and_region_it_names(world):
    world.say(world.MEMORY, range(5), fields=("01", "02"), regions=("11", "41", "26"))
    world.summarise()
    assert {code: row.groups for code, row in world.by_code(Breakdown.FIELD).items()} == {"01": 5, "02": 5}
    regions = world.by_code(Breakdown.REGION)
    assert len(regions) == 2, "Seoul and Gyeonggi lie in one mega-region, Busan in another"
    assert {row.signals for row in regions.values()} == {5}
    total = world.view(Breakdown.REGION).total
    assert total is not None
    assert total.signals == 5


def test_no_region_is_the_whole_country_and_no_field_a_row_of_its_own(world):
    world.say(world.MEMORY, range(5), fields=())
    world.summarise()
    assert list(world.by_code(Breakdown.REGION)) == ["nationwide"]
    assert list(world.by_code(Breakdown.FIELD)) == ["no_field"]


def test_the_largest_verified_amount_comes_first_then_the_largest_stated(world):
    world.say(world.MEMORY, range(5))
    world.say(world.BATTERY, range(5), fields=("02",), available_krw=20 * 10**9)
    world.say(f"{world.MEMORY} 서명", range(5), fields=("03",), commitment_level=CommitmentLevel.SIGNED)
    world.summarise()
    assert list(world.by_code(Breakdown.FIELD)) == ["03", "02", "01"]


def test_rows_come_in_an_order_that_tells_no_more_than_they_do(world):
    world.say(world.MEMORY, range(5), available_krw=10 * 10**9)
    world.say(world.BATTERY, range(5), fields=("02",), available_krw=10 * 10**9 + 1)
    world.summarise()
    assert list(world.by_code(Breakdown.FIELD)) == ["01", "02"]


worlds = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from(["MEMORY", "BATTERY"]),
        st.sampled_from(["01", "02", "03"]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds, st.randoms(use_true_random=False))
def test_whoever_speaks_in_whatever_order_nothing_small_is_shown(world, said, random):
    first = _views_of(world, said)
    shuffled = random.sample(said, len(said))
    repeated = [*shuffled, *random.choices(said, k=5)]
    assert _views_of(world, repeated) == first
    for view in first.values():
        shown = [
            *view["rows"],
            *([view["other"]] if view["other"] else []),
            *([view["total"]] if view["total"] else []),
        ]
        assert all(figures["groups"] >= 5 for figures in shown)
        assert view["total"] is None or not any(one["withheld"] for one in first.values())


def _views_of(world, said):
    with Session(world.engine) as session:
        for table in ("counted_signal", "demand_theme", "market_summary", "signal_field", "demand_signal"):
            session.connection().execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - our own tables
        session.commit()
    for group, text, field, place in said:
        world.signal(group, f"{getattr(world, text)} {field} {place}번째 말입니다.", fields=(field,))
    world.summarise()
    return {by: world.view(by).model_dump(exclude={"summary_id", "made_at"}) for by in Breakdown}
