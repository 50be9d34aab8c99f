import csv
import io

import pytest

from fund_service import locales
from fund_service.imports.columns import COLUMNS
from fund_service.imports.schemas import ImportKind
from fund_service.signals.tables import trl_range
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import PreferredLanguage, Role
from models.signal import (
    Confidentiality,
    DemandSignal,
    SignalExcludedField,
    SignalField,
    SignalRegion,
    SignalState,
)

pytestmark = pytest.mark.usefixtures("reference_data")


@pytest.fixture
def signals(store, investor_organisation):
    """The investor's own confidential signal, and an open and a confidential one of another organisation."""
    group = OwnershipGroup(name_ko="다른")
    other = Organisation(kind=OrganisationKind.INVESTOR, name_ko="다른투자", ownership_group_id=group.id)
    own = DemandSignal(
        organisation_id=investor_organisation.id, text="=수소 저장 용기", trl_min=4, ticket_min_krw=500_000_000,
        excluded_terms=["석탄", "갈탄"], confidentiality="confidential", region_bound=True,
        stages=["development", "demonstration"],
    )  # fmt: skip
    store(
        group, other, own,
        SignalField(signal_id=own.id, field_code="09"), SignalExcludedField(signal_id=own.id, field_code="01"),
        SignalRegion(signal_id=own.id, region_code="11"), SignalRegion(signal_id=own.id, region_code="26"),
        DemandSignal(organisation_id=other.id, text="공개 수요 이차전지", confidentiality="open", state="withdrawn"),
        DemandSignal(organisation_id=other.id, text="비공개 수요 로봇", confidentiality="confidential"),
    )  # fmt: skip


def rows_of(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("role", "texts"),
    [
        (Role.INVESTOR, {"'=수소 저장 용기"}),
        (Role.FUND_MANAGER, {"공개 수요 이차전지"}),
        (Role.COMMITTEE_MEMBER, {"공개 수요 이차전지"}),
        (Role.AUDITOR, {"'=수소 저장 용기", "공개 수요 이차전지", "비공개 수요 로봇"}),
    ],
)
def test_an_export_holds_what_the_reader_may_read_and_nothing_else(client_for, signals, role, texts):
    rows = rows_of(client_for(role).get("/signals/export", params={"format": "csv"}))
    assert {row["수요"] for row in rows} == texts


@pytest.mark.parametrize("role", [Role.PLANNER, Role.ADMINISTRATOR])
def test_those_who_may_not_read_demand_may_not_export_it(client_for, signals, role):
    assert client_for(role).get("/signals/export").status_code == 403


def test_a_row_says_everything_in_words(client_for, signals):
    [row] = rows_of(client_for(Role.INVESTOR).get("/signals/export", params={"format": "csv"}))
    assert (row["투자기관"], row["지역"]) == ("한빛벤처스", "서울특별시; 부산광역시")
    assert (row["TRL 범위"], row["최소투자규모"], row["제외어"]) == ("4~9", "500000000", "석탄; 갈탄")
    assert (row["확약단계"], row["공개여부"], row["상태"]) == ("L0", "비공개", "유효")
    assert row["제외분야"] == "반도체·디스플레이"
    assert (row["지역한정"], row["허용 연구개발단계"], row["앵커기업 희망"]) == ("예", "개발연구; 실증", "아니요")


def test_an_export_follows_the_filters_of_the_list(client_for, signals):
    auditor = client_for(Role.AUDITOR)

    def found(**query):
        return {row["수요"] for row in rows_of(auditor.get("/signals/export", params={"format": "csv"} | query))}

    assert found(q="수요") == {"공개 수요 이차전지", "비공개 수요 로봇"}
    assert found(state="withdrawn") == {"공개 수요 이차전지"}
    assert found(field_code="09") == {"'=수소 저장 용기"}


def test_the_number_of_statements_does_not_grow_with_the_signals(
    client_for, store, signals, investor_organisation, statements
):
    investor = client_for(Role.INVESTOR)

    def count():
        with statements() as made:
            assert investor.get("/signals/export").status_code == 200
        return len(made)

    before = count()
    store(*(DemandSignal(organisation_id=investor_organisation.id, text=f"수요 {number}") for number in range(30)))
    assert count() == before


@pytest.mark.parametrize(
    ("lower", "upper", "written"), [(4, 7, "4~7"), (4, None, "4~9"), (None, 7, "1~7"), (None, None, None)]
)
def test_a_trl_range_is_never_taken_for_a_date(investor_organisation, lower, upper, written):
    signal = DemandSignal(organisation_id=investor_organisation.id, text="수요", trl_min=lower, trl_max=upper)
    assert trl_range(signal) == written


@pytest.mark.parametrize("language", PreferredLanguage)
@pytest.mark.parametrize(
    ("column", "member"),
    [
        *(("confidentiality", member) for member in Confidentiality),
        *(("state", state) for state in SignalState),
    ],
)
def test_an_import_reads_the_words_back(column, member, language):
    token = locales.LANGUAGE.set(language)
    said = locales.label(member)
    locales.LANGUAGE.reset(token)
    assert COLUMNS[ImportKind.SIGNALS][column].read(said) is member
