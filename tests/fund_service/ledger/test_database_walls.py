"""What the database itself refuses, whoever writes: by trigger even to its owner, by privilege to the service."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import Session, SQLModel, select

from fund_service.ledger.posting import AccountKey, post
from models.clock import business_date, utc_now
from models.committee import AgendaItem, CommitteeMeeting, CommitteeVote, ItemState, VoteChoice
from models.deal import InvestmentInstrument
from models.document import DocumentContent
from models.errors import MoneyNotThere
from models.identity import new_id
from models.instruction import Commitment, IdempotencyKey, Instruction, InstructionCheck, InstructionState, Tranche
from models.instruction import InstructionKind as K
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine, LedgerTip
from models.settlement import ClaimState, ExpenseCategory, ExpenseClaim, SampleDraw, SampleLot
from tests.committee_acts import decide, figure_of_policy

EOK = 100_000_000
APPEND_ONLY = (
    "journal_entry", "ledger_line", "instruction_check", "commitment", "envelope_draw", "capital_call",
    "capital_call_item", "capital_call_receipt", "committee_vote", "deal_stage_change", "deal_activity",
    "deal_document", "document_content", "sample_draw", "sample_lot", "policy_value", "idempotency_key",
    "deal_lead", "policy_confirmation",
)  # fmt: skip


@contextmanager
def refused(constraint):
    """Expect a wall by its name."""
    with pytest.raises(IntegrityError) as refusal:
        yield
    assert refusal.value.orig.diag.constraint_name == constraint


def run(engine, statement, **values):
    with engine.begin() as connection:
        connection.execute(sa.text(statement), values)


@pytest.fixture
def history(funded, store):
    """A fund with a row in each table that is append-only."""
    deal = funded.paid(EOK)
    person = funded.maker
    meeting = CommitteeMeeting(title="제2차", meets_at=utc_now(), chair_id=person.id)
    item = AgendaItem(meeting_id=meeting.id, deal_id=deal.id, position=1, terms_digest="0" * 64)
    draw = SampleDraw(
        deal_id=deal.id, seed=1, share_bp=500, candidates=1, drawn=1, drawn_by_id=person.id, claims_digest="0" * 64
    )
    with Session(funded.engine) as session:
        paid = session.exec(select(Tranche.id).join(Commitment).where(Commitment.deal_id == deal.id)).first()
    claim = ExpenseClaim(
        tranche_id=paid, deal_id=deal.id, category=ExpenseCategory.MATERIALS, amount_krw=1, words="시험",
        spent_on=business_date(utc_now()), state=ClaimState.SETTLED, threshold_krw=2, claimed_by_id=person.id,
    )  # fmt: skip
    store(
        *figure_of_policy("two_checkers_from_krw", amount_krw=10**10),
        DocumentContent(document_id=funded.evidence(deal).id, content=b"%PDF-"),
        draw,
        claim,
        SampleLot(draw_id=draw.id, claim_id=claim.id, position=1),
        IdempotencyKey(person_id=person.id, operation="x", key="k", fingerprint="0" * 64, status=201, body="{}"),
        meeting,
        item,
        CommitteeVote(
            item_id=item.id,
            human_id=person.human_id,
            person_id=person.id,
            choice=VoteChoice.FOR,
            terms_digest=item.terms_digest,
        ),
    )
    return funded


def test_history_is_not_rewritten(history, owner):
    for table in APPEND_ONLY:
        column = next(iter(SQLModel.metadata.tables[table].columns)).name
        for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):  # noqa: S608 - our own
            with pytest.raises(ProgrammingError) as denied:
                run(history.engine, change)
            assert isinstance(denied.value.orig, InsufficientPrivilege)
            with refused("append_only"):
                run(owner, change)
        with refused("append_only"):
            run(owner, f"TRUNCATE {table} CASCADE")


def test_the_service_may_not_take_the_walls_down(history):
    for change in (
        "UPDATE account SET guard_krw = guard_krw + 1",
        "DELETE FROM account",
        "DELETE FROM instruction",
        "UPDATE instruction SET amount_krw = 1",
        "UPDATE instruction SET checks_needed = 0",
        "INSERT INTO ledger_tip VALUES (2, 0, '')",
        "DELETE FROM ledger_tip",
        "UPDATE alembic_version SET version_num = '0'",
        "ALTER TABLE ledger_line DISABLE TRIGGER USER",
        "DROP TRIGGER keep_guards ON ledger_line",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(ProgrammingError) as denied:
            run(history.engine, change)
        assert isinstance(denied.value.orig, InsufficientPrivilege), change


def test_no_row_that_others_rely_on_is_taken_away_by_the_service(history):
    for table in (
        "committee_meeting", "condition_precedent", "deal", "deal_merge", "deal_note", "deal_review", "decision_flag",
        "declared_interest", "expense_claim", "limit_rule", "person", "tranche",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError) as denied:
            run(history.engine, f"DELETE FROM {table}")  # noqa: S608 - our own
        assert isinstance(denied.value.orig, InsufficientPrivilege), table


def test_an_account_opens_with_nothing(funded):
    """Else its guard would let money go that was never there."""
    with refused("account_opens_empty"):
        run(
            funded.engine,
            "INSERT INTO account (id, kind, vehicle_id, deal_id, guard_krw) VALUES (:id, 'cash', :vehicle, NULL, 1)",
            id=new_id(),
            vehicle=funded.mother.id,
        )


def test_the_tip_moves_with_the_last_entry_alone(funded):
    for change in ("number = number + 1", "digest = repeat('f', 64)", "number = 0", "number = number - 1"):
        with refused("tip_follows"):
            run(funded.engine, f"UPDATE ledger_tip SET {change}")  # noqa: S608 - our own


def test_an_instruction_is_asked_before_it_is_posted(funded, store):
    asked = funded.make(K.ENVELOPE_BUDGET, 5, envelope_id=funded.envelope.id)
    facts = asked.model_dump(exclude={"id"}) | {"state": InstructionState.POSTED, "resolved_at": utc_now()}
    with refused("instruction_asked_first"):
        store(Instruction(**facts))


def test_a_settlement_moves_the_won_of_its_own_deal_alone(funded):
    """It needs no checker, so what it says is all it may do."""
    deal, other = (funded.paid(EOK, instrument=InvestmentInstrument.GRANT) for _ in range(2))
    for written, amount in ((other, 5), (deal, 6)):
        with refused("settlement_only_settles"):
            settle(funded, deal, written, amount)
    settle(funded, deal, deal, 5)
    assert funded.balance("settled", deal_id=deal.id) == 5


def settle(fund, asked_of, written_of, amount):
    """Settle five won of a deal on paper, and so many of perhaps another on the ledger."""
    with Session(fund.engine) as session:
        asked = Instruction(
            kind=K.SETTLEMENT,
            vehicle_id=fund.direct.id,
            deal_id=asked_of.id,
            amount_krw=5,
            effective_on=business_date(utc_now()),
            words="시험",
            terms_digest="0" * 64,
            made_by_id=fund.maker.id,
            checks_needed=0,
        )
        session.add(asked)
        session.flush()
        lines = [
            (AccountKey(kind, vehicle_id=fund.direct.id, deal_id=written_of.id), won)
            for kind, won in ((AccountKind.SETTLED, amount), (AccountKind.UNSETTLED, -amount))
        ]
        post(session, asked, lines, at=utc_now(), resolved_by_id=fund.maker.id)
        session.commit()


def test_what_the_committee_decided_is_not_rewritten(funded, owner, store):
    deal = funded.deal(5)
    approved = funded.approval_of(deal)
    change = "UPDATE agenda_item SET state = :state WHERE id = :id"
    for state in ("pending", "rejected"):
        with refused("item_decided_once"):
            run(owner, change, state=state, id=approved.id)
    for facts in ("terms_digest = repeat('f', 64)", "words = 'x'", "decided_by_id = NULL"):
        with refused("item_decided_once"):
            run(owner, f"UPDATE agenda_item SET {facts} WHERE id = :id", id=approved.id)  # noqa: S608 - our own
    with refused("item_decided_once"):
        run(owner, "DELETE FROM agenda_item WHERE id = :id", id=approved.id)
    run(funded.engine, change, state="voided", id=approved.id)
    with refused("item_decided_once"):
        run(owner, change, state="approved", id=approved.id)


def test_what_was_voted_on_is_not_changed(funded, owner, store):
    item = AgendaItem(meeting_id=funded.meeting.id, deal_id=funded.deal(5).id, position=2, terms_digest="0" * 64)
    meeting = CommitteeMeeting(title="제2차", meets_at=utc_now(), chair_id=funded.maker.id)
    item.meeting_id = meeting.id
    voter = funded.checkers[0]
    vote = CommitteeVote(
        item_id=item.id,
        human_id=voter.human_id,
        person_id=voter.id,
        choice=VoteChoice.FOR,
        terms_digest="1" * 64,
    )
    store(meeting, item)
    run(funded.engine, "UPDATE agenda_item SET terms_digest = :terms WHERE id = :id", terms="1" * 64, id=item.id)
    store(vote)
    with refused("item_binds_terms"):
        run(owner, "UPDATE agenda_item SET terms_digest = :terms WHERE id = :id", terms="2" * 64, id=item.id)
    with refused("item_binds_terms"):
        run(owner, "UPDATE agenda_item SET deal_id = :deal WHERE id = :id", deal=funded.deal(6).id, id=item.id)


def test_a_tranche_stays_what_it_is_and_is_paid_by_its_own_disbursement(funded, owner):
    deal = funded.commit(10 * EOK, tranches=(4 * EOK, 6 * EOK))
    first, second = funded.tranches(deal)
    for change in ("amount_krw = 1", "milestone = 'x'", "position = 9"):
        with refused("tranche_unchanged"):
            run(owner, f"UPDATE tranche SET {change} WHERE id = :id", id=first.id)  # noqa: S608 - our own
    funded.meet(first, deal)
    funded.meet(second, deal)
    funded.fund_cash(10 * EOK)
    asked = funded.make(K.DISBURSEMENT, 4 * EOK, deal_id=deal.id, terms={"tranche_id": str(first.id)})
    pay = "UPDATE tranche SET state = 'paid', instruction_id = :asked WHERE id = :id"
    with refused("tranche_paid_by_its_own"):
        run(owner, pay, asked=asked.id, id=first.id)
    funded.check(asked)
    with refused("tranche_paid_by_its_own"):
        run(owner, pay, asked=asked.id, id=second.id)


def test_who_made_checked_or_voted_stays_the_same_human_being(history, owner, store):
    change = "UPDATE person SET human_id = :human WHERE id = :id"
    for person in (history.maker, history.checkers[0]):
        with refused("human_stays"):
            run(owner, change, human=new_id(), id=person.id)
    run(history.engine, "UPDATE person SET human_id = human_id, name = 'x' WHERE id = :id", id=history.maker.id)


def test_what_an_instruction_asks_is_never_changed(history, owner):
    asked = history.make(K.ENVELOPE_BUDGET, 5, envelope_id=history.envelope.id)
    with refused("instruction_unchanged"):
        run(
            owner,
            "UPDATE instruction SET amount_krw = 6, state = 'void', void_reason = 'x', resolved_at = now() "
            "WHERE id = :id",
            id=asked.id,
        )
    with refused("append_only"):
        run(owner, "DELETE FROM instruction WHERE id = :id", id=asked.id)


def test_an_instruction_is_resolved_once_and_posted_with_its_entry(history):
    asked = history.make(K.ENVELOPE_BUDGET, 5, envelope_id=history.envelope.id)
    post_it = "UPDATE instruction SET state = 'posted', resolved_at = now() WHERE id = :id"
    with refused("instruction_has_its_entry"):
        run(history.engine, post_it, id=asked.id)
    run(
        history.engine,
        "UPDATE instruction SET state = 'void', void_reason = 'x', resolved_at = now() WHERE id = :id",
        id=asked.id,
    )
    for state in ("posted", "pending"):
        with refused("instruction_resolved_once"):
            run(history.engine, "UPDATE instruction SET state = :state WHERE id = :id", state=state, id=asked.id)


def write_entry(fund, lines, *, checked=True, count=None, **changed):
    """Write an entry of lines without asking the service's own rules; the database must find what is wrong."""
    asked = fund.make(K.ENVELOPE_BUDGET, 5, envelope_id=fund.spare.id)
    with Session(fund.engine, expire_on_commit=False) as session:
        found = session.get_one(Instruction, asked.id)
        if checked:
            checker = fund.checkers[0]
            session.add(
                InstructionCheck(
                    instruction_id=asked.id,
                    human_id=checker.human_id,
                    person_id=checker.id,
                    terms_digest=asked.terms_digest,
                )
            )
        tip = session.get_one(LedgerTip, 1)
        entry = JournalEntry(
            number=tip.number + 1,
            instruction_id=asked.id,
            effective_on=business_date(utc_now()),
            line_count=count or len(lines),
            previous_digest=changed.get("previous_digest", tip.digest),
            digest=new_id().hex,
        )
        session.add(entry)
        session.flush()
        found.state, found.resolved_at = InstructionState.POSTED, utc_now()
        session.add_all(
            LedgerLine(entry_id=entry.id, position=position, account_id=account.id, amount_krw=won)
            for position, (account, won) in enumerate(lines, 1)
        )
        session.flush()
        session.commit()
        return entry


@pytest.fixture
def books(funded):
    """Two accounts of the envelope's book and two of the mother fund's."""
    with Session(funded.engine) as session:
        accounts = {
            (account.kind, account.vehicle_id or account.envelope_id): account
            for account in session.exec(select(Account))
        }
    envelope, mother = funded.envelope.id, funded.mother.id
    return (
        accounts[AccountKind.ENVELOPE_AVAILABLE, envelope],
        accounts[AccountKind.ENVELOPE_BUDGET, envelope],
        accounts[AccountKind.UNCOMMITTED, mother],
        accounts[AccountKind.SIZE, mother],
    )


def test_a_right_entry_is_taken(funded, books):
    available, budget, *_ = books
    write_entry(funded, [(available, 5), (budget, -5)])
    assert funded.balance("envelope_available") == 600 * EOK + 5


def test_an_entry_balances_in_every_book(funded, books):
    available, budget, uncommitted, _ = books
    for lines in ([(available, 5), (budget, -4)], [(available, 5), (uncommitted, -5)]):
        with refused("entry_balances"):
            write_entry(funded, lines)


def test_an_entry_has_as_many_lines_as_it_says(funded, books):
    available, budget, uncommitted, size = books
    with refused("entry_balances"):
        write_entry(funded, [(available, 5), (budget, -5)], count=3)
    with refused("entry_is_complete"):
        write_entry(funded, [(available, 5), (budget, -5), (uncommitted, 5), (size, -5)], count=3)
    entry = write_entry(funded, [(available, 5), (budget, -5)])
    with refused("entry_is_complete"):
        run(
            funded.engine,
            "INSERT INTO ledger_line (entry_id, position, account_id, amount_krw) VALUES (:entry, 3, :account, 1)",
            entry=entry.id,
            account=uncommitted.id,
        )


def test_an_entry_follows_the_one_before(funded, books):
    available, budget, *_ = books
    with refused("entry_follows"):
        write_entry(funded, [(available, 5), (budget, -5)], previous_digest="f" * 64)


def test_an_entry_is_checked_by_others(funded, books):
    available, budget, *_ = books
    with refused("entry_is_checked"):
        write_entry(funded, [(available, 5), (budget, -5)], checked=False)


def test_money_that_is_not_there_is_not_moved(funded, books):
    available, budget, uncommitted, size = books
    for asset, other in ((available, budget), (uncommitted, size)):
        with refused("ck_account_money_is_there"):
            write_entry(funded, [(asset, -(10**14)), (other, 10**14)])


def test_the_databases_no_is_the_services_no(funded, monkeypatch):
    """Where the service's own look misses it, as when another writer came between, the answer is the same fact."""
    asked = funded.make(K.ENVELOPE_BUDGET, 5, envelope_id=funded.envelope.id)
    monkeypatch.setattr("fund_service.ledger.posting._check_money", lambda *_: None)
    lines = [
        (AccountKey(AccountKind.ENVELOPE_AVAILABLE, envelope_id=funded.envelope.id), -(10**14)),
        (AccountKey(AccountKind.ENVELOPE_BUDGET, envelope_id=funded.envelope.id), 10**14),
    ]
    with Session(funded.engine) as session:
        found = session.get_one(Instruction, asked.id)
        with pytest.raises(MoneyNotThere):
            post(session, found, lines, at=utc_now(), resolved_by_id=funded.maker.id)


def test_guards_are_kept_with_every_line(history):
    with Session(history.engine) as session:
        kept = dict(session.exec(select(Account.id, Account.guard_krw)).all())
        sums = session.execute(sa.text("SELECT account_id, sum(amount_krw)::bigint FROM ledger_line GROUP BY 1"))
        assert kept == dict(sums.all())


def check_row(fund, asked, person, **changed):
    facts = {
        "instruction_id": asked.id,
        "human_id": person.human_id,
        "person_id": person.id,
        "terms_digest": asked.terms_digest,
    }
    with Session(fund.engine) as session:
        session.add(InstructionCheck(**facts | changed))
        session.commit()


def test_a_check_is_by_another_human_being_of_what_is_asked(funded):
    asked = funded.make(K.ENVELOPE_BUDGET, 5, envelope_id=funded.envelope.id)
    checker = funded.checkers[0]
    with refused("four_eyes"):
        check_row(funded, asked, funded.maker)
    with refused("check_by_its_human"):
        check_row(funded, asked, checker, human_id=new_id())
    with refused("check_by_its_human"):
        check_row(funded, asked, funded.maker, human_id=checker.human_id)
    with refused("check_binds_terms"):
        check_row(funded, asked, checker, terms_digest="0" * 64)
    check_row(funded, asked, checker)
    with refused("pk_instruction_check"):
        check_row(funded, asked, checker)
    done = funded.move(K.ENVELOPE_BUDGET, 5, envelope_id=funded.envelope.id)
    with refused("check_binds_terms"):
        check_row(funded, done, funded.checkers[1])


def test_a_vote_is_by_its_human_being_on_a_pending_item(funded, store):
    meeting = CommitteeMeeting(title="제2차", meets_at=utc_now(), chair_id=funded.maker.id)
    facts = {"meeting_id": meeting.id, "terms_digest": "0" * 64}
    pending = AgendaItem(position=1, deal_id=funded.deal(5).id, **facts)
    decided = AgendaItem(position=2, deal_id=funded.deal(6).id, **facts)
    store(meeting, pending)
    funded.write(lambda session: decide(session, decided, ItemState.REJECTED))
    voter = funded.checkers[0]

    def vote(item, **changed):
        facts = {
            "item_id": item.id,
            "human_id": voter.human_id,
            "person_id": voter.id,
            "choice": VoteChoice.FOR,
            "terms_digest": item.terms_digest,
        }
        store(CommitteeVote(**facts | changed))

    with refused("vote_by_its_human"):
        vote(pending, human_id=new_id())
    for item, digest in ((pending, "1" * 64), (decided, "0" * 64)):
        with refused("vote_binds_terms"):
            vote(item, terms_digest=digest)
    vote(pending)
    with refused("pk_committee_vote"):
        vote(pending, choice=VoteChoice.AGAINST)
