"""Cheats on the ledger: one person alone, old approvals, interests that come later; none of them moves a won."""

import os
import random
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.standards import REQUIRED_DOCUMENTS, STANDARD_ITEMS
from fund_service.ledger.terms import ASKED_BY_HAND
from models.clock import business_date, utc_now
from models.committee import AgendaItem, DeclaredInterest, InterestKind, ItemState
from models.deal import Deal, DealStage
from models.diligence import ChecklistItem, DealReview, SpilloverAssessment
from models.document import DealDocument
from models.errors import FourEyesNeeded, FundError, LimitBroken, StepNotAllowed, ValueNotAllowed
from models.identity import new_id
from models.instruction import Commitment, Instruction, InstructionState, Tranche, TrancheState
from models.instruction import InstructionKind as K
from models.ledger import JournalEntry
from models.person import Person, PersonRole, Role
from models.timeline import ActivityKind
from models.vehicle import LimitKind, LimitRule
from tests.committee_acts import figure_of_policy
from tests.fund_service.ledger.conftest import manager

EOK = 100_000_000
WALKS, STEPS = int(os.environ.get("CHEATING_WALKS", "8")), 25
"""Walks of every run, and steps of each; `CHEATING_WALKS` asks for more walks."""
ALONE = frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.PLANNER})
"""All roles that one human being may hold together with moving money."""


class TestRelease:
    """What was released under one approval is not promised again under it."""

    def test_it_is_not_taken_back_once_the_deal_is_committed_to_anew(self, funded):
        deal = funded.commit(10 * EOK)
        released = funded.move(K.COMMITMENT_RELEASE, 10 * EOK, deal_id=deal.id)
        reapprove(funded, deal)
        funded.move(K.DEAL_COMMITMENT, 10 * EOK, deal_id=deal.id)
        with pytest.raises(StepNotAllowed):
            funded.make(K.REVERSAL, terms={"entry_id": str(funded.entry_of(released).id)})
        assert funded.balance("committed", deal_id=deal.id) == 10 * EOK

    def test_it_is_not_taken_back_past_a_limit(self, funded, store):
        deal = funded.commit(300 * EOK)
        released = funded.move(K.COMMITMENT_RELEASE, 300 * EOK, deal_id=deal.id)
        # Of the 1,000 the fund has: one company gets at most a quarter.
        store(LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=2_500, basis_ko="규약", basis_en="Agreement"))
        with pytest.raises(LimitBroken):
            funded.make(K.REVERSAL, terms={"entry_id": str(funded.entry_of(released).id)})


def reapprove(fund, deal):
    """Let a deal whose commitment was released come to a second approval of the same terms."""

    def write(session):
        found = session.get_one(Deal, deal.id)
        found.stage = DealStage.APPROVED
        session.add(found)

    fund.write(write)


def test_a_commitment_does_not_count_from_before_its_approval(funded):
    """Else a later approval would draw on an earlier year's envelope, under an earlier year's limits."""
    deal = funded.deal(10 * EOK)
    yesterday = business_date(utc_now()) - timedelta(days=1)
    with pytest.raises(ValueNotAllowed) as refusal:
        funded.make(K.DEAL_COMMITMENT, 10 * EOK, deal_id=deal.id, effective_on=yesterday)
    assert refusal.value.field == "effective_on"


@pytest.mark.parametrize("who", ["maker", "first checker"])
def test_whoever_has_an_interest_by_now_does_not_count(funded, store, who):
    """What was made or checked before an interest was declared is not posted after it."""
    deal = funded.deal(100 * EOK)
    asked = funded.make(K.DEAL_COMMITMENT, 100 * EOK, deal_id=deal.id)
    assert asked.checks_needed == 2
    first, second = funded.checkers
    funded.check(asked, first)
    bound = funded.maker if who == "maker" else first
    store(
        DeclaredInterest(
            person_id=bound.id, kind=InterestKind.FAMILY, organisation_id=funded.company.id,
            known_on=business_date(utc_now()), words="동생",
        )
    )  # fmt: skip
    with pytest.raises(FourEyesNeeded):
        funded.check(asked, second)


def test_a_held_deal_can_be_told_of_so_that_no_check_and_declaration_wait_for_each_other(funded):
    """A check holds the deal and waits for accounts; a declaration holds accounts and writes on the timeline."""
    deal = funded.deal(EOK)
    with Session(funded.engine) as checking, Session(funded.engine) as declaring:
        lock_deal(checking, deal.id)
        declaring.connection().execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
        record_activity(
            declaring, deal.id, ActivityKind.COMMITTEE, person_id=funded.maker.id, words="신고", at=utc_now()
        )
        declaring.rollback()


@pytest.fixture
def loner(funded, store, client_of):
    """One human being under two accounts, each with every role that may go together."""
    human_id = new_id()
    accounts = [
        Person(email=f"alone-{number}@example.org", name=f"혼자 {number}", password_hash="none", human_id=human_id)  # noqa: S106 - no secret
        for number in range(2)
    ]
    store(*accounts, *(PersonRole(person_id=one.id, role=role) for one in accounts for role in ALONE))
    return Loner(funded, accounts, [client_of(account) for account in accounts])


class Loner:
    """Somebody who tries alone whatever a deal needs, under both accounts, and remembers what was answered."""

    def __init__(self, fund, accounts, clients):
        self.fund, self.accounts, self.clients = fund, accounts, clients
        self.answers = Counter()

    def tries(self, method, path, *, body=None, headers=None, only=None):
        """Try with each account; give what the first that may was answered, if any."""
        given = None
        for client in self.clients if only is None else [self.clients[only]]:
            keys = {"Idempotency-Key": new_id().hex, **(headers or {})}
            answer = client.request(method, path, json=body, headers=keys)
            self.answers[f"{method} {path.split('/')[1]}", answer.status_code] += 1
            assert answer.status_code < 500, (method, path, body, answer.text)
            if answer.status_code < 300 and given is None:
                given = answer.json()
        return given

    def steps_on(self, deal_id):
        """Try every step of a deal by hand, but those that end it."""
        for stage in DealStage:
            if stage not in {DealStage.DECLINED, DealStage.WITHDRAWN}:
                version = self.clients[0].get(f"/deals/{deal_id}").json()["version"]
                headers = {"If-Match": f'"{version}"'}
                self.tries("POST", f"/deals/{deal_id}/steps", body={"stage": stage.value}, headers=headers)

    def decides_on(self, deal, called, **rules):
        """Call a meeting, list a deal, vote and decide on it; then put it off, so that it can be tried again."""
        members = [str(person.id) for person in called]
        body = {"title": "혼자", "meets_at": "2026-12-01T14:00", "chair_id": members[0], "member_ids": members, **rules}
        meeting = self.tries("POST", "/committee/meetings", body=body, only=0)
        if meeting is None:
            return
        address = f"/committee/meetings/{meeting['id']}"
        self.steps_on(deal.id)
        headers = {"If-Match": f'"{meeting["version"]}"'}
        assert self.tries("PUT", f"{address}/agenda", body={"deal_ids": [str(deal.id)]}, headers=headers, only=0)
        [item] = self.tries("POST", f"{address}/open")["items"]
        vote = {"choice": "for", "terms_digest": item["terms_digest"]}
        assert self.tries("POST", f"/committee/items/{item['id']}/votes", body=vote)
        said = {"terms_digest": item["terms_digest"], "words": "혼자 정한다."}
        address = f"/committee/items/{item['id']}/decision"
        assert self.tries("POST", address, body={"outcome": "approved", **said}) is None
        assert self.tries("POST", address, body={"outcome": "deferred", **said})

    def moves(self, kind, **asked):
        """Make an instruction with each account, and check each with both; give up what is left."""
        for maker in (0, 1):
            body = {"kind": kind.value, "words": "혼자", **asked}
            made = self.tries("POST", "/ledger/instructions", body=body, only=maker)
            if made is not None:
                address = f"/ledger/instructions/{made['id']}"
                assert not self.tries("POST", f"{address}/check", body={"terms_digest": made["terms_digest"]})
                self.tries("POST", f"{address}/void", body={"reason": "혼자서는 안 된다."}, only=0)


def make_ready(fund, reviewers):
    """Record a deal before the committee that lacks nothing, led by another."""
    facts = {"region_code": "11", "additionality": "민간만으로는 어렵다.", "vehicle_id": fund.direct.id}
    deal = Deal(
        title_ko="수소 저장", stage=DealStage.COMMITTEE, company_id=fund.company.id, lead_id=fund.maker.id,
        amount_krw=EOK, **facts,
    )  # fmt: skip
    lead = fund.maker.id
    rows = [
        *(DealReview(deal_id=deal.id, person_id=person.id, words="적절하다.") for person in reviewers),
        SpilloverAssessment(
            deal_id=deal.id, region_code="11", investment_krw=1, jobs=1, production_krw=1, method="한국은행 2020",
            base_year=2020, person_id=lead,
        ),
        *(
            ChecklistItem(deal_id=deal.id, title=one.title_ko, done_at=utc_now(), done_by_id=lead)
            for one in STANDARD_ITEMS[deal.instrument]
        ),
        *(
            DealDocument(
                deal_id=deal.id, kind=kind, name=f"{kind}.pdf", media_type="application/pdf", size_bytes=1,
                sha256="0" * 64, uploaded_by_id=lead,
            )
            for kind in REQUIRED_DOCUMENTS[deal.instrument]
        ),
    ]  # fmt: skip
    fund.write(lambda session: [session.add(deal), session.flush(), session.add_all(rows)])
    return deal


def what_stands(fund):
    """Count what only several people bring about."""
    with Session(fund.engine) as session:
        counted = {
            "entries": select(func.count()).select_from(JournalEntry),
            "posted": select(func.count()).where(Instruction.state == InstructionState.POSTED),
            "approved": select(func.count()).where(AgendaItem.state == ItemState.APPROVED),
            "commitments": select(func.count()).select_from(Commitment),
            "paid": select(func.count()).where(Tranche.state == TrancheState.PAID),
        }
        return {name: session.exec(query).one() for name, query in counted.items()}


@pytest.mark.usefixtures("reference_data")
def test_one_human_being_alone_reaches_no_approval_no_commitment_and_no_payment(loner, store):
    """Segregation: wherever others have brought a deal to, nobody takes it further alone, and a loner never."""
    fund = loner.fund
    other = fund.checkers[0]
    store(PersonRole(person_id=other.id, role=Role.COMMITTEE_MEMBER))
    ready = make_ready(fund, fund.checkers)
    approved, contracted = fund.deal(2 * EOK), fund.commit(10 * EOK, tranches=(5 * EOK, 5 * EOK))
    first, second = fund.tranches(contracted)
    fund.meet(first, contracted)
    fund.fund_cash(10 * EOK)
    entry_id = str(fund.entry_of(fund.move(K.ENVELOPE_BUDGET, 5, envelope_id=fund.envelope.id)).id)
    before = what_stands(fund)

    own = loner.tries(
        "POST", "/deals", only=0,
        body={
            "title_ko": "내 투자건", "company_id": str(fund.company.id), "amount_krw": EOK,
            "vehicle_id": str(fund.direct.id), "distinct_from": [str(one.id) for one in (ready, approved, contracted)],
        },
    )  # fmt: skip
    assert own is not None
    loner.steps_on(own["deal"]["id"] if "deal" in own else own["id"])
    for called in (loner.accounts[:1], [loner.accounts[0], other]):
        loner.decides_on(ready, called)
        loner.decides_on(ready, called, quorum_bp=1, approval_bp=1)
    loner.tries("POST", "/policy", body={"name": "two_checkers_from_krw", "amount": 10**14, "reason": "혼자"}, only=0)
    evidence = loner.fund.evidence(contracted)
    address = f"/deals/{contracted.id}/settlement/tranches/{second.id}/milestone"
    loner.tries("POST", address, body={"evidence_document_id": str(evidence.id)})
    vehicle, deal = {"vehicle_id": str(fund.direct.id)}, {"deal_id": str(contracted.id)}
    today = business_date(utc_now()).isoformat()
    asked = {
        K.FUND_SIZE: {"vehicle_id": str(fund.mother.id)},
        K.ENVELOPE_BUDGET: {"envelope_id": str(fund.envelope.id)},
        K.VEHICLE_COMMITMENT: {"vehicle_id": str(fund.mother.id), "terms": {"child_id": str(fund.direct.id)}},
        K.DEAL_COMMITMENT: {"deal_id": str(approved.id), "amount_krw": 2 * EOK},
        K.COMMITMENT_RELEASE: deal | {"amount_krw": 5 * EOK, "terms": {"tranche_ids": [str(second.id)]}},
        K.CAPITAL_CALL: vehicle | {"terms": {"due_on": today, "items": [{"purpose": "expense", "amount_krw": 1}]}},
        K.DISBURSEMENT: deal | {"amount_krw": 5 * EOK, "terms": {"tranche_id": str(first.id)}},
        K.EXPENSE: vehicle | {"terms": {"purpose": "expense"}},
        K.DISTRIBUTION: vehicle,
        K.ROYALTY: deal,
        K.REVERSAL: {"amount_krw": None, "terms": {"entry_id": entry_id}},
    }
    # What the rest need, no deal has yet: something paid, or a call that is open.
    assert set(ASKED_BY_HAND) - set(asked) == {
        K.CALL_RECEIPT, K.PROCEEDS, K.REPAYMENT, K.WRITE_OFF, K.VALUATION, K.UNSPENT_RETURN
    }  # fmt: skip
    for kind, facts in asked.items():
        loner.moves(kind, **{"amount_krw": 1} | facts)
    for one in (ready, approved, contracted):
        loner.steps_on(one.id)
    assert what_stands(fund) == before
    checked = {status: count for (path, status), count in loner.answers.items() if path == "POST ledger"}
    assert checked[201] == 2 * len(asked), "all were asked for, so that it was the check that was refused"
    assert checked[403] == 4 * len(asked)


def test_whoever_asked_for_money_is_not_declared_somebody_else_afterwards(funded, client_for):
    """Else a maker's second account, split off from them, would check what they asked for."""
    funded.make(K.ENVELOPE_BUDGET, 5, envelope_id=funded.envelope.id)
    administrator = client_for(Role.ADMINISTRATOR)
    maker = administrator.get(f"/people/{funded.maker.id}").json()
    body = {
        "email": maker["email"], "name": maker["name"], "roles": ["fund_manager"],
        "same_human_as": str(funded.checkers[0].id),
    }  # fmt: skip
    answer = administrator.put(f"/people/{maker['id']}", json=body, headers={"If-Match": f'"{maker["version"]}"'})
    assert answer.status_code == 409, answer.text


def test_a_role_taken_away_is_gone_with_the_next_request(funded, client_of):
    client = client_of(funded.maker)
    body = {"kind": "envelope_budget", "envelope_id": str(funded.envelope.id), "amount_krw": 1, "words": "시험"}
    assert client.post("/ledger/instructions", json=body, headers={"Idempotency-Key": "1"}).status_code == 201
    funded.write(lambda session: session.delete(session.get_one(PersonRole, (funded.maker.id, Role.FUND_MANAGER))))
    for key in ("1", "2"):
        assert client.post("/ledger/instructions", json=body, headers={"Idempotency-Key": key}).status_code == 403


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(WALKS))
def test_no_walk_of_whoever_pleases_posts_what_too_few_human_beings_looked_at(funded, store, seed):
    """Random people, some under two accounts, some bound or sent away meanwhile, make and check as they please."""
    lot = random.Random(seed)  # noqa: S311 - a walk that can be walked again
    people = [funded.maker, *funded.checkers]
    for number, person in enumerate(people[:2]):
        twin, role = manager(f"twin-{number}", human_id=person.human_id)
        store(twin, role)
        people.append(twin)
    store(*figure_of_policy("two_checkers_from_krw", amount_krw=5))
    deal = funded.deal(7)
    asked: list[Instruction] = []
    for _ in range(STEPS):
        funded.maker = lot.choice(people)
        try:
            match lot.choice(("budget", "commit", "check", "check", "check", "check", "bind", "send away")):
                case "budget":
                    asked.append(funded.make(K.ENVELOPE_BUDGET, lot.randint(1, 9), envelope_id=funded.envelope.id))
                case "commit":
                    asked.append(funded.make(K.DEAL_COMMITMENT, 7, deal_id=deal.id))
                case "check" if asked:
                    funded.check(lot.choice(asked), lot.choice(people))
                case "bind" if lot.random() < 0.3:
                    bind(store, lot.choice(people), funded.company)
                case "send away" if lot.random() < 0.3:
                    funded.write(partial(send_away, gone=lot.choice(people)))
        except FundError as refusal:
            assert not isinstance(refusal, ValueNotAllowed), refusal  # noqa: PT017 - what is refused is who, not what
    looked_at = sa.text(
        "SELECT checks_needed, count(DISTINCT given.human_id) FILTER (WHERE given.human_id <> maker.human_id) "
        "FROM instruction JOIN person AS maker ON maker.id = made_by_id "
        "LEFT JOIN instruction_check AS given ON given.instruction_id = instruction.id "
        "WHERE state = 'posted' GROUP BY instruction.id"
    )
    with funded.engine.connect() as connection:
        posted = connection.execute(looked_at).all()
    assert posted
    assert all(others >= needed >= 1 for needed, others in posted)


def bind(store, person, company):
    store(
        DeclaredInterest(
            person_id=person.id, kind=InterestKind.PERSONAL, organisation_id=company.id,
            known_on=business_date(utc_now()), words="지분",
        )
    )  # fmt: skip


def send_away(session, *, gone):
    """Take the role of somebody away, as an administrator does."""
    session.exec(
        sa.delete(PersonRole).where(col(PersonRole.person_id) == gone.id, col(PersonRole.role) == Role.FUND_MANAGER)
    )
