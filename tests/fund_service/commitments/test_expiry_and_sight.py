"""Levels fall by themselves; confidential signals stay unread; every role finds what it may and nothing else."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import Session

from fund_service.commitments.reading import standings
from fund_service.market.hearing import voices_heard
from models.clock import SEOUL, business_date
from models.person import Role
from models.signal import CommitmentLevel, Confidentiality
from tests.commitment_acts import climb as lay_climb
from tests.fund_service.commitments.conftest import EOK, TEXT, TODAY, keyed, step

pytestmark = pytest.mark.usefixtures("reference_data")
HTML = {"Accept": "text/html"}


@pytest.fixture
def laid(engine, signal):
    """Three rungs that hold until the day after tomorrow, verified ten days ago."""
    with Session(engine, expire_on_commit=False) as session:
        steps = lay_climb(
            session, signal.id, CommitmentLevel.CONDITIONAL, amount_krw=7 * EOK, on=TODAY - timedelta(days=10),
            expires_on=TODAY + timedelta(days=2),
        )  # fmt: skip
        session.commit()
        yield session, steps


def test_a_level_falls_at_midnight_in_seoul_and_nothing_has_to_be_done(laid, signal):
    session, _ = laid
    last = TODAY + timedelta(days=2)
    at_night = datetime.combine(last, time(23, 59, 59), SEOUL)
    assert standings(session, today=business_date(at_night))[signal.id].level == "L3"
    assert standings(session, today=business_date(at_night + timedelta(seconds=1)))[signal.id].level == "L0"
    assert business_date(at_night.astimezone(UTC)) == last


def test_an_expired_amount_leaves_the_demand_of_the_market(laid, signal):
    session, _ = laid
    [said] = voices_heard(session, today=TODAY)
    assert (said.stated_krw, said.verified_krw) == (20 * EOK, 7 * EOK)
    [said] = voices_heard(session, today=TODAY + timedelta(days=3))
    assert said.verified_krw == 0


def test_the_demand_counts_what_was_verified_and_never_more_than_is_stated(engine, people, signal_of):
    small = signal_of(people[Role.INVESTOR], available_krw=3 * EOK, ticket_max_krw=2 * EOK)
    with Session(engine) as session:
        lay_climb(session, small.id, CommitmentLevel.LETTER_OF_INTENT, amount_krw=90 * EOK, on=TODAY)
        session.commit()
        [said] = voices_heard(session, today=TODAY)
    assert (said.stated_krw, said.verified_krw) == (3 * EOK, 3 * EOK)


def test_a_claim_that_waits_adds_no_verified_won(engine, signal, claim):
    assert claim(signal, "L1").status_code == claim(signal, "L2").status_code == 201
    with Session(engine) as session:
        [said] = voices_heard(session, today=TODAY)
    assert said.verified_krw == 0


@pytest.mark.usefixtures("laid")
def test_an_older_letter_does_not_come_back_when_the_newer_is_taken_back(signal, climbing, investor):
    claim, decide, level_of = climbing
    renewed = claim(signal, "L2", amount_krw=9 * EOK)
    assert decide(renewed).status_code == 200
    assert investor.get(f"/signals/{signal.id}").json()["ladder"]["verified_krw"] == 9 * EOK
    path = f"/commitments/{renewed.json()['step']['id']}/revocation"
    assert investor.post(path, json={"reason": "철회"}, headers=keyed()).status_code == 200
    assert level_of(signal) == "L1"


@pytest.fixture
def fallen(engine, people, signal_of):
    """A signal whose interest has expired."""
    past = signal_of(people[Role.INVESTOR], text="지난 약속을 적은 수요입니다.")
    with Session(engine) as session:
        lay_climb(
            session, past.id, CommitmentLevel.NAMED_INTEREST, amount_krw=EOK, on=TODAY - timedelta(days=30),
            expires_on=TODAY - timedelta(days=1),
        )  # fmt: skip
        session.commit()
    return past


@pytest.mark.usefixtures("laid")
def test_lists_say_what_waits_expires_and_has_expired(fallen, signal, claim, manager, investor):
    first, second = claim(fallen, "L1").json()["step"], claim(signal, "L4").json()["step"]
    for client in (manager, investor):
        page = client.get("/commitments?which=waiting").json()
        assert [one["id"] for one in page["items"]] == [first["id"], second["id"]], "the oldest first"
        assert page["counts"] == {"waiting": 2, "expiring": 3, "expired": 1}
        assert [one["level"] for one in client.get("/commitments?which=expiring").json()["items"]] == ["L1", "L2", "L3"]
        assert [one["state"] for one in client.get("/commitments?which=expired").json()["items"]] == ["expired"]
    assert manager.get("/commitments").json()["which"] == "waiting"
    assert investor.get("/commitments").json()["which"] == "all"
    first_page = manager.get("/commitments?which=all&limit=4").json()
    rest = manager.get(f"/commitments?which=all&limit=4&cursor={first_page['next_cursor']}").json()
    assert len({one["id"] for one in first_page["items"] + rest["items"]}) == 6
    assert rest["next_cursor"] is None
    home = manager.get("/").json()["commitments"]
    assert home == {"counts": {"waiting": 2, "expiring": 3, "expired": 1}, "refused": 0}
    export = manager.get("/commitments/export?which=waiting&format=csv")
    assert export.status_code == 200
    assert first["sha256"] in export.text


@pytest.fixture
def secret(people, signal_of):
    return signal_of(people[Role.INVESTOR], confidentiality=Confidentiality.CONFIDENTIAL)


def test_a_confidential_signal_is_verified_by_leave_and_stays_unread(secret, climbing, manager, client_for):
    claim, decide, _ = climbing
    refusal = claim(secret, "L1")
    assert (refusal.status_code, refusal.json()["fields"][0]["field"]) == (422, "shown_to_verifier")
    claimed = claim(secret, "L1", shown_to_verifier=True)
    assert claimed.json()["step"]["signal_id"] == str(secret.id), "its own organisation knows which"
    shown = manager.get("/commitments").json()["items"]
    assert [(one["signal_id"], one["confidential"]) for one in shown] == [(None, True)]
    path = f"/commitments/{shown[0]['id']}"
    for address in (path, f"{path}/decision", "/commitments", "/commitments/export?which=all&format=csv"):
        answer = manager.get(address, headers=HTML)
        assert answer.status_code == 200, address
        assert TEXT[:12] not in answer.text
        assert str(secret.id) not in answer.text
    assert manager.get(f"{path}/evidence").content.startswith(b"%PDF-1.7")
    answer = decide(claimed)
    assert answer.status_code == 200, answer.text
    assert str(secret.id) not in answer.text
    assert manager.get(f"/signals/{secret.id}").status_code == 404
    assert manager.get(f"/signals/{secret.id}/commitments").status_code == 404
    auditor = client_for(Role.AUDITOR)
    assert auditor.get(path).json()["step"]["signal_id"] == str(secret.id)


def test_a_signal_made_confidential_later_takes_its_steps_along(signal, claim, manager, investor):
    step_id = claim(signal, "L1").json()["step"]["id"]
    assert manager.get(f"/commitments/{step_id}").status_code == 200
    edit = {"text": TEXT, "ticket_min_krw": EOK, "ticket_max_krw": 5 * EOK, "available_krw": 20 * EOK}
    investor.put(f"/signals/{signal.id}", json=edit | {"confidentiality": "confidential"}, headers={"If-Match": '"1"'})
    for address in ("", "/evidence", "/decision"):
        assert manager.get(f"/commitments/{step_id}{address}").status_code == 404
    assert manager.get("/commitments?which=all").json()["items"] == []


def test_another_investor_learns_nothing(signal, claim, rival, client_of):
    step_id = claim(signal, "L1").json()["step"]["id"]
    stranger = client_of(rival)
    for path in (
        f"/commitments/{step_id}",
        f"/commitments/{step_id}/evidence",
        f"/signals/{signal.id}/commitments/new",
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.get("/commitments").json()["items"] == []
    assert stranger.post(f"/signals/{signal.id}/commitments", json=step("L1"), headers=keyed()).status_code == 404
    answer = stranger.post(f"/commitments/{step_id}/revocation", json={"reason": "x"}, headers=keyed())
    assert answer.status_code == 404


READING = {Role.INVESTOR, Role.FUND_MANAGER, Role.AUDITOR}
ROUTES = (
    ("GET", "/commitments", READING),
    ("GET", "/commitments/export", READING),
    ("GET", "/commitments/promises", READING),
    ("GET", "/commitments/{step}", READING),
    ("GET", "/commitments/{step}/evidence", READING),
    ("GET", "/commitments/{step}/decision", {Role.FUND_MANAGER}),
    ("GET", "/signals/{signal}/commitments", READING | {Role.COMMITTEE_MEMBER}),
    ("GET", "/signals/{signal}/commitments/new", {Role.INVESTOR}),
    ("POST", "/signals/{signal}/commitments", {Role.INVESTOR}),
    ("POST", "/signals/{signal}/commitments/new", {Role.INVESTOR}),
    ("POST", "/commitments/{step}/decision", {Role.FUND_MANAGER}),
    ("POST", "/commitments/{step}/decision/new", {Role.FUND_MANAGER}),
    ("POST", "/commitments/{step}/revocation", {Role.INVESTOR, Role.FUND_MANAGER}),
    ("POST", "/commitments/{step}/revocation/new", {Role.INVESTOR, Role.FUND_MANAGER}),
)


@pytest.mark.parametrize("role", [*Role, None])
def test_every_role_reaches_what_it_may(signal, claim, client_for, role):
    step_id = claim(signal, "L1").json()["step"]["id"]
    client = client_for(role)
    for method, path, permitted in ROUTES:
        answer = client.request(
            method, path.format(step=step_id, signal=signal.id), **({"json": {}} if method == "POST" else {})
        )
        refused = {401} if role is None else {403}
        assert (answer.status_code in refused) is (role not in permitted), (method, path, answer.status_code)


def test_pages_are_shown_in_both_languages(signal, claim, climb, manager, investor):
    climb(signal, "L2")
    waiting = claim(signal, "L3").json()["step"]["id"]
    for client, path in (
        (manager, "/commitments"), (manager, f"/commitments/{waiting}"), (manager, f"/commitments/{waiting}/decision"),
        (manager, "/commitments/promises"), (manager, "/commitments?which=expired"), (manager, "/"),
        (investor, "/commitments"), (investor, f"/commitments/{waiting}"), (investor, f"/signals/{signal.id}"),
        (investor, f"/signals/{signal.id}/commitments"), (investor, f"/signals/{signal.id}/commitments/new?level=L4"),
        (investor, "/commitments/promises"), (investor, "/commitments?which=expiring"), (investor, "/"),
    ):  # fmt: skip
        for language in ("ko", "en"):
            page = client.get(path, headers=HTML | {"Accept-Language": language})
            assert page.status_code == 200, (path, page.text)


def test_a_form_claims_decides_and_takes_back(signal, investor, manager, level_of):
    fields = {
        "level": "L1", "dated_on": TODAY.isoformat(), "expires_on": (TODAY + timedelta(days=9)).isoformat(),
        "idempotency_key": "a",
    }  # fmt: skip
    path = f"/signals/{signal.id}/commitments/new"
    missing = investor.post(path, data=fields, headers=HTML)
    assert missing.status_code == 422
    files = {"document": ("관심표명서.pdf", b"%PDF-1.7 interest", "application/pdf")}
    sent = investor.post(path, data=fields, files=files, follow_redirects=False)
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/signals/{signal.id}#ladder")
    [claimed] = investor.get("/commitments").json()["items"]
    assert claimed["document_name"] == "관심표명서.pdf"
    found = {"outcome": "verified", "evidence_sha256": claimed["sha256"], "idempotency_key": "b"}
    refused = manager.post(
        f"/commitments/{claimed['id']}/decision/new", data={**found, "outcome": "refused"}, headers=HTML
    )
    assert refused.status_code == 422
    done = manager.post(f"/commitments/{claimed['id']}/decision/new", data=found, follow_redirects=False)
    assert done.status_code == 303
    assert level_of(signal) == "L1"
    gone = f"/commitments/{claimed['id']}/revocation/new"
    assert investor.post(gone, data={"reason": "", "idempotency_key": "c"}, headers=HTML).status_code == 422
    again = investor.post(gone, data={"reason": "계획 변경", "idempotency_key": "c"}, follow_redirects=False)
    assert again.status_code == 303
    assert level_of(signal) == "L0"
