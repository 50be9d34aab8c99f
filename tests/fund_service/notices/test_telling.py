"""Notices are written with what they tell, once, and only what may be seen is shown."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from fund_service.notices import telling
from fund_service.notices.kinds import NOTICE_KINDS
from fund_service.notices.telling import Told, holders_of, settle, tell, tell_speakers
from fund_service.operations import OPERATIONS
from models.clock import utc_now
from models.delivery import NoticeDelivery
from models.identity import new_id
from models.notice import Notice, NoticeChoice, NoticeKind, NoticeWay
from models.person import Person, Role
from models.signal import SignalState
from tests.fund_service.notices.conftest import World


def test_every_kind_has_a_sentence_and_leads_where_somebody_may_go():
    assert set(NOTICE_KINDS) == set(NoticeKind)
    assert all(OPERATIONS[kind.operation] for kind in NOTICE_KINDS.values())


def test_a_notice_is_there_when_its_transaction_is_and_not_otherwise(world: World, read: Session):
    def tell_and_fail(session: Session) -> None:
        world.tell_in(session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        world.change(tell_and_fail)
    assert not read.exec(select(Notice)).all()
    world.tell()
    assert len(read.exec(select(Notice)).all()) == 1
    assert not read.exec(select(NoticeDelivery)).all(), "nothing is sent that nobody asked for"


def test_told_under_a_key_once_and_gathered_where_asked(world: World, client_for: Any, read: Session):
    world.tell(key="k")
    world.tell(key="k")
    assert len(read.exec(select(Notice)).all()) == 1
    investor = client_for(Role.INVESTOR)
    investor.post("/notices/read", json={})
    assert investor.get("/notices").json()["unread"] == 0
    told = Told(organisation_id=world.signal.organisation_id, subject=world.signal.id, facts={"count": 4}, key="k")
    world.change(lambda session: tell_speakers(session, NoticeKind.SIGNAL_MATCHED, [told], gathers=True))
    (notice,) = read.exec(select(Notice)).all()
    assert (notice.facts, notice.read_at) == ({"count": 7}, None)


def test_whoever_did_it_is_not_told_under_any_account(
    world: World, people: dict[Role, Person], store: Callable[..., None], read: Session
):
    manager = people[Role.FUND_MANAGER]
    twin = Person(email="twin@example.org", name="twin", password_hash="x", human_id=manager.human_id)  # noqa: S106
    store(twin)
    everybody = [*(person.id for person in people.values()), twin.id]
    world.change(
        lambda session: tell(
            session, NoticeKind.RELEASE_PUBLISHED, subject=new_id(), to=telling.people(everybody), but=manager.id
        )
    )
    told = set(read.exec(select(Notice.person_id)))
    assert told == {person.id for role, person in people.items() if role is not Role.FUND_MANAGER}


def test_what_was_done_by_somebody_asks_nobody_any_more(world: World, client_for: Any, read: Session):
    subject = new_id()
    world.change(
        lambda session: tell(
            session, NoticeKind.INSTRUCTION_TO_CHECK, subject=subject, to=holders_of(Role.FUND_MANAGER), facts={}
        )
    )
    world.change(lambda session: settle(session, NoticeKind.INSTRUCTION_TO_CHECK, subject=subject, at=utc_now()))
    (notice,) = read.exec(select(Notice)).all()
    assert notice.dropped_at is not None
    assert not client_for(Role.FUND_MANAGER).get("/notices").json()["items"]


def test_a_notice_of_what_is_no_longer_seen_is_dropped_and_counted(world: World, client_for: Any, read: Session):
    world.tell()
    investor = client_for(Role.INVESTOR)
    (shown,) = investor.get("/notices").json()["items"]
    assert shown["path"] == f"/signals/{world.signal.id}/matches"

    def withdraw(session: Session) -> None:
        world.signal.state = SignalState.WITHDRAWN
        session.merge(world.signal)

    world.change(withdraw)
    page = investor.get("/notices").json()
    assert (page["items"], page["dropped"], page["unread"]) == ([], 1, 0)
    assert investor.get("/notices").json()["dropped"] == 0
    assert investor.post(f"/notices/{shown['id']}/read").status_code == 404


def test_a_notice_is_its_receivers_alone(world: World, client_for: Any):
    world.tell()
    (shown,) = client_for(Role.INVESTOR).get("/notices").json()["items"]
    other = client_for(Role.FUND_MANAGER)
    assert other.get("/notices").json()["items"] == []
    assert other.post(f"/notices/{shown['id']}/read").status_code == 404


def test_unread_ones_come_first_over_pages_and_the_bell_counts_in_no_statement_of_its_own(
    world: World, client_for: Any, statements: Any, read: Session
):
    investor = client_for(Role.INVESTOR)
    with statements() as without:
        investor.get("/me")
    for count in range(5):
        world.tell(count)
    ids = [str(key) for key in read.exec(select(Notice.id).order_by(col(Notice.id).desc()))]
    for key in (ids[0], ids[3]):
        investor.post(f"/notices/{key}/read")
    wanted = [ids[1], ids[2], ids[4], ids[0], ids[3]]
    found, cursor = [], ""
    for _ in range(3):
        page = investor.get(f"/notices?limit=2{cursor}").json()
        found += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else cursor
    assert found == wanted
    with statements() as made:
        investor.get("/me")
    assert len(made) == len(without)
    html = investor.get("/notices", headers={"Accept": "text/html"}).text
    assert '<span class="count" aria-hidden="true">3</span>' in html
    foreign = client_for(Role.FUND_MANAGER).get(f"/notices?limit=2{cursor}")
    assert foreign.json()["items"] == []


def test_a_kind_that_is_off_is_not_shown(world: World, store: Callable[..., None], client_for: Any):
    store(NoticeChoice(person_id=world.investor.id, kind=NoticeKind.SIGNAL_MATCHED, way=NoticeWay.OFF))
    world.tell()
    page = client_for(Role.INVESTOR).get("/notices").json()
    assert (page["items"], page["unread"]) == ([], 0)


def test_the_database_keeps_what_a_notice_tells(world: World, read: Session):
    world.tell()
    (notice,) = read.exec(select(Notice)).all()
    for change in ({"subject_id": new_id()}, {"facts": {"count": 3, "more": 1}}, {"kind": NoticeKind.WORK_DUE}):
        with pytest.raises(Exception, match="stays as it was written"):
            world.change(lambda session, change=change: session.merge(Notice(**notice.model_dump() | change)))
