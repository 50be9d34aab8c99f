"""The plan register: what is counted from records, how it stands against its date, and what is recorded each day."""

import io
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from fund_service import worker
from fund_service.matches.corpus import Matchmaker
from fund_service.plan.measures import CAPITAL, count_measures, share
from fund_service.plan.recording import record_readings
from fund_service.plan.register import register
from matching.encoding.encoder import HashingEncoder
from models.clock import business_date, utc_now
from models.money import LARGE_PROJECT_KRW, MAX_KRW
from models.person import Role
from models.plan import MegaRegion, Target
from models.plan_progress import MEASURED, WANTED_IN_WON, PlanMeasure, PlanReading
from models.project import ProjectState
from tests.fund_service.page_reading import faults_of

HTML = {"Accept": "text/html"}
DAY = date(2026, 11, 1)
M = PlanMeasure


@pytest.fixture
def counted(database, reference_data):
    """Count as of a day."""

    def counted(day=DAY):
        with Session(database) as session:
            return count_measures(session, day=day)

    return counted


def test_every_target_that_is_counted_is_one_of_the_plan(database, reference_data):
    with Session(database) as session:
        codes = set(session.exec(select(Target.code)))
        assert session.get(MegaRegion, CAPITAL) is not None
    assert set(MEASURED) <= codes
    assert codes >= WANTED_IN_WON


def test_large_projects_are_a_share_of_those_under_way_whose_budget_is_stated(counted, project):
    share_by_count, share_by_amount = (
        ("large-project-share", measure) for measure in (M.LARGE_SHARE_BY_COUNT, M.LARGE_SHARE_BY_AMOUNT)
    )
    assert share_by_count not in counted(), "a share of nothing is no figure"
    project(LARGE_PROJECT_KRW)
    project(LARGE_PROJECT_KRW - 1)
    project(1)
    for left_out in (
        {"budget_krw": None},
        {"budget_krw": LARGE_PROJECT_KRW, "state": ProjectState.PLANNED},
        {"budget_krw": LARGE_PROJECT_KRW, "state": ProjectState.DISCONTINUED},
        {"budget_krw": LARGE_PROJECT_KRW, "starts_on": DAY + timedelta(1)},
        {"budget_krw": LARGE_PROJECT_KRW, "starts_on": None},
        {"budget_krw": LARGE_PROJECT_KRW, "state": ProjectState.COMPLETED, "ends_on": DAY - timedelta(1)},
        {"budget_krw": LARGE_PROJECT_KRW, "state": ProjectState.COMPLETED},
    ):
        project(**left_out)
    found = counted()
    assert (found[share_by_count].value, found[share_by_count].part, found[share_by_count].whole) == (3333, 1, 3)
    amount = found[share_by_amount]
    assert (amount.part, amount.whole) == (LARGE_PROJECT_KRW, 2 * LARGE_PROJECT_KRW)
    assert amount.value == 5000
    project(LARGE_PROJECT_KRW, state=ProjectState.COMPLETED, ends_on=DAY)
    assert counted()[share_by_count].part == 2, "a project counts on its last day"


def test_regional_spread_leaves_out_what_states_no_province(counted, project, client_for):
    project(3, "11")
    project(5, "28")
    project(8, "26")
    project(100, None)
    found = counted()
    by_count = found["regional-package-rollout", M.REGIONAL_SHARE_BY_COUNT]
    by_amount = found["regional-package-rollout", M.REGIONAL_SHARE_BY_AMOUNT]
    assert (by_count.part, by_count.whole, by_amount.part, by_amount.whole) == (1, 3, 8, 16)
    spread = {row["code"]: row for row in client_for(Role.PLANNER).get("/plan/register").json()["spread"]}
    assert [(code, row["projects"], row["budget_krw"]) for code, row in spread.items() if row["projects"]] == [
        ("capital", 2, 8), ("southeast", 1, 8), (None, 1, 100),
    ]  # fmt: skip
    assert len(spread) == 9
    assert (spread["capital"]["projects_bp"], spread["southeast"]["budget_bp"]) == (6666, 5000)


def test_leap_pilots_and_large_projects_are_told_apart_by_phase_or_day(counted, project):
    leap = {"initiative_code": "industrial-leap-technology"}
    pilots, large = ("industrial-leap-pilots", M.LEAP_PILOTS), ("industrial-leap-large-scale", M.LEAP_LARGE_PROJECTS)
    project(**leap)
    project(LARGE_PROJECT_KRW, starts_on=date(2027, 1, 1), **leap)
    project(LARGE_PROJECT_KRW - 1, starts_on=date(2027, 1, 1), **leap)
    project(starts_on=date(2025, 12, 31), **leap)
    project(state=ProjectState.PLANNED, **leap)
    project(initiative_code="embedded-ai")
    assert (counted()[pilots].value, counted()[large].value) == (1, 0)
    later = counted(date(2027, 1, 1))
    assert (later[pilots].value, later[large].value) == (1, 1)


def test_a_project_counts_for_its_initiative_from_its_first_day(counted, project):
    project(initiative_code="k-on-device-ai-semiconductor", starts_on=DAY)
    launched = ("on-device-ai-semiconductor-launch", M.LAUNCHED)
    assert (counted(DAY - timedelta(1))[launched].value, counted(DAY)[launched].value) == (0, 1)


@given(st.integers(0, MAX_KRW), st.integers(0, MAX_KRW))
def test_a_share_is_exact_and_never_rounded_up(part, rest):
    whole = part + rest
    found = share(part, whole)
    if whole == 0:
        assert found is None
        return
    assert 0 <= found.value <= 10_000
    assert found.value * whole <= part * 10_000 < (found.value + 1) * whole


class TestRegister:
    def test_each_target_says_what_is_wanted_by_when_and_how_it_stands(self, office, project):
        project(LARGE_PROJECT_KRW)
        project(1)
        view = office.planner.get("/plan/register").json()
        targets = {target["code"]: target for target in view["targets"]}
        due = [target["due_on"] or "9999" for target in view["targets"]]
        assert due == sorted(due)
        assert len(targets) == sum(view["counts"].values()) == 27
        by_count, by_amount = targets["large-project-share"]["lines"]
        assert (by_count["value"], by_count["wanted"], by_count["state"]) == (5000, 3000, "reached")
        assert (by_amount["value"], by_amount["part"]) == (9999, LARGE_PROJECT_KRW)
        factories = targets["ai-factories"]["lines"]
        assert [(line["measure"], line["wanted"], line["state"]) for line in factories] == [
            ("reported", 500, "no_figure"), ("projects_begun", None, "followed"),
        ]  # fmt: skip
        assert targets["industrial-leap-pilots"]["state"] in {"ahead", "missed"}
        fund = targets["commercialization-fund-established"]["lines"][0]
        assert (fund["measure"], fund["unit"], fund["value"], fund["wanted"]) == ("fund_formed", "won", 0, 10**12)

    def test_the_line_of_things_begins_at_nothing_on_the_day_of_the_plan(self, office):
        with_figure = office.standing(100)
        line = office.seen()["target"]["lines"][0]
        assert (line["course_from"], line["course_from_value"], line["wanted"]) == ("2026-01-29", 0, 500)
        passed, whole = business_date(utc_now()) - date(2026, 1, 29), date(2030, 12, 31) - date(2026, 1, 29)
        assert line["expected"] == 500 * passed.days // whole.days
        assert (line["report_id"], line["source"]) == (with_figure["id"], with_figure["source_title"])
        assert line["state"] == ("on_course" if line["expected"] <= 100 else "behind")

    def test_a_shares_line_begins_at_its_first_figure(self, office, project, database):
        project(LARGE_PROJECT_KRW)
        for _ in range(9):
            project(1)
        today = business_date(utc_now())
        first = today - timedelta(100)
        with Session(database) as session:
            session.add(PlanReading(
                target_code="large-project-share", measure=M.LARGE_SHARE_BY_COUNT, as_of=first, value=500, part=1,
                whole=20,
            ))  # fmt: skip
            session.commit()
        office.target = "large-project-share"
        line = office.seen()["target"]["lines"][0]
        assert (line["course_from"], line["course_from_value"], line["value"]) == (first.isoformat(), 500, 1000)
        assert line["expected"] == 500 + 2500 * 100 // (date(2030, 12, 31) - first).days
        assert line["state"] == "on_course"

    @pytest.mark.usefixtures("reference_data")
    def test_what_stood_on_its_date_is_what_counts_after_it(self, database, project):
        leap = project(initiative_code="industrial-leap-technology")
        with Session(database) as session:
            record_readings(session, day=date(2026, 12, 31), at=utc_now())
            session.delete(session.merge(leap))
            session.flush()
            after = {target.code: target for target in register(session, today=date(2027, 2, 1)).targets}
        pilots = after["industrial-leap-pilots"]
        assert (pilots.state, pilots.lines[0].value) == ("reached", 0)

    def test_the_same_is_asked_of_the_database_however_many_targets_have_figures(self, office, statements, project):
        def count():
            with statements() as made:
                office.planner.get("/plan/register")
            return len(made)

        empty = count()
        project(LARGE_PROJECT_KRW)
        office.standing(3)
        assert count() == empty

    def test_it_is_narrowed_to_targets_that_stand_in_one_way(self, office):
        office.standing(500)
        view = office.planner.get("/plan/register", params={"state": "reached"}).json()
        assert [target["code"] for target in view["targets"]] == ["ai-factories"]
        assert view["counts"]["reached"] == 1
        assert office.planner.get("/plan/register", params={"state": "nonsense"}).status_code == 400

    def test_an_empty_plan_says_what_to_do(self, client_for):
        page = client_for(Role.PLANNER).get("/plan/register", headers=HTML)
        assert "fund seed plan" in page.text


class TestRecording:
    @pytest.mark.usefixtures("reference_data")
    def test_a_day_is_recorded_once_and_never_changed(self, database, project):
        project(LARGE_PROJECT_KRW)
        with Session(database) as session:
            assert record_readings(session, day=DAY, at=utc_now()) > 0
            session.commit()
            project(1)
            assert record_readings(session, day=DAY, at=utc_now()) == 0, "what stands already stays"
            reading = session.get_one(PlanReading, ("large-project-share", M.LARGE_SHARE_BY_COUNT, DAY))
            assert reading.value == 10_000
            with pytest.raises(sa.exc.ProgrammingError):
                session.connection().execute(sa.text("UPDATE plan_reading SET value = 0"))

    @pytest.mark.usefixtures("reference_data")
    def test_the_worker_records_each_day_as_it_begins(self, database, read):
        context = SimpleNamespace(additional_context={"matchmaker": Matchmaker(database, HashingEncoder())})
        worker.record_plan_progress.func(context)
        assert set(read.exec(select(PlanReading.as_of))) == {business_date(utc_now())}

    def test_nothing_is_recorded_without_a_plan(self, database):
        with Session(database) as session:
            assert record_readings(session, day=DAY, at=utc_now()) == 0

    @pytest.mark.usefixtures("reference_data")
    def test_not_even_the_owner_rewrites_a_reading(self, owner, database):
        with Session(database) as session:
            record_readings(session, day=DAY, at=utc_now())
            session.commit()
        for statement in ("UPDATE plan_reading SET recorded_at = now()", "DELETE FROM plan_reading"):
            with owner.begin() as connection, pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(sa.text(statement))


class TestRecordsBehind:
    def test_a_share_leads_to_the_projects_of_part_and_whole(self, office, project):
        large, small = project(LARGE_PROJECT_KRW), project(1)
        address = "/plan/targets/large-project-share/records"
        view = office.planner.get(address, params={"measure": "large_share_by_count"}).json()
        assert [(row["address"], row["counted"]) for row in view["items"]] == [
            (f"/projects/{small.id}", False), (f"/projects/{large.id}", True),
        ]  # fmt: skip
        first = office.planner.get(address, params={"measure": "large_share_by_count", "limit": 1}).json()
        rest = {"measure": "large_share_by_count", "limit": 1, "cursor": first["next_cursor"]}
        assert office.planner.get(address, params=rest).json()["items"][0]["id"] == str(large.id)

    @pytest.mark.usefixtures("reference_data")
    @pytest.mark.parametrize(("role", "withheld"), [(Role.PLANNER, True), (Role.AUDITOR, False)])
    def test_deals_are_for_those_entitled_and_the_figure_for_all(self, role, withheld, client_for):
        address = "/plan/targets/commercialization-fund-established/records"
        for measure in ("fund_committed", "fund_formed"):
            view = client_for(role).get(address, params={"measure": measure}).json()
            assert (view["withheld"], view["items"], view["line"]["value"]) == (withheld, [], 0)

    @pytest.mark.usefixtures("reference_data")
    @pytest.mark.parametrize(
        ("target", "measure"),
        [
            ("ai-factories", "projects_begun"),
            ("market-demand-in-planning", "rounds_published"),
            ("regional-spillover-criterion", "spillover_assessed"),
            ("regulation-free-rnd-introduction", "consultations_opened"),
        ],
    )
    def test_every_kind_of_record_has_its_page(self, target, measure, client_for):
        for role in (Role.PLANNER, Role.COMMITTEE_MEMBER):
            page = client_for(role).get(f"/plan/targets/{target}/records?measure={measure}", headers=HTML)
            assert page.status_code == 200
            assert not faults_of(page.text, language="ko")

    def test_what_is_not_counted_for_a_target_is_not_found(self, office):
        for target, measure in (
            ("ai-factories", "fund_formed"), ("ai-factories", "reported"), ("nonsense", "reported"),
            ("%00", "reported"),
        ):  # fmt: skip
            answer = office.planner.get(f"/plan/targets/{target}/records?measure={measure}")
            assert answer.status_code in {400, 404}, (target, answer.status_code)


class TestFiles:
    @pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
    def test_the_register_is_downloaded_with_its_figures(self, kind, office, project):
        project(LARGE_PROJECT_KRW)
        answer = office.planner.get("/plan/register/export", params={"format": kind})
        assert answer.status_code == 200
        assert f"plan-register-{business_date(utc_now())}.{kind}" in answer.headers["content-disposition"]
        if kind == "xlsx":
            rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
            shares = [row for row in rows if row[-1] == "large-project-share"]
            assert (shares[0][4], shares[0][8], shares[0][11], shares[0][12]) == (10_000, 3_000, 1, 1)
        if kind == "csv":
            assert "AI 팩토리 구축" in answer.content.decode("utf-8-sig")

    @pytest.mark.parametrize(
        ("language", "words"),
        [("ko", "산업도약기술 대규모 과제 착수"), ("en", "Large-scale projects of the Industrial Leap")],
    )
    def test_it_is_printed_the_same_twice(self, language, words, office):
        asked, times = {"lang": language, "state": "ahead"}, 2 if language == "ko" else 1
        prints = [office.planner.get("/plan/register/export", params=asked).content for _ in range(times)]
        assert len(set(prints)) == 1
        text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(prints[0])).pages)
        assert "".join(words.split()) in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_sound_for_everybody_who_may_read_it(language, office, client_for, project, database):
    project(LARGE_PROJECT_KRW)
    with Session(database) as session:
        record_readings(session, day=DAY, at=utc_now())
        session.commit()
    office.report(7, "2026-10-01")
    one = office.standing(5)
    pages = [
        "/plan/register", "/plan/register?state=missed", "/plan/targets/ai-factories", "/plan/targets/engineers-day",
        "/plan/targets/large-project-share", "/plan/targets/commercialization-fund-established",
        "/plan/targets/large-project-share/records?measure=large_share_by_amount", "/plan/reported",
        "/plan/reported?which=all", f"/plan/reported/{one['id']}",
    ]  # fmt: skip
    forms = [
        "/plan/targets/ai-factories/reporting", f"/plan/targets/ai-factories/reporting?corrects={one['id']}",
        "/plan/targets/large-project-share/reporting", "/plan/targets/commercialization-fund-established/reporting",
        "/plan/reported/import",
    ]  # fmt: skip
    for role in Role if language == "ko" else (Role.PLANNER,):
        may_read = role in {Role.PLANNER, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}
        client = client_for(role)
        for address in [*pages, *forms]:
            allowed = may_read and (address in pages or role is Role.PLANNER)
            page = client.get(address, headers=HTML | {"Cookie": f"fund_language={language}"})
            assert page.status_code == (200 if allowed else 403), (role, address)
            if allowed:
                assert not faults_of(page.text, language=language), (role, address)
