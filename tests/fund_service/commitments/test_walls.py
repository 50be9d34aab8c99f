"""Who may verify, and what the database refuses whoever writes."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import Session

from models.commitment import (
    CommitmentDecision,
    CommitmentEvidence,
    CommitmentRevocation,
    CommitmentStep,
    RevokingSide,
    StepOutcome,
)
from models.committee import DeclaredInterest, InterestKind
from models.instruction import Instruction, InstructionKind
from models.organisation import Organisation, OrganisationKind
from models.person import Person, PersonRole, Role
from models.signal import CommitmentLevel, DemandSignal
from models.vehicle import Vehicle, VehicleKind
from tests.commitment_acts import lay, noon, step_of
from tests.fund_service.commitments.conftest import EOK, TODAY

pytestmark = pytest.mark.usefixtures("reference_data")
APPEND_ONLY = ("commitment_step", "commitment_evidence", "commitment_decision", "commitment_revocation")
L1, L2 = CommitmentLevel.NAMED_INTEREST, CommitmentLevel.LETTER_OF_INTENT


@contextmanager
def refused(constraint):
    with pytest.raises(IntegrityError) as refusal:
        yield
    assert refusal.value.orig.diag.constraint_name == constraint


@pytest.fixture
def manager_with(store):
    """A fund manager with facts of their own."""

    def manager_with(name, **facts):
        person = Person(email=f"{name}@example.org", name=name, password_hash="-", **facts)  # noqa: S106 - no secret
        store(person, PersonRole(person_id=person.id, role=Role.FUND_MANAGER))
        return person

    return manager_with


@pytest.fixture
def unfit(people, store, manager_with):
    """Fund managers who are the claimant, of the claimant's house, or married to it."""
    group = people[Role.INVESTOR].organisation_id
    same = manager_with("same.human", human_id=people[Role.INVESTOR].human_id)
    sister = manager_with("of.the.house", organisation_id=group)
    bound = manager_with("declared")
    store(
        DeclaredInterest(
            person_id=bound.id, kind=InterestKind.FAMILY, organisation_id=group, known_on=TODAY, words="배우자"
        )
    )
    return [same, sister, bound]


def test_nobody_verifies_what_they_or_their_group_claimed(signal, claim, unfit, client_of):
    claimed = claim(signal, "L1").json()["step"]
    for person in unfit:
        body = {"outcome": "verified", "evidence_sha256": claimed["sha256"]}
        answer = client_of(person).post(
            f"/commitments/{claimed['id']}/decision", json=body, headers={"Idempotency-Key": person.name}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes"), person.name
        page = client_of(person).get(f"/commitments/{claimed['id']}").json()
        assert page["may_decide"] is False
        assert page["not_verified_because"]


@pytest.fixture
def laid(engine, database, signal):
    """A session as the service's, with a claimed first rung of the signal."""
    with Session(engine, expire_on_commit=False) as session:
        step, evidence = step_of(session, signal, L1, amount_krw=EOK, on=TODAY, expires_on=TODAY + timedelta(days=10))
        lay(session, step, evidence)
        yield session, step
        session.rollback()


def found(step: CommitmentStep, by: Person, **facts) -> CommitmentDecision:
    return CommitmentDecision(
        **{
            "step_id": step.id,
            "outcome": StepOutcome.VERIFIED,
            "decided_by_id": by.id,
            "evidence_sha256": step.sha256,
            "recorded_at": step.recorded_at,
        }
        | facts
    )


def test_the_database_refuses_a_verifier_of_the_same_hand_group_or_another_role(laid, people, manager_with, signal):
    session, step = laid
    claimant = session.get_one(Person, step.claimed_by_id)
    for person, wall in (
        (manager_with("same.human", human_id=claimant.human_id), "decided_by_another"),
        (manager_with("sister", organisation_id=signal.organisation_id), "decided_by_another"),
        (people[Role.AUDITOR], "decided_by_the_fund"),
        (manager_with("gone", active=False), "decided_by_the_fund"),
    ):
        with refused(wall), session.begin_nested():
            lay(session, found(step, person))
    lay(session, found(step, people[Role.FUND_MANAGER]))


def test_an_affiliate_of_the_claimant_does_not_verify_either(laid, signal, store, manager_with):
    session, step = laid
    group = session.get_one(Organisation, signal.organisation_id).ownership_group_id
    affiliate = Organisation(kind=OrganisationKind.INVESTOR, name_ko="한빛자산", ownership_group_id=group)
    store(affiliate)
    with refused("decided_by_another"), session.begin_nested():
        lay(session, found(step, manager_with("affiliate", organisation_id=affiliate.id)))


def test_the_database_refuses_what_is_not_there_to_be_verified(laid, people, signal):
    session, step = laid
    manager = people[Role.FUND_MANAGER]
    late = noon(TODAY + timedelta(days=11))
    for facts, wall in (
        ({"evidence_sha256": "0" * 64}, "decided_as_seen"),
        ({"recorded_at": late}, "verified_in_force"),
        ({"recorded_at": noon(TODAY - timedelta(days=1))}, "decided_while_claimed"),
    ):
        with refused(wall), session.begin_nested():
            lay(session, found(step, manager, **facts))
    for change in ("text = '다른 말'", "available_krw = 777777777", "state = 'withdrawn'"):
        with refused("verified_in_force"), session.begin_nested():
            session.connection().execute(sa.text(f"UPDATE demand_signal SET {change}"))  # noqa: S608 - our own
            lay(session, found(step, manager))
    lay(session, CommitmentRevocation(
        step_id=step.id, side=RevokingSide.ORGANISATION, revoked_by_id=step.claimed_by_id, reason="착오",
        recorded_at=step.recorded_at,
    ))  # fmt: skip
    with refused("decided_while_claimed"), session.begin_nested():
        lay(session, found(step, manager, recorded_at=step.recorded_at))


def test_the_database_lets_no_rung_be_skipped_or_stand_on_one_that_fell(laid, people, signal):
    session, step = laid
    manager = people[Role.FUND_MANAGER]
    letter, evidence = step_of(session, signal, L2, amount_krw=EOK, on=TODAY, expires_on=TODAY + timedelta(days=99))
    lay(session, letter, evidence)
    with refused("no_rung_skipped"), session.begin_nested():
        lay(session, found(letter, manager, recorded_at=noon(TODAY)))
    lay(session, found(step, manager, recorded_at=noon(TODAY)))
    with refused("no_rung_skipped"), session.begin_nested():
        lay(session, found(letter, manager, recorded_at=noon(TODAY + timedelta(days=11))))
    lay(session, found(letter, manager, recorded_at=noon(TODAY)))


def test_the_database_refuses_a_claim_for_others_out_of_turn_or_in_secret(laid, people, rival, signal):
    session, _ = laid
    kept = {"expires_on": TODAY + timedelta(days=10), "amount_krw": EOK, "on": TODAY}
    for facts, wall in (
        ({"claimed_by_id": rival.id}, "claimed_by_its_own"),
        ({"claimed_by_id": people[Role.FUND_MANAGER].id}, "claimed_by_its_own"),
        ({"number": 7}, "step_follows"),
        ({"number": 1}, "step_follows"),
        ({"dated_on": TODAY + timedelta(days=1)}, "step_of_its_day"),
        ({"expires_on": TODAY - timedelta(days=1), "dated_on": TODAY - timedelta(days=2)}, "step_of_its_day"),
    ):
        another, _ = step_of(session, signal, L1, **kept)
        for name, value in facts.items():
            setattr(another, name, value)
        with refused(wall), session.begin_nested():
            lay(session, another)
    session.connection().execute(sa.text("UPDATE demand_signal SET confidentiality = 'confidential'"))
    secret, _ = step_of(session, signal, L1, **kept)
    secret.shown_to_verifier = False
    with refused("shown_by_leave"), session.begin_nested():
        lay(session, secret)


def test_the_database_holds_the_bytes_to_their_digest_and_a_document_to_one_signal(laid, people, signal):
    session, step = laid
    kept = {"expires_on": TODAY + timedelta(days=10), "amount_krw": EOK, "on": TODAY}
    forged, evidence = step_of(session, signal, L2, **kept)
    lay(session, forged)
    with refused("evidence_as_named"), session.begin_nested():
        lay(session, CommitmentEvidence(step_id=forged.id, content=evidence.content + b"!"))
    with refused("decided_as_seen"), session.begin_nested():
        lay(session, found(forged, people[Role.FUND_MANAGER], recorded_at=noon(TODAY)))
    other = DemandSignal(organisation_id=signal.organisation_id, text="또 다른 수요를 적습니다.")
    lay(session, other)
    copied, _ = step_of(session, other, L1, **kept)
    copied.sha256 = step.sha256
    with refused("evidence_of_one_signal"), session.begin_nested():
        lay(session, copied)


def test_only_a_posted_entry_of_a_deal_of_the_signal_bears_a_step_out(laid, people):
    session, step = laid
    mother = Vehicle(
        kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=TODAY, main_purpose_share_bp=0
    )
    lay(session, mother)
    made = Instruction(
        kind=InstructionKind.FUND_SIZE, vehicle_id=mother.id, amount_krw=1, effective_on=TODAY, terms_digest="0" * 64,
        words="시험", made_by_id=people[Role.FUND_MANAGER].id,
    )  # fmt: skip
    lay(session, made)
    with refused("borne_out_by_its_deal"), session.begin_nested():
        lay(session, found(step, people[Role.FUND_MANAGER], instruction_id=made.id, recorded_at=noon(TODAY)))


def test_the_database_lets_only_a_party_take_a_step_back_while_it_stands(laid, people, rival):
    session, step = laid

    def gone(side, by):
        return CommitmentRevocation(
            step_id=step.id, side=side, revoked_by_id=by, reason="사유", recorded_at=noon(TODAY)
        )

    for side, person in (
        (RevokingSide.ORGANISATION, rival), (RevokingSide.ORGANISATION, people[Role.FUND_MANAGER]),
        (RevokingSide.FUND, people[Role.INVESTOR]), (RevokingSide.FUND, people[Role.PLANNER]),
    ):  # fmt: skip
        with refused("revoked_by_a_party"), session.begin_nested():
            lay(session, gone(side, person.id))
    refusal = found(
        step, people[Role.FUND_MANAGER], outcome=StepOutcome.REFUSED, words="서명 없음", recorded_at=noon(TODAY)
    )
    lay(session, refusal)
    with refused("revoked_while_standing"), session.begin_nested():
        lay(session, gone(RevokingSide.ORGANISATION, step.claimed_by_id))


def test_steps_are_never_changed_or_deleted(signal, climb, investor, engine, owner):
    [one] = climb(signal, "L1")
    path = f"/commitments/{one.json()['step']['id']}/revocation"
    assert investor.post(path, json={"reason": "끝"}, headers={"Idempotency-Key": "x"}).status_code == 200
    for table in APPEND_ONLY:
        for change in (f"UPDATE {table} SET recorded_at = now()", f"DELETE FROM {table}"):  # noqa: S608 - our own
            with pytest.raises(ProgrammingError) as denied, engine.begin() as connection:
                connection.execute(sa.text(change))
            assert isinstance(denied.value.orig, InsufficientPrivilege)
            with refused("append_only"), owner.begin() as connection:
                connection.execute(sa.text(change))
        with refused("append_only"), owner.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {table} CASCADE"))


def test_a_step_says_what_the_signal_says_whatever_it_is_given(laid):
    session, step = laid
    said = session.connection().scalar(sa.text("SELECT statement_digest FROM commitment_step"))
    assert said == session.connection().scalar(
        sa.text("SELECT statement_digest(ticket_min_krw, ticket_max_krw, available_krw, text) FROM demand_signal")
    )
    assert said != step.statement_digest == ""
