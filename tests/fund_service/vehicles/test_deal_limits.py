from datetime import date

import pytest
from sqlmodel import Session

from fund_service.vehicles.limits import Proposal, check_limits
from models.deal import Deal, DealStage
from models.person import Role
from models.vehicle import LimitForce, LimitKind, LimitRule, VehicleKind

pytestmark = pytest.mark.usefixtures("reference_data")

BILLION = 10**9
READERS = {Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}
ON = date(2026, 6, 1)


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


@pytest.fixture
def rules(store):
    """One rule of each kind, for the whole fund."""
    bases = {"basis_ko": "근거", "basis_en": "Basis"}
    made = {
        LimitKind.COMPANY_CONCENTRATION: LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=1_000, **bases),
        LimitKind.GROUP_CONCENTRATION: LimitRule(kind=LimitKind.GROUP_CONCENTRATION, share_bp=1_500, **bases),
        LimitKind.MAIN_PURPOSE_SHARE: LimitRule(kind=LimitKind.MAIN_PURPOSE_SHARE, share_bp=6_000, **bases),
        LimitKind.REGIONAL_FLOOR: LimitRule(
            kind=LimitKind.REGIONAL_FLOOR, force=LimitForce.WARNS, mega_region_code="honam", share_bp=2_000, **bases
        ),
        LimitKind.LARGE_PROJECT_SHARE: LimitRule(
            kind=LimitKind.LARGE_PROJECT_SHARE, force=LimitForce.WARNS, year=2026, share_bp=1_000, **bases
        ),
    }
    store(*made.values())
    return made


def by_kind(findings):
    return {finding["kind"]: finding for finding in findings}


def test_the_tab_says_which_rules_pass_and_break_and_by_how_many_won(manager, rules, trillion, make_deal):
    deal = make_deal(
        amount_krw=100 * BILLION + 1, vehicle_id=trillion.id, region_code="46", project_budget_krw=10 * BILLION
    )
    said = manager.get(f"/deals/{deal.id}/limits").json()
    findings = by_kind(said["findings"])
    company = findings["company_concentration"]
    assert (company["passes"], company["blocks"], company["breach_krw"]) == (False, True, 1)
    assert (company["before_bp"], company["after_bp"], company["subject"]) == (0, 1_001, "가온머티리얼")
    assert said["findings"][0]["kind"] == "company_concentration", "what forbids the decision comes first"
    assert all(findings[kind]["passes"] for kind in findings if kind != "company_concentration")
    assert (said["total_before_krw"], said["total_after_krw"]) == (0, 100 * BILLION + 1)
    honam = next(row for row in said["regions"] if row["floor_bp"] == 2_000)
    assert (honam["before_bp"], honam["after_bp"], honam["after_krw"]) == (None, 10_000, 100 * BILLION + 1)
    assert said["differs"] is False


def test_asking_what_if_changes_nothing(  # noqa: PLR0917 - fixtures
    manager, rules, trillion, make_vehicle, make_deal, read
):
    sub = make_vehicle(VehicleKind.SUB_FUND, parent=trillion, size=10 * BILLION, name_ko="자펀드")
    deal = make_deal(amount_krw=BILLION, vehicle_id=trillion.id)
    before = manager.get(f"/deals/{deal.id}/limits").json()
    asked = manager.get(f"/deals/{deal.id}/limits?amount_krw=20,000,000,000&vehicle_id={sub.id}").json()
    assert (asked["amount_krw"], asked["vehicle"]["id"], asked["differs"]) == (20 * BILLION, str(sub.id), True)
    assert (asked["uncommitted_krw"], asked["missing_krw"]) == (10 * BILLION, 10 * BILLION)
    assert manager.get(f"/deals/{deal.id}/limits").json() == before
    assert read.get_one(Deal, deal.id).model_dump() == deal.model_dump()


@pytest.mark.parametrize(
    "query",
    ["amount_krw=-1", "amount_krw=1.5", "amount_krw=1e3", "amount_krw=true", f"amount_krw={2**53}",
     f"amount_krw={2**64}", "amount_krw=1,00", "vehicle_id=x", "vehicle_id=019a0000-0000-7000-8000-000000000000",
     "with_approved=maybe"],
)  # fmt: skip
def test_a_question_that_cannot_be_is_refused(manager, make_deal, query):
    answer = manager.get(f"/deals/{make_deal().id}/limits?{query}")
    assert answer.status_code in {400, 422}, answer.text


def test_what_is_committed_already_is_not_weighed_twice(manager, rules, trillion, make_deal, commit):
    deal = make_deal(amount_krw=80 * BILLION, vehicle_id=trillion.id)
    commit(trillion, deal, 80 * BILLION)
    said = manager.get(f"/deals/{deal.id}/limits").json()
    assert (said["amount_krw"], said["committed_krw"], said["differs"]) == (0, 80 * BILLION, False)
    company = by_kind(said["findings"])["company_concentration"]
    assert (company["passes"], company["before_bp"], company["after_bp"]) == (True, 800, 800)


def test_affiliates_in_different_vehicles_count_together_under_a_rule_for_the_whole_fund(  # noqa: PLR0917 - fixtures
    manager, rules, trillion, make_vehicle, make_company, make_deal, commit
):
    sub = make_vehicle(VehicleKind.SUB_FUND, parent=trillion, size=300 * BILLION, name_ko="자펀드")
    first = make_company("하나")
    second = make_company("둘", group=first.ownership_group_id)
    commit(sub, make_deal(first), 90 * BILLION)
    deal = make_deal(second, amount_krw=61 * BILLION, vehicle_id=trillion.id)
    findings = by_kind(manager.get(f"/deals/{deal.id}/limits").json()["findings"])
    assert findings["company_concentration"]["passes"]
    group = findings["group_concentration"]
    assert (group["passes"], group["breach_krw"], group["subject"]) == (False, BILLION, "하나그룹")


def test_other_approved_deals_count_when_asked(manager, rules, trillion, make_company, make_deal):
    company = make_company()
    make_deal(company, amount_krw=60 * BILLION, vehicle_id=trillion.id, stage=DealStage.APPROVED)
    deal = make_deal(company, amount_krw=60 * BILLION, vehicle_id=trillion.id)
    address = f"/deals/{deal.id}/limits"
    assert by_kind(manager.get(address).json()["findings"])["company_concentration"]["passes"]
    with_approved = by_kind(manager.get(f"{address}?with_approved=true").json()["findings"])
    assert with_approved["company_concentration"]["breach_krw"] == 20 * BILLION


def test_the_envelopes_it_would_draw_on_are_named_with_what_is_missing(manager, trillion, make_envelope, make_deal):
    make_envelope(vehicle_id=trillion.id, budget=10, name_ko="작은 재원")
    make_envelope(mega_region_code="jeju", budget=5)
    deal = make_deal(amount_krw=25, vehicle_id=trillion.id)
    [fit] = manager.get(f"/deals/{deal.id}/limits").json()["envelopes"]
    assert (fit["name_ko"], fit["available_krw"], fit["missing_krw"]) == ("작은 재원", 10, 15)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_tab_is_a_page_in_both_languages_with_and_without_a_vehicle(  # noqa: PLR0917 - fixtures
    manager, rules, trillion, make_deal, commit, language
):  # fmt: skip
    commit(trillion, make_deal(region_code="46"), 5 * BILLION)
    headers = {"Accept": "text/html"}
    for values in ({}, {"vehicle_id": trillion.id}):
        page = manager.get(f"/deals/{make_deal(**values).id}/limits?lang={language}", headers=headers)
        assert page.status_code == 200, page.text
        assert 'id="chart-data"' in page.text
        assert "style=" not in page.text


def test_the_findings_come_as_a_table(manager, rules, trillion, make_deal):
    deal = make_deal(amount_krw=101 * BILLION, vehicle_id=trillion.id)
    table = manager.get(f"/deals/{deal.id}/limits/export?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(table) == 6
    assert str(BILLION) in table[1]
    assert manager.get(f"/deals/{deal.id}/limits/export").content[:2] == b"PK"


def test_the_tab_is_open_to_readers_of_deals_alone(client_for, make_deal):
    deal = make_deal()
    for role in Role:
        expected = 200 if role in READERS else 403
        for path in ("limits", "limits/export"):
            assert client_for(role).get(f"/deals/{deal.id}/{path}").status_code == expected
    assert client_for(None).get(f"/deals/{deal.id}/limits").status_code == 401
    absent = "019a0000-0000-7000-8000-000000000000"
    assert client_for(Role.AUDITOR).get(f"/deals/{absent}/limits").status_code == 404


def test_the_tab_takes_the_same_statements_however_much_there_is(  # noqa: PLR0917 - fixtures
    manager, rules, trillion, make_vehicle, make_deal, make_envelope, commit, statements
):  # fmt: skip
    deal = make_deal(vehicle_id=trillion.id)
    make_envelope(vehicle_id=trillion.id, budget=5)
    address = f"/deals/{deal.id}/limits?with_approved=true"
    manager.get(address)
    with statements() as few:
        manager.get(address)
    for number in range(3):
        sub = make_vehicle(VehicleKind.SUB_FUND, parent=trillion, size=BILLION, name_ko=f"자펀드 {number}")
        commit(sub, make_deal(), 7)
        make_deal(vehicle_id=sub.id, stage=DealStage.APPROVED)
        make_envelope(vehicle_id=trillion.id, budget=9)
    with statements() as many:
        assert len(manager.get(address).json()["envelopes"]) == 4
    assert len(many) == len(few) <= 24, "\n".join(many)


def proposal(deal, vehicle, krw):
    return Proposal(
        deal_id=deal.id, vehicle_id=vehicle.id, company_id=deal.company_id, amount_krw=krw,
        main_purpose=deal.main_purpose, region_code=deal.region_code, project_budget_krw=deal.project_budget_krw,
    )  # fmt: skip


def test_checking_takes_seven_statements_and_the_order_of_proposals_does_not_matter(
    rules, trillion, make_deal, read: Session, statements
):  # fmt: skip
    deals = [make_deal(region_code=code) for code in ("46", "11", None)]
    proposals = [proposal(deal, trillion, number * BILLION) for number, deal in enumerate(deals, 1)]
    with statements() as made:
        findings = check_limits(read, proposals, on=ON)
    assert len(made) == 7
    assert check_limits(read, list(reversed(proposals)), on=ON) == findings
    floor = next(finding for finding in findings if finding.kind is LimitKind.REGIONAL_FLOOR)
    assert (floor.rule_id, floor.passes, floor.after_bp, floor.breach_krw) == (
        rules[LimitKind.REGIONAL_FLOOR].id, False, 1_666, 200_000_000,
    )  # fmt: skip
    assert (floor.blocks, floor.subject, floor.path) == (False, "호남권", f"/limit-rules/{floor.rule_id}")


def test_without_proposals_the_rules_are_weighed_as_things_stand(rules, trillion, make_deal, commit, read: Session):
    commit(trillion, make_deal(main_purpose=False), 10)
    findings = {finding.kind: finding for finding in check_limits(read, [], on=ON)}
    main = findings[LimitKind.MAIN_PURPOSE_SHARE]
    assert (main.passes, main.blocks, main.breach_krw, main.breach_before_krw) == (False, False, 6, 6)
    assert findings[LimitKind.COMPANY_CONCENTRATION].part_after_krw == 10


def test_a_path_asks_nothing_before_its_first_year(rules, read: Session):
    kinds = [finding.kind for finding in check_limits(read, [], on=date(2025, 12, 31))]
    assert LimitKind.LARGE_PROJECT_SHARE not in kinds


def test_a_vehicles_own_main_purpose_share_binds_what_is_committed_from_it(
    trillion, make_vehicle, make_deal, read: Session
):
    sub = make_vehicle(
        VehicleKind.SUB_FUND, parent=trillion, size=BILLION, name_ko="자펀드", main_purpose_share_bp=8_000
    )
    [finding] = check_limits(read, [proposal(make_deal(main_purpose=False), sub, 10)], on=ON)
    assert (finding.rule_id, finding.blocks, finding.breach_krw, finding.vehicle_name) == (sub.id, True, 8, "자펀드")
    assert finding.path == f"/vehicles/{sub.id}"
    assert check_limits(read, [proposal(make_deal(main_purpose=False), trillion, 10)], on=ON) == []
