"""Money waits for a regulatory consultation: refused by the service and by the database until it is in force."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from fund_service.consultations.holding import tie_deal, waive_hold
from fund_service.consultations.schemas import HoldIn, WaiverIn
from fund_service.deals.gates import missing_for
from models.clock import business_date, utc_now
from models.consultation import (
    Consultation,
    ConsultationContent,
    ConsultationHold,
    ConsultationKind,
    ConsultationOutcome,
    ConsultationStep,
    ConsultationStepKind,
)
from models.deal import Deal, DealStage
from models.errors import FourEyesNeeded, GateClosed
from models.instruction import InstructionKind
from models.person import Person, PersonRole, Role
from models.project import ProjectState, RndProject
from tests.fund_service.ledger.conftest import EOK, Fund, caller_of

TODAY = business_date(utc_now())
LETTER = b"letter"


class Office:
    """A planner who asks an authority beside a project, and the deals that wait."""

    def __init__(self, fund: Fund) -> None:
        self.fund = fund
        self.project = RndProject(title_ko="배송로봇 실증", state=ProjectState.RUNNING)
        self.planner = Person(email="planner@example.org", name="기획자", password_hash="-")  # noqa: S106 - no secret
        for rows in ((self.project, self.planner), (PersonRole(person_id=self.planner.id, role=Role.PLANNER),)):
            fund.write(lambda session, rows=rows: session.add_all(rows))

    def ask(self) -> Consultation:
        asked = Consultation(
            project_id=self.project.id, kind=ConsultationKind.TEMPORARY_PERMIT, authority="국토교통부", rule="법",
            question="묻는다.", days_allowed=90, opened_by_id=self.planner.id,
        )  # fmt: skip
        self.fund.write(lambda session: session.add(asked))
        self.step(asked, ConsultationStepKind.FILED)
        return asked

    def step(self, asked: Consultation, kind: ConsultationStepKind, **said: Any) -> None:
        def write(session: Any) -> None:
            number = session.get_one(Consultation, asked.id).steps + 1
            step = ConsultationStep(
                consultation_id=asked.id, number=number, kind=kind, on_day=TODAY,
                **{"person_id": self.planner.id} | said,
            )  # fmt: skip
            session.add(step)
            session.flush()
            if step.sha256 is not None:
                session.add(ConsultationContent(step_id=step.id, content=LETTER))

        self.fund.write(write)

    def answer(
        self, asked: Consultation, outcome: ConsultationOutcome, *, until: int = 30, confirmed: bool = True
    ) -> None:
        permits = outcome is ConsultationOutcome.PERMITTED
        self.step(
            asked, ConsultationStepKind.ANSWERED, outcome=outcome, document_name="회신.txt", media_type="text/plain",
            size_bytes=len(LETTER), sha256=sha256(LETTER).hexdigest(),
            valid_from=TODAY - timedelta(100) if permits else None,
            valid_until=TODAY + timedelta(until) if permits else None,
        )  # fmt: skip
        if confirmed:
            seen = sha256(LETTER).hexdigest()
            self.step(asked, ConsultationStepKind.CONFIRMED, seen_sha256=seen, person_id=self.fund.checkers[0].id)

    def tie(self, deal: Deal, asked: Consultation, stage: DealStage) -> UUID:
        data = HoldIn(consultation_id=asked.id, stage=stage, words="허가 전에는 팔 수 없다.")
        return self.fund.write(
            lambda session: tie_deal(session, deal.id, data, caller=caller_of(self.fund.maker), at=utc_now())
        ).id

    def waive(self, hold_id: UUID, person: Person) -> None:
        data = WaiverIn(reason="해외 판매만 한다.")
        self.fund.write(lambda session: waive_hold(session, hold_id, data, caller=caller_of(person), at=utc_now()))

    def missing(self, deal: Deal, stage: DealStage) -> list[str]:
        def read(session: Any) -> list[str]:
            missing = missing_for(session, session.get_one(Deal, deal.id), stage)
            return [one.sentence for one in missing if one.code == "consultation"]

        return self.fund.write(read)


@pytest.fixture
def office(funded: Fund) -> Office:
    return Office(funded)


def commit(office: Office, deal: Deal) -> None:
    office.fund.move(InstructionKind.DEAL_COMMITMENT, deal.amount_krw, deal_id=deal.id, terms={"tranches": []})


@pytest.mark.parametrize(
    ("outcome", "until", "confirmed"),
    [
        (None, 0, False),
        (ConsultationOutcome.REFUSED, 0, True),
        (ConsultationOutcome.PERMITTED, 30, False),
        (ConsultationOutcome.PERMITTED, -1, True),
    ],
    ids=["no answer", "refused", "confirmed by nobody", "expired"],
)
def test_nothing_is_committed_while_the_answer_is_not_favourable_confirmed_and_in_force(
    office, owner, outcome, until, confirmed
):
    deal, asked = office.fund.deal(10 * EOK, project_id=office.project.id), office.ask()
    office.tie(deal, asked, DealStage.CONTRACTED)
    if outcome is not None:
        office.answer(asked, outcome, until=until, confirmed=confirmed)
    with pytest.raises(GateClosed, match="국토교통부"):
        commit(office, deal)
    [sentence] = office.missing(deal, DealStage.CONTRACTED)
    assert "국토교통부" in sentence
    with pytest.raises(DBAPIError) as caught, owner.begin() as connection:
        connection.execute(sa.text("UPDATE deal SET stage = 'contracted' WHERE id = :id"), {"id": deal.id})
    assert caught.value.orig.diag.constraint_name == "deal_waits_for_a_consultation"


@pytest.mark.parametrize(
    ("outcome", "until"), [(ConsultationOutcome.NO_REGULATION, 0), (ConsultationOutcome.PERMITTED, 0)]
)
def test_a_favourable_answer_in_force_opens_the_gate_its_last_day_included(office, outcome, until):
    deal, asked = office.fund.deal(10 * EOK, project_id=office.project.id), office.ask()
    office.tie(deal, asked, DealStage.CONTRACTED)
    office.answer(asked, outcome, until=until)
    assert office.missing(deal, DealStage.CONTRACTED) == []
    commit(office, deal)


def test_payments_wait_and_what_the_authority_takes_back_closes_them_again(office, owner):
    fund, asked = office.fund, office.ask()
    deal = fund.commit(10 * EOK, tranches=(4 * EOK, 6 * EOK), project_id=office.project.id)
    fund.fund_cash(10 * EOK)
    first, second = fund.tranches(deal)
    for tranche in (first, second):
        fund.meet(tranche, deal)
    office.tie(deal, asked, DealStage.DISBURSING)

    def pay(tranche: Any) -> None:
        fund.move(
            InstructionKind.DISBURSEMENT, tranche.amount_krw, deal_id=deal.id, terms={"tranche_id": str(tranche.id)}
        )

    with pytest.raises(GateClosed):
        pay(first)
    office.answer(asked, ConsultationOutcome.PERMITTED)
    pay(first)
    office.step(asked, ConsultationStepKind.REVOKED, words="조건 위반")
    with pytest.raises(GateClosed):
        pay(second)
    forged = (
        "ALTER TABLE tranche DISABLE TRIGGER check_tranche_step; "  # noqa: S608 - our own id
        "UPDATE tranche SET state = 'paid', instruction_id = (SELECT instruction_id FROM tranche WHERE state = 'paid') "
        f"WHERE id = '{second.id}'"
    )
    with pytest.raises(DBAPIError) as caught, owner.begin() as connection:
        connection.execute(sa.text(forged))
    assert caught.value.orig.diag.constraint_name == "deal_waits_for_a_consultation"


def test_a_hold_is_waived_by_another_and_never_by_who_tied_it(office, owner):
    deal, asked = office.fund.deal(10 * EOK, project_id=office.project.id), office.ask()
    hold_id = office.tie(deal, asked, DealStage.CONTRACTED)
    with pytest.raises(FourEyesNeeded):
        office.waive(hold_id, office.fund.maker)
    for person in (office.fund.maker, office.planner):
        with pytest.raises(DBAPIError) as caught, owner.begin() as connection:
            connection.execute(
                sa.text("INSERT INTO consultation_waiver (id, recorded_at, hold_id, waived_by_id, reason) "
                        "VALUES (gen_random_uuid(), now(), :hold, :person, 'x')"),
                {"hold": hold_id, "person": person.id},
            )  # fmt: skip
        assert caught.value.orig.diag.constraint_name == "consultation_waived_by_another"
    office.waive(hold_id, office.fund.checkers[0])
    commit(office, deal)


def test_what_a_merged_deal_waited_for_the_one_that_stands_for_it_waits_for_too(office, owner):
    deal, asked = office.fund.deal(10 * EOK, project_id=office.project.id), office.ask()
    other = office.fund.deal(10 * EOK, project_id=office.project.id)
    office.tie(other, asked, DealStage.CONTRACTED)
    with owner.begin() as connection:
        connection.execute(
            sa.text("UPDATE deal SET merged_into_id = :into WHERE id = :id"), {"into": deal.id, "id": other.id}
        )
    with pytest.raises(GateClosed):
        commit(office, deal)
    with pytest.raises(DBAPIError), owner.begin() as connection:
        connection.execute(sa.text("UPDATE deal SET stage = 'contracted' WHERE id = :id"), {"id": deal.id})


def test_a_deal_waits_for_its_own_project_and_is_tied_by_the_fund(office, owner):
    deal, asked = office.fund.deal(10 * EOK), office.ask()
    for rule, project_id, person in (
        ("consultation_hold_of_its_project", None, office.fund.maker),
        ("consultation_hold_by_the_fund", office.project.id, office.planner),
    ):
        hold = ConsultationHold(
            deal_id=deal.id, consultation_id=asked.id, stage=DealStage.CONTRACTED, tied_by_id=person.id, words="x"
        )
        with owner.begin() as connection:
            connection.execute(sa.text("UPDATE deal SET project_id = :id"), {"id": project_id})
        with pytest.raises(DBAPIError) as caught:
            office.fund.write(lambda session, hold=hold: session.add(hold))
        assert caught.value.orig.diag.constraint_name == rule
