"""What the ledger bears out, and which promises were kept: shown to the fund and to the group itself."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from fund_service.commitments.promises import index_promises, promise_records, promises_in
from fund_service.commitments.reading import standings
from matching.demand.voices import Promises, kept_promise_factor
from models.clock import utc_now
from models.commitment import CommitmentRevocation, RevokingSide
from models.committee import CommitteeMeeting
from models.deal import Deal
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.promise import Promise, PromiseRecord, record_of
from models.signal import CommitmentLevel
from models.vehicle import Envelope, Vehicle, VehicleKind
from tests.commitment_acts import climb as lay_climb
from tests.commitment_acts import lay, noon, somebody
from tests.fund_service.commitments.conftest import EOK, TODAY
from tests.fund_service.settlement.treasury import K, Treasury, person_with

pytestmark = pytest.mark.usefixtures("reference_data")
AGO = TODAY - timedelta(days=400)


@pytest.fixture
def treasury(database, store):
    """A mother fund with money, and the two people who move it."""
    maker, checker = person_with(Role.FUND_MANAGER, "maker"), person_with(Role.FUND_MANAGER, "checker")
    mother = Vehicle(
        kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=date(2026, 1, 5),
        main_purpose_share_bp=0,
    )  # fmt: skip
    envelope = Envelope(name_ko="출연", name_en="Grants", vehicle_id=mother.id)
    meeting = CommitteeMeeting(title="제1차", meets_at=utc_now() - timedelta(days=1), chair_id=maker[0].id)
    store(*maker, *checker, mother, envelope, meeting)
    treasury = Treasury(database, mother, envelope, maker[0], checker[0], meeting)
    treasury.move(K.FUND_SIZE, 90 * EOK, vehicle_id=mother.id)
    treasury.move(K.ENVELOPE_BUDGET, 80 * EOK, envelope_id=envelope.id)
    return treasury


@pytest.fixture
def company(store):
    group = OwnershipGroup(name_ko="세움")
    company = Organisation(
        kind=OrganisationKind.RESEARCH_INSTITUTE, name_ko="세움연구소", name_en="Seum", ownership_group_id=group.id
    )
    store(group, company)
    return company


def test_the_ledger_bears_a_signature_and_a_payment_out_and_takes_them_back(treasury, company, signal, climb, climbing):
    claim, decide, _ = climbing
    climb(signal, "L3")
    deal = treasury.committed(company, 2 * EOK, tranches=(2 * EOK,), signal_id=signal.id)
    signed = claim(signal, "L4")
    answer = decide(signed)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["step"]["borne_out"], shown["ledger"]["deals"], shown["ledger"]["amount_krw"]) == (True, 1, 2 * EOK)
    called = claim(signal, "L5")
    assert decide(called).json()["code"] == "gate_closed", "nothing has been paid yet"
    treasury.fill(2 * EOK)
    [tranche] = treasury.tranches(deal)
    treasury.pay(deal, tranche)
    assert decide(called).json()["step"]["borne_out"] is True
    with Session(treasury.engine) as session:
        assert standings(session, today=TODAY)[signal.id].level == "L5"
        entry = session.connection().scalar(
            sa.text("SELECT entry.id FROM journal_entry AS entry JOIN instruction ON instruction.id = instruction_id "
                    "WHERE instruction.kind = 'disbursement'")
        )  # fmt: skip
    treasury.move(K.REVERSAL, 2 * EOK, vehicle_id=treasury.mother.id, deal_id=deal.id, terms={"entry_id": str(entry)})
    with Session(treasury.engine) as session:
        assert standings(session, today=TODAY)[signal.id].level == "L4", "the payment was taken back"


@pytest.fixture
def considered(company, people, store, signal):
    """A deal that came of the signal, and that nobody has decided on."""
    deal = Deal(
        title_ko="검토 중", company_id=company.id, lead_id=people[Role.FUND_MANAGER].id, amount_krw=EOK,
        signal_id=signal.id,
    )  # fmt: skip
    store(deal)
    return deal


def test_a_deal_that_is_not_signed_yet_bears_nothing_out(considered, signal, climb, climbing):
    claim, decide, _ = climbing
    climb(signal, "L3")
    assert considered.signal_id == signal.id
    signed = claim(signal, "L4")
    assert signed.json()["ledger"] == {"deals": 1, "instruction_id": None, "amount_krw": None}
    assert decide(signed).json()["code"] == "gate_closed"
    assert decide(signed, words="양사 날인본을 보았습니다.").json()["step"]["borne_out"] is False


@pytest.fixture
def promised(engine, people, signal_of, rival):
    """The investor's group kept one promise and broke one that was due, and has one open; the rival broke one."""
    kept, broken, open_yet = (signal_of(people[Role.INVESTOR], text=f"약속을 적은 수요 {name}") for name in "가나다")
    other = signal_of(rival, text="다른 기관의 수요입니다.")
    with Session(engine, expire_on_commit=False) as session:
        lay_climb(session, kept.id, CommitmentLevel.CASH_CALLED, amount_krw=10 * EOK, on=AGO)
        lay_climb(session, broken.id, CommitmentLevel.CONDITIONAL, amount_krw=20 * EOK, on=AGO)
        lay_climb(session, open_yet.id, CommitmentLevel.LETTER_OF_INTENT, amount_krw=5 * EOK, on=TODAY)
        [_, letter] = lay_climb(session, other.id, CommitmentLevel.LETTER_OF_INTENT, amount_krw=EOK, on=AGO)
        lay(session, CommitmentRevocation(
            step_id=letter.id, side=RevokingSide.ORGANISATION, reason="철회", recorded_at=noon(AGO),
            revoked_by_id=somebody(session, Role.INVESTOR, rival.organisation_id),
        ))  # fmt: skip
        session.commit()
    return people[Role.INVESTOR], rival


def group_of(session, person):
    return session.get_one(Organisation, person.organisation_id).ownership_group_id


def test_promises_are_counted_when_due_by_number_and_by_amount(engine, promised, people):
    with Session(engine) as session:
        ours, theirs = (group_of(session, person) for person in promised)
        records = promise_records(session, as_of=TODAY)
        assert records[ours] == PromiseRecord(
            due=2, signed=1, called=1, due_krw=30 * EOK, signed_krw=10 * EOK, called_krw=10 * EOK
        )
        assert (records[theirs].due, records[theirs].called) == (1, 0), "a promise taken back is one not kept"
        before = promise_records(session, as_of=AGO)
        assert before[ours] == PromiseRecord()
        weighed = index_promises(session, as_of=TODAY)
        assert weighed[ours] == Promises(due=2, kept=2 / 3), "a third of the money, though half of the promises"
        assert weighed.keys() == {ours, theirs}


promises = st.builds(
    lambda amount, kept, days: Promise(
        amount_krw=amount, due_on=TODAY + timedelta(days), signed_krw=amount * kept, called_krw=amount * kept
    ),
    st.integers(1, 10**13),
    st.integers(0, 1),
    st.integers(-50, 50),
)


@given(st.lists(promises, max_size=12), st.integers(1, 10**13))
def test_what_words_weigh_moves_the_right_way(made, amount):
    def weight(*more):
        return kept_promise_factor(promises_in(record_of([*made, *more], TODAY)))

    due = TODAY - timedelta(1)
    kept = Promise(amount_krw=amount, due_on=due, signed_krw=amount, called_krw=amount)
    broken = Promise(amount_krw=amount, due_on=due, signed_krw=0, called_krw=0)
    assert 0 < weight() <= 1
    assert weight(broken) < weight()
    assert weight(broken) < weight(kept)


def test_a_record_is_shown_to_the_fund_and_to_the_group_itself(promised, client_for, client_of):
    def groups(client, query=""):
        return [group["name_ko"] for group in client.get(f"/commitments/promises{query}").json()["groups"]]

    assert groups(client_for(Role.FUND_MANAGER)) == groups(client_for(Role.AUDITOR)) == ["다른그룹", "한빛투자"]
    assert groups(client_for(Role.INVESTOR)) == ["한빛투자"]
    assert groups(client_of(promised[1])) == ["다른그룹"]
    assert groups(client_for(Role.INVESTOR), f"?as_of={AGO - timedelta(days=1)}") == []
    assert client_for(Role.PLANNER).get("/commitments/promises").status_code == 403
    page = client_for(Role.FUND_MANAGER).get("/commitments/promises", headers={"Accept": "text/html"})
    assert "한빛투자" in page.text


def test_an_account_of_no_organisation_sees_no_group(store, promised, client_of):
    stray = Person(email="stray@example.org", name="stray", password_hash="-")  # noqa: S106 - no secret
    store(stray, PersonRole(person_id=stray.id, role=Role.INVESTOR))
    client = client_of(stray)
    assert client.get("/commitments/promises").json()["groups"] == []
    assert client.get("/commitments").json()["items"] == []
