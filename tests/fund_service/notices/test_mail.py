"""E-mails: to proved addresses alone, once, with nobody's words, tried again, given up where all see it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlmodel import Session, select

from fund_service.notices.digests import gather
from fund_service.notices.mailing import Letter, write
from models.clock import utc_now
from models.delivery import MOST_ATTEMPTS, DeliveryAttempt, DeliveryState, NoticeDelivery, pause_after
from models.identity import new_id
from models.notice import Notice, NoticeChoice, NoticeKind, NoticeWay
from models.person import Person, Role
from models.signal import SignalState
from tests.fund_service.notices.conftest import Postbox, World

MONDAY = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
"""08:00 on Monday the 23rd in Seoul."""


def withdraw(world: World) -> None:
    world.signal.state = SignalState.WITHDRAWN
    world.change(lambda session: session.merge(world.signal))


def states(read: Session) -> list[DeliveryState]:
    return list(read.exec(select(NoticeDelivery.state).order_by(NoticeDelivery.id)))


def test_an_email_says_the_kind_in_the_readers_language_and_nobodys_words(
    world: World, mailed: Callable[..., None], postbox: Postbox, read: Session
):
    mailed(NoticeWay.AT_ONCE)
    world.tell(3)
    assert world.send() == 1
    (letter,) = postbox.letters
    (delivery,) = read.exec(select(NoticeDelivery)).all()
    assert letter["Subject"] == "[산업기술 사업화펀드] 수요신호의 새 매칭"
    assert letter["To"] == world.investor.email
    assert letter["Message-ID"] == f"<{delivery.id}@example.org>"
    plain, html = (part.get_content() for part in letter.iter_parts())
    for body in (plain, html):
        assert "새 매칭 3건" in body
        assert f"http://testserver.local/signals/{world.signal.id}/matches" in body
        assert "비밀 배터리" not in body
    assert world.send() == 0
    assert len(postbox.letters) == 1


def test_what_may_no_longer_be_seen_is_not_sent(
    world: World, mailed: Callable[..., None], postbox: Postbox, read: Session
):
    mailed(NoticeWay.AT_ONCE)
    world.tell()
    withdraw(world)
    world.send()
    (delivery,) = read.exec(select(NoticeDelivery)).all()
    assert (postbox.letters, delivery.state, delivery.left_out) == ([], DeliveryState.DROPPED, 1)


@pytest.mark.parametrize(
    "change", [{"active": False}, {"email": "moved@example.org"}, {"roles": False}, {"choice": NoticeWay.IN_APP}]
)
def test_whoever_lost_account_address_role_or_interest_is_sent_nothing(
    world: World, mailed: Callable[..., None], postbox: Postbox, change: dict[str, Any]
):
    mailed(NoticeWay.AT_ONCE)
    world.tell()

    def lose(session: Session) -> None:
        person = session.get_one(Person, world.investor.id)
        if "roles" in change:
            session.connection().exec_driver_sql("DELETE FROM person_role WHERE person_id = %s", (person.id,))
        elif "choice" in change:
            session.get_one(NoticeChoice, (person.id, NoticeKind.SIGNAL_MATCHED)).way = change["choice"]
        else:
            person.sqlmodel_update(change)

    world.change(lose)
    world.send()
    assert not postbox.letters


@pytest.mark.usefixtures("served")
def test_an_address_is_proved_by_a_code_before_anything_else_is_sent(world: World, postbox: Postbox, client_for: Any):
    investor = client_for(Role.INVESTOR)
    ways = {"ways": {NoticeKind.SIGNAL_MATCHED: NoticeWay.AT_ONCE}}
    settings = investor.post("/notices/settings", json=ways).json()
    assert (settings["email_proved"], settings["code_sent"]) == (False, True)
    world.tell()
    world.send()
    (letter,) = postbox.letters
    code = _code(letter)
    assert investor.post("/notices/settings/code").status_code == 422, "not another one at once"
    for _ in range(4):
        assert investor.post("/notices/settings/address", data={"code": "00000000"}).status_code == 422
    assert investor.post("/notices/settings/address", data={"code": code}, follow_redirects=False).status_code == 303
    assert investor.get("/notices/settings").json()["email_proved"]
    world.tell()
    world.send()
    assert len(postbox.letters) == 2


@pytest.mark.usefixtures("served")
def test_after_five_wrong_codes_the_right_one_is_none(world: World, postbox: Postbox, client_for: Any):
    investor = client_for(Role.INVESTOR)
    investor.post("/notices/settings/code", follow_redirects=False)
    world.send()
    code = _code(postbox.letters[0])
    wrong = "00000000" if code != "00000000" else "11111111"
    for tried in (*[wrong] * 5, code):
        assert investor.post("/notices/settings/address", data={"code": tried}).status_code == 422


def _code(letter: Any) -> str:
    plain = next(letter.iter_parts()).get_content()
    return next(word for word in plain.replace("입", " 입").split() if len(word) == 8 and word.isdigit())


def test_without_a_mail_server_emails_are_not_offered(client_for: Any, world: World):
    investor = client_for(Role.INVESTOR)
    refused = investor.post("/notices/settings", json={"ways": {"signal_matched": "daily"}})
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "ways")
    assert investor.post("/notices/settings", json={"ways": {"policy_figure_to_confirm": "off"}}).status_code == 422


def test_two_workers_send_an_email_once(world: World, mailed: Callable[..., None], postbox: Postbox, read: Session):
    mailed(NoticeWay.AT_ONCE)
    for count in range(12):
        world.tell(count)
    workers = [Thread(target=world.send) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({letter["Message-ID"] for letter in postbox.letters}) == len(postbox.letters) == 12
    assert set(states(read)) == {DeliveryState.SENT}


def test_what_fails_is_tried_again_later_given_up_and_sent_again_by_hand(
    world: World, mailed: Callable[..., None], postbox: Postbox, read: Session, client_for: Any
):
    mailed(NoticeWay.AT_ONCE)
    world.tell()
    postbox.reply = "451 try again"
    at = utc_now()
    for attempts in range(1, MOST_ATTEMPTS + 1):
        assert world.send(at) == 1
        assert world.send(at) == 0, "it waits"
        at += pause_after(attempts) or timedelta()
    assert states(read) == [DeliveryState.DEAD]
    tries = read.exec(select(DeliveryAttempt)).all()
    assert [(one.code, one.failure) for one in tries] == [(451, "SMTPDataError")] * MOST_ATTEMPTS
    assert timedelta(hours=22) < at - tries[0].recorded_at < timedelta(hours=24)
    administrator = client_for(Role.ADMINISTRATOR)
    (dead,) = administrator.get("/notices/deliveries?state=dead").json()["items"]
    assert dead["to"] == world.investor.email
    assert "signal_matched" not in administrator.get("/notices/deliveries").text
    postbox.reply = "250 OK"
    assert administrator.post(f"/notices/deliveries/{dead['id']}/again").json()["state"] == "waiting"
    assert client_for(Role.AUDITOR).post(f"/notices/deliveries/{dead['id']}/again").status_code == 403
    world.send()
    assert states(read) == [DeliveryState.SENT]
    assert administrator.post(f"/notices/deliveries/{dead['id']}/again").status_code == 409


def test_a_refusal_for_good_is_not_tried_again(
    world: World, mailed: Callable[..., None], postbox: Postbox, read: Session
):
    mailed(NoticeWay.AT_ONCE)
    world.tell()
    postbox.reply = "550 no such person"
    world.send()
    assert states(read) == [DeliveryState.DEAD]


def test_a_digest_gathers_what_is_unread_once_a_business_day(
    world: World, mailed: Callable[..., None], postbox: Postbox, read: Session
):
    mailed(NoticeWay.DAILY)
    for count in range(3):
        world.tell(count)
    (first, *_) = read.exec(select(Notice)).all()
    world.change(lambda session: setattr(session.get_one(Notice, first.id), "read_at", utc_now()))
    saturday = MONDAY - timedelta(days=2)
    world.change(lambda session: gather(session, at=saturday))
    assert states(read) == []
    for _ in range(2):
        world.change(lambda session: gather(session, at=MONDAY))
    world.send(MONDAY)
    (letter,) = postbox.letters
    assert letter["Subject"].endswith("알림 모음 2건")
    world.change(lambda session: gather(session, at=MONDAY + timedelta(days=1)))
    assert world.send(MONDAY + timedelta(days=1)) == 0, "nothing is in two digests"


def test_a_weekly_digest_comes_on_mondays(world: World, mailed: Callable[..., None], postbox: Postbox):
    mailed(NoticeWay.WEEKLY)
    world.tell()
    world.change(lambda session: gather(session, at=MONDAY + timedelta(days=1)))
    assert world.send(MONDAY + timedelta(days=1)) == 0
    world.change(lambda session: gather(session, at=MONDAY + timedelta(days=7)))
    world.send(MONDAY + timedelta(days=7))
    assert len(postbox.letters) == 1


def test_emails_end_by_one_click_and_by_nobody_elses_token(
    world: World, mailed: Callable[..., None], postbox: Postbox, visit: Any, read: Session
):
    mailed(NoticeWay.AT_ONCE)
    world.tell()
    world.send()
    (letter,) = postbox.letters
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = letter["List-Unsubscribe"].strip("<>").removeprefix("http://testserver.local")
    visitor = visit()
    assert visitor.get(path).json() == {"what": "signal_matched", "ended": False}
    choice = read.exec(select(NoticeChoice.way))
    assert choice.one() is NoticeWay.AT_ONCE, "looking ends nothing"
    person, what, mac = path.rsplit("/", 1)[1].split(".")
    for forged in (f"{person}.weekly.{mac}", f"{new_id().hex}.{what}.{mac}", f"{person}.{what}.", "x", "ㅁ.b.c"):
        assert visitor.post(f"/notices/ending/{forged}").status_code == 404
    assert visitor.post(path, data={"List-Unsubscribe": "One-Click"}).json()["ended"]
    assert read.exec(select(NoticeChoice.way)).one() is NoticeWay.IN_APP
    world.tell()
    assert world.send() == 0


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: everybody@example.org", "<script>alert(1)</script>", "김\u202e영희", "=?utf-8?q?x?="]
)
def test_a_hostile_name_gets_into_no_header_and_into_no_markup(name: str):
    letter = Letter(delivery_id=new_id(), address="a@example.org", name=name, subject="s", public_url="http://x")
    message = write(letter, sender="fund@example.org", at=utc_now())
    head = message.as_string().partition("\n\n")[0]
    assert "everybody" not in head
    assert "<script>" not in list(message.iter_parts())[1].get_content()


def test_a_line_break_in_a_header_is_refused():
    letter = Letter(delivery_id=new_id(), address="a@example.org\r\nBcc: b@example.org", name="n", subject="s")
    with pytest.raises(ValueError, match=r"linefeed|newline|CR or LF"):
        write(letter, sender="fund@example.org", at=utc_now())
