from datetime import date, timedelta

import pytest

from fund_service.matches.encoders import encoder_of
from fund_service.matches.method import MatchMethod
from models.clock import business_date, utc_now
from models.embedding import StoredYardstick
from models.market import MarketSummary
from models.match import Match, MatchRun, SignalMatching
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import PersonRole, Role
from models.plan import Initiative, PlanSource, Target
from models.project import RndProject
from models.release import CellState, MarketRelease, ReleaseCell
from models.signal import DemandSignal

YARDSTICK = "0" * 64


@pytest.fixture
def today():
    return business_date(utc_now())


@pytest.fixture
def run(store, settings):
    """A run of the method in use."""
    method = MatchMethod.of(encoder_of(settings))
    yardstick = StoredYardstick(
        digest=YARDSTICK, encoder=method.encoder, revision=method.revision, documents=1, content=b""
    )
    run = MatchRun(
        encoder=method.encoder, revision=method.revision, parameters={}, yardstick_id=yardstick.id, signals_due=1,
        projects=1, method_digest=method.digest_with(YARDSTICK),
    )  # fmt: skip
    store(yardstick, run)
    return run


@pytest.fixture
def other(store):
    group = OwnershipGroup(name_ko="다른")
    other = Organisation(kind=OrganisationKind.INVESTOR, name_ko="다른투자", ownership_group_id=group.id)
    store(group, other)
    return other


@pytest.fixture
def submit(store, run):
    """Commit a signal, matched with a project of its own unless told otherwise."""

    def submit(
        organisation, text="수소 저장 용기를 찾습니다.", *, matched=True, matched_version=1, digest=None, **values
    ):
        signal = DemandSignal(organisation_id=organisation.id, text=text, **values)
        store(signal)
        if matched:
            project = RndProject(title_ko=f"{text} 과제", state="completed")
            matching = SignalMatching(
                signal_id=signal.id, run_id=run.id, signal_version=matched_version, signal_digest=YARDSTICK,
                method_digest=digest or run.method_digest,
            )  # fmt: skip
            spare = RndProject(title_ko="둘째", state="completed")
            best, second = (
                Match(signal_id=signal.id, project_id=row.id, run_id=run.id, eligible=True, rank=rank, score=0.5,
                      components={}, reasons={})
                for rank, row in ((1, project), (2, spare))
            )  # fmt: skip
            store(project, spare, matching, best, second)
        return signal

    return submit


def test_a_visitor_is_sent_to_sign_in_and_a_program_told_so(client_for):
    visitor = client_for(None)
    assert visitor.get("/").status_code == 401
    answer = visitor.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        (Role.INVESTOR, {"own_demand", "commitments"}), (Role.FUND_MANAGER, {"deal_flow", "commitments"}),
        (Role.COMMITTEE_MEMBER, {"deal_flow"}),
        (Role.PLANNER, {"planning"}), (Role.AUDITOR, {"totals", "accounts"}), (Role.ADMINISTRATOR, {"accounts"}),
    ],
)  # fmt: skip
def test_each_role_sees_its_own_parts(client_for, role, parts):
    view = client_for(role).get("/").json()
    assert {name for name, part in view.items() if part is not None} - {"name", "roles"} == parts
    assert view["roles"] == [role.value]


def test_a_person_of_two_roles_sees_the_parts_of_both(client_for, people, store):
    store(PersonRole(person_id=people[Role.PLANNER].id, role=Role.ADMINISTRATOR))
    view = client_for(Role.PLANNER).get("/").json()
    assert view["planning"] is not None
    assert view["accounts"] == {"accounts": len(Role), "active": len(Role)}


def test_an_investor_sees_their_own_live_demand_and_nothing_else(
    client_for, submit, investor_organisation, other, today
):
    submit(other, "남의 공개 수요", confidentiality="open")
    submit(investor_organisation, "철회한 수요", state="withdrawn")
    submit(investor_organisation, "만료된 수요", expires_on=today - timedelta(days=1))
    submit(investor_organisation, "기다리는 수요", matched=False)
    submit(investor_organisation, "고친 수요", version=2)
    submit(investor_organisation, "지난 방법", digest="f" * 64)
    submit(investor_organisation, "오늘까지", expires_on=today)
    part = client_for(Role.INVESTOR).get("/").json()["own_demand"]
    assert part["live_signals"] == 4
    assert part["matching"] == {"waiting": 2, "fresh": 1, "outdated": 1}
    assert [signal["text"] for signal in part["newest_signals"]] == [
        "오늘까지",
        "지난 방법",
        "고친 수요",
        "기다리는 수요",
    ]
    assert {match["signal_text"] for match in part["newest_matches"]} == {"오늘까지", "지난 방법", "고친 수요"}
    assert {match["title_ko"] for match in part["newest_matches"]} == {
        "오늘까지 과제",
        "지난 방법 과제",
        "고친 수요 과제",
    }


def test_an_investor_without_an_organisation_has_no_demand(client_for, people, submit, store, other):
    store(PersonRole(person_id=people[Role.PLANNER].id, role=Role.INVESTOR))
    submit(other)
    part = client_for(Role.PLANNER).get("/").json()["own_demand"]
    assert (part["live_signals"], part["newest_signals"], part["newest_matches"]) == (0, [], [])


@pytest.mark.parametrize("role", [Role.FUND_MANAGER, Role.COMMITTEE_MEMBER])
def test_confidential_demand_is_neither_counted_nor_shown_to_managers(client_for, submit, store, other, role):
    submit(other, "비공개 수요", confidentiality="confidential")
    submit(other, "공개 수요", confidentiality="open")
    store(RndProject(title_ko="계획"), RndProject(title_ko="수행", state="running"))
    part = client_for(role).get("/").json()["deal_flow"]
    assert (part["open_projects"], part["live_signals"]) == (2, 1)
    assert [signal["text"] for signal in part["newest_signals"]] == ["공개 수요"]
    assert [match["signal_text"] for match in part["newest_matches"]] == ["공개 수요"]


def test_lists_stop_at_five_and_texts_at_two_hundred_characters(client_for, submit, other):
    for number in range(7):
        submit(other, f"{number}" * 300, confidentiality="open")
    part = client_for(Role.FUND_MANAGER).get("/").json()["deal_flow"]
    assert (part["live_signals"], len(part["newest_signals"]), len(part["newest_matches"])) == (7, 5, 5)
    assert [match["signal_text"] for match in part["newest_matches"]] == [
        f"{number}" * 200 for number in range(6, 1, -1)
    ]


def test_a_planner_sees_the_newest_release_and_the_themes_it_publishes(client_for, store, reference_data):
    def release(number, as_of, bands):
        summary = MarketSummary(as_of=as_of, input_digest="0" * 64, parameters={}, signals=9, groups=9, unclassified=0)
        made = MarketRelease(number=number, as_of=as_of, summary_id=summary.id, method=1, digest="0" * 64, waiting=0)
        withheld = {"stated_state": CellState.UNSAFE, "verified_state": CellState.UNSAFE, "since": 1}
        places = [("*", "*", "*", "20-49"), *(("*", "*", f"t{at}", band) for at, band in enumerate(bands))]
        cells = [
            ReleaseCell(release_id=made.id, field_code=field, region_code=region, theme=theme, groups=band, **withheld)
            for field, region, theme, band in places
        ]
        store(summary, made, *cells)

    planner = client_for(Role.PLANNER)
    before = planner.get("/").json()["planning"]
    assert (before["release"], before["release_as_of"], before["published_themes"]) == (None, None, 0)
    release(1, date(2026, 10, 1), ["5-9"] * 3)
    release(2, date(2026, 11, 1), [None, "5-9", "10-19"])
    after = planner.get("/").json()["planning"]
    assert (after["release"], after["release_as_of"], after["published_themes"]) == (2, "2026-11-01", 2)


def test_a_planner_sees_what_is_due_next(client_for, store, today):
    source = PlanSource(
        code="s", title_ko="가", title_en="a", publisher_ko="가", publisher_en="a", published_on=date(2026, 1, 29)
    )
    initiative = Initiative(code="i", name_ko="계획", name_en="Plan", source_code="s", summary_ko="", summary_en="")
    days = {"past": -1, "today": 0, "later": 40, "soon": 3, "undated": None}
    targets = [
        Target(
            code=code, initiative_code="i", name_ko=code, name_en=code, unit="factory", source_code="s",
            due_on=None if left is None else today + timedelta(days=left),
        )
        for code, left in days.items()
    ]  # fmt: skip
    store(source, initiative, *targets)
    due = client_for(Role.PLANNER).get("/").json()["planning"]["due_next"]
    assert [(target["code"], target["days_left"]) for target in due] == [("today", 0), ("soon", 3), ("later", 40)]
    assert due[0]["initiative_name_ko"] == "계획"


def test_an_auditor_counts_everything(client_for, submit, store, other, people):
    submit(other, confidentiality="confidential")
    submit(other, state="withdrawn")
    store(RndProject(title_ko="계획"))
    view = client_for(Role.AUDITOR).get("/").json()
    assert view["totals"] == {
        "organisations": 2, "ownership_groups": 2, "signals": 2, "live_signals": 1, "eligible_matches": 4,
        "market_summaries": 0, "projects": {"planned": 1, "running": 0, "completed": 4, "discontinued": 0},
    }  # fmt: skip
    assert view["accounts"] == {"accounts": len(Role), "active": len(Role)}


@pytest.fixture
def grow(store, submit, investor_organisation, other):
    """Commit more of everything that the first page counts."""

    def grow(number):
        for _ in range(number):
            submit(other, confidentiality="open")
            submit(investor_organisation)
            store(RndProject(title_ko="계획"))

    return grow


@pytest.mark.parametrize("role", Role)
def test_the_number_of_statements_does_not_grow(client_for, grow, statements, role):
    client = client_for(role)

    def count():
        with statements() as made:
            assert client.get("/").status_code == 200
        return len(made)

    grow(1)
    before = count()
    grow(6)
    assert count() == before
