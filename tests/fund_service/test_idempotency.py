"""Idempotency: one effect for each key, the same answer again, and none of it shared between people."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlmodel import Session, func, select

from fund_service.accounts.callers import Caller
from fund_service.idempotency import Answer, form_text, key_of, new_key, once
from models.errors import KeyNeeded, KeyReused, RecordConflicts, ValueNotAllowed
from models.instruction import IdempotencyKey
from models.organisation import OwnershipGroup
from models.person import PreferredLanguage, Role


@pytest.fixture
def callers(people):
    return [
        Caller(
            person_id=people[role].id,
            name=role.value,
            email=people[role].email,
            language=PreferredLanguage.KOREAN,
            organisation_id=None,
            organisation_name=None,
            roles=frozenset({role}),
            csrf_token=None,
        )
        for role in (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER)
    ]


def ask(database, caller, key="k-1", *, request="body", operation="test", effect=None):
    """Ask once in a transaction of its own; the effect is a row, named by the answer."""
    with Session(database) as session:

        def write():
            group = OwnershipGroup(name_ko="효과")
            session.add(group)
            session.flush()
            return Answer(201, f"/groups/{group.id}", f'{{"id":"{group.id}"}}')

        answer = once(session, caller, operation=operation, key=key, request_text=request, effect=effect or write)
        session.commit()
        return answer


def effects(database):
    with Session(database) as session:
        named = select(func.count()).select_from(OwnershipGroup).where(OwnershipGroup.name_ko == "효과")
        return session.exec(named).one()


def test_the_same_request_has_one_effect_and_one_answer(database, callers):
    first, again = (ask(database, callers[0]) for _ in range(2))
    assert (first.status, first.location, first.text) == (again.status, again.location, again.text)
    assert effects(database) == 1


def test_keys_belong_to_a_person_and_an_operation(database, callers):
    answers = {
        ask(database, callers[0]).text,
        ask(database, callers[1]).text,
        ask(database, callers[0], operation="another").text,
        ask(database, callers[0], "k-2").text,
    }
    assert len(answers) == effects(database) == 4


@pytest.mark.parametrize("key", [None, "", " ", "k 1", "k\n", "열쇠", "k" * 256, "\x00"])
def test_a_key_is_needed_and_must_be_one(database, callers, key):
    with pytest.raises(KeyNeeded):
        ask(database, callers[0], key)
    assert effects(database) == 0


def test_a_key_is_not_reused_for_another_request(database, callers):
    ask(database, callers[0])
    with pytest.raises(KeyReused):
        ask(database, callers[0], request="another body")
    assert effects(database) == 1


def test_what_is_refused_can_be_asked_again_under_its_key(database, callers):
    def refuse():
        raise ValueNotAllowed("Name one that is recorded here.")

    with pytest.raises(ValueNotAllowed):
        ask(database, callers[0], effect=refuse)
    ask(database, callers[0], request="corrected")
    assert effects(database) == 1


def test_key_and_effect_are_there_together_or_not_at_all(database, callers):
    with Session(database) as session:
        once(
            session,
            callers[0],
            operation="test",
            key="k-1",
            request_text="body",
            effect=lambda: Answer(201, None, session.add(OwnershipGroup(name_ko="효과")) or ""),
        )
        session.rollback()
    with Session(database) as session:
        assert session.exec(select(IdempotencyKey)).all() == []
    assert effects(database) == 0


def test_a_request_that_comes_meanwhile_waits_and_gets_the_first_answer(database, callers):
    started, may_end = threading.Event(), threading.Event()

    def slow():
        with Session(database) as session:

            def effect():
                started.set()
                may_end.wait(10)
                session.add(OwnershipGroup(name_ko="효과"))
                return Answer(200, None, '{"first":true}')

            answer = once(session, callers[0], operation="test", key="k-1", request_text="body", effect=effect)
            session.commit()
            return answer

    with ThreadPoolExecutor(12) as threads:
        first = threads.submit(slow)
        assert started.wait(10)
        others = [threads.submit(ask, database, callers[0]) for _ in range(10)]
        may_end.set()
        assert {other.result(20).text for other in others} == {first.result(20).text} == {'{"first":true}'}
    assert effects(database) == 1


def test_a_request_that_cannot_wait_is_told_so(database, callers):
    with Session(database) as holding:
        holding.connection().execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"{callers[0].person_id}\ntest\nk-1"},
        )
        with Session(database) as session:
            session.connection().execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(RecordConflicts):
                once(
                    session,
                    callers[0],
                    operation="test",
                    key="k-1",
                    request_text="body",
                    effect=lambda: Answer(200),
                )
    assert effects(database) == 0


def test_a_form_is_the_same_whatever_its_token_and_key():
    typed = {"amount": "5", "names": ["a", "b"]}
    assert form_text("/x", {**typed, "idempotency_key": "1"}) == form_text("/x", {**typed, "idempotency_key": "2"})
    assert form_text("/x", typed) != form_text("/x", {**typed, "amount": "6"})
    assert form_text("/x", typed) != form_text("/y", typed)
    assert key_of({"idempotency_key": "1"}) == "1"
    assert key_of({}) is key_of({"idempotency_key": ["1", "2"]}) is None
    assert new_key() != new_key()
