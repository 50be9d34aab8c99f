"""Nobody moves by one check, in parts, what two would have to check in one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from fund_service.audit.verify import verify_on
from fund_service.ledger.splitting import SPLIT_DAYS
from models.clock import business_date, utc_now
from models.errors import FourEyesNeeded
from models.identity import new_id
from models.instruction import Instruction, InstructionState
from models.instruction import InstructionKind as K
from models.person import Person, PreferredLanguage
from models.vehicle import Envelope

EOK = 100_000_000
HTML = {"Accept": "text/html"}


@pytest.fixture
def rich(funded):
    """The small fund with cash in its direct window, and an expense of 60 that one has checked."""
    funded.fund_cash(300 * EOK)
    spend(funded)
    return funded


def spend(fund, amount=60 * EOK, **asked):
    made = ask(fund, amount, **asked)
    for checker in fund.checkers[: made.checks_needed]:
        fund.check(made, checker)
    return made


def ask(fund, amount=60 * EOK, **asked):
    return fund.make(
        K.EXPENSE, amount, **{"vehicle_id": fund.direct.id, "terms": {"purpose": "management_fee"}} | asked
    )


def day(days):
    return business_date(utc_now()) - timedelta(days=days)


def test_the_second_half_of_a_sum_takes_two(rich):
    """The attack: twelve billion by one check each, in two halves."""
    second = ask(rich)
    assert second.checks_needed == 2
    rich.check(second)
    assert rich.balance("expense") == 60 * EOK, "one check posts the first half alone"
    rich.check(second, rich.checkers[1])
    assert rich.balance("expense") == 120 * EOK


def test_what_is_pending_counts_and_what_is_void_does_not(funded):
    funded.fund_cash(200 * EOK)
    first = ask(funded)
    assert ask(funded).checks_needed == 2
    assert ask(funded, 39 * EOK).checks_needed == 2, "the second half counts too"
    funded.write(lambda session: void_all(session, but=first.id))
    assert ask(funded, 39 * EOK).checks_needed == 1
    assert ask(funded, 1).checks_needed == 1
    assert ask(funded, EOK).checks_needed == 2


def void_all(session, *, but=None):
    waiting = select(Instruction).where(Instruction.state == InstructionState.PENDING, Instruction.id != but)
    for asked in session.exec(waiting).all():
        asked.state, asked.void_reason, asked.resolved_at = InstructionState.VOID, "시험", utc_now()


def test_other_dates_are_no_way_round(rich):
    """The date an entry counts for is the maker's to choose; the day of asking is not."""
    assert ask(rich, effective_on=day(SPLIT_DAYS * 4)).checks_needed == 2


def asked_before(fund, *, recorded, effective):
    """Put an instruction on record as it would have been made some days ago."""
    facts = ask(fund).model_dump(exclude={"id"})
    facts |= {"recorded_at": utc_now() - timedelta(days=recorded), "effective_on": day(effective)}
    fund.write(void_all)
    fund.write(lambda session: session.add(Instruction(**facts)))


@pytest.mark.parametrize(
    ("recorded", "effective", "needed"),
    [
        (SPLIT_DAYS, 30, 2),
        (SPLIT_DAYS + 1, 30, 1),
        (30, SPLIT_DAYS, 2),
        (30, SPLIT_DAYS + 1, 1),
        (30, 0, 2),
    ],
)
def test_a_week_either_way_is_the_same_time(funded, recorded, effective, needed):
    funded.fund_cash(200 * EOK)
    asked_before(funded, recorded=recorded, effective=effective)
    assert ask(funded).checks_needed == needed


def test_only_the_same_kind_from_the_same_vehicle_or_envelope_for_the_same_deal_counts(rich, store):
    other = Envelope(name_ko="다른 예산", name_en="Other", year=2099)
    store(other)
    terms = {"due_on": day(0).isoformat(), "items": [{"purpose": "expense", "amount_krw": 60 * EOK}]}
    rich.write(void_all)
    assert rich.make(K.DISTRIBUTION, 60 * EOK, vehicle_id=rich.direct.id).checks_needed == 1
    assert rich.make(K.CAPITAL_CALL, 60 * EOK, vehicle_id=rich.direct.id, terms=terms).checks_needed == 2
    for envelope in (rich.spare, other):
        assert rich.make(K.ENVELOPE_BUDGET, 60 * EOK, envelope_id=envelope.id).checks_needed == 1
        assert rich.make(K.ENVELOPE_BUDGET, 60 * EOK, envelope_id=envelope.id).checks_needed == 2
    deals = [rich.deal(60 * EOK) for _ in range(2)]
    for deal in deals:
        assert rich.make(K.DEAL_COMMITMENT, 60 * EOK, deal_id=deal.id).checks_needed == 1
    assert rich.make(K.DEAL_COMMITMENT, 60 * EOK, deal_id=deals[0].id).checks_needed == 2


def twin(fund):
    """Ask for a second half as two do in the same moment: neither sees the other, so each asks for one check."""
    facts = ask(fund).model_dump(exclude={"id"}) | {"checks_needed": 1}
    unseen = Instruction(**facts)
    unseen.terms_digest = unseen.digest_of_terms()
    fund.write(void_all)
    fund.write(lambda session: session.add(unseen))
    return unseen


def test_halves_asked_for_in_the_same_moment_do_not_both_post(rich):
    unseen = twin(rich)
    with pytest.raises(FourEyesNeeded):
        rich.check(unseen)
    assert rich.balance("expense") == 60 * EOK


def test_nor_does_the_earlier_where_the_later_was_posted_meanwhile(funded):
    """Of two that did not see each other, what counts for the one that is checked last is what is posted."""
    funded.fund_cash(200 * EOK)
    earlier = new_id()
    spend(funded)
    facts = twin(funded).model_dump(exclude={"id"}) | {"id": earlier}
    funded.write(lambda session: session.add(Instruction(**facts)))
    with pytest.raises(FourEyesNeeded):
        funded.check(Instruction(**facts))
    assert funded.balance("expense") == 60 * EOK


def test_the_review_says_with_what_it_counts(rich, client_of):
    client = client_of(rich.maker)
    typed = {
        "kind": "expense", "vehicle_id": str(rich.direct.id), "amount_krw": "6,000,000,000", "purpose": "expense",
        "words": "보수",
    }  # fmt: skip

    def review(**changed):
        return client.post("/ledger/instructions/review", data=typed | changed, headers=HTML).text

    assert "앞뒤 7일 안에 60억원이 더 지시되었습니다. 합하면 120억원이며" in review()
    rich.write(lambda session: setattr(session.get_one(Person, rich.maker.id), "language", PreferredLanguage.ENGLISH))
    said = review()
    assert "2 other people check it first" in said
    assert "more were asked for in the same way within 7 days. Together they come to" in said
    alone = review(kind="distribution")
    assert "1 other person checks it first" in alone
    assert "Together" not in alone


def test_verify_finds_a_second_half_by_one_check_and_nothing_else(rich, owner):
    spend(rich)
    spend(rich, 39 * EOK)
    assert findings(owner) == []
    unseen = twin(rich)
    assert findings(owner) == [], "it cannot be posted"
    with owner.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        post = sa.text("UPDATE instruction SET state = 'posted', resolved_at = now() WHERE id = :id")
        connection.execute(post, {"id": unseen.id})
    assert ("instruction_checks_needed", f"instruction {unseen.id}") in findings(owner)


def findings(engine):
    with engine.connect() as connection:
        return [(found.check, found.record) for found in verify_on(connection).findings]
