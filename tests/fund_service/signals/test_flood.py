"""One ownership group floods: its affiliates share one pace, and nobody else waits for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import func, select

from fund_service.signals.commands import MOST_SIGNALS_AN_HOUR
from models.clock import utc_now
from models.organisation import Organisation, OrganisationKind
from models.person import Person, PersonRole, Role
from models.signal import DemandSignal

pytestmark = pytest.mark.usefixtures("reference_data")
WORDS = {"text": "고체전해질 양산 기술에 투자하고자 합니다."}


@pytest.fixture
def affiliate(investor_organisation, store):
    """An investor of another organisation of the same ownership group."""
    organisation = Organisation(
        kind=OrganisationKind.INVESTOR, name_ko="계열사", ownership_group_id=investor_organisation.ownership_group_id
    )
    person = Person(email="affiliate@example.org", name="affiliate", organisation_id=organisation.id, password_hash="-")  # noqa: S106 - no secret
    store(organisation, person, PersonRole(person_id=person.id, role=Role.INVESTOR))
    return person


@pytest.fixture
def submitted(people, store):
    """Record signals of the investor, submitted some minutes ago."""

    def submitted(number: int, *, minutes: int = 5, **changes: object) -> None:
        person = people[Role.INVESTOR]
        facts = {"organisation_id": person.organisation_id, "submitted_by_id": person.id} | WORDS | changes
        at = utc_now() - timedelta(minutes=minutes)
        store(*(DemandSignal(**facts, recorded_at=at, updated_at=at) for _ in range(number)))

    return submitted


def test_a_group_that_floods_is_told_to_wait_and_its_affiliates_at_once_with_it(
    submitted, client_for, client_of, affiliate, read
):
    submitted(MOST_SIGNALS_AN_HOUR - 1)
    clients = [client_for(Role.INVESTOR), client_of(affiliate)]
    together = Barrier(2)

    def submit(number: int) -> int:
        together.wait()
        return clients[number].post("/signals", json=WORDS).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, range(2))) == [201, 429]
    for client in clients:
        refused = client.post("/signals", json=WORDS)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_records")
        assert int(refused.headers["Retry-After"]) > 0
        form = client.post("/signals/new", data=WORDS, headers={"Accept": "text/html", "Cookie": "fund_language=ko"})
        assert form.status_code == 422
        assert "한 시간 뒤에 다시 제출해" in form.text
        assert WORDS["text"] in form.text
    assert read.exec(select(func.count()).select_from(DemandSignal)).one() == MOST_SIGNALS_AN_HOUR


def test_an_hour_later_a_group_goes_on_and_others_never_waited(submitted, client_for, client_of, rival):
    submitted(MOST_SIGNALS_AN_HOUR, minutes=61)
    assert client_for(Role.INVESTOR).post("/signals", json=WORDS).status_code == 201
    submitted(MOST_SIGNALS_AN_HOUR)
    assert client_for(Role.INVESTOR).post("/signals", json=WORDS).status_code == 429
    assert client_of(rival).post("/signals", json=WORDS).status_code == 201


def test_what_the_fund_read_from_a_file_is_no_flood(submitted, client_for):
    submitted(MOST_SIGNALS_AN_HOUR, submitted_by_id=None)
    assert client_for(Role.INVESTOR).post("/signals", json=WORDS).status_code == 201
