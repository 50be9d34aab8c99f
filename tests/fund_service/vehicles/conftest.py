"""Vehicles with won on the ledger, posted as in service: made by one person, checked by another."""

from datetime import date

import pytest
from sqlmodel import Session

from fund_service.ledger.posting import AccountKey, post
from models.clock import utc_now
from models.deal import Deal
from models.instruction import Instruction, InstructionCheck, InstructionKind
from models.ledger import AccountKind
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Role
from models.vehicle import Envelope, Vehicle, VehicleKind

BILLION = 10**9
A = AccountKind


@pytest.fixture
def keep(database, people):
    """Post an entry, checked by somebody else."""

    def keep(kind, lines, **subject):
        maker, checker = people[Role.FUND_MANAGER], people[Role.COMMITTEE_MEMBER]
        amount = sum(krw for _, krw in lines if krw > 0)
        with Session(database) as session:
            asked = Instruction(
                kind=kind, amount_krw=amount, effective_on=date(2026, 3, 2), terms_digest="", words="시험",
                made_by_id=maker.id, **subject,
            )  # fmt: skip
            asked.terms_digest = asked.digest_of_terms()
            session.add(asked)
            session.flush()
            session.add(
                InstructionCheck(
                    instruction_id=asked.id, human_id=checker.human_id, person_id=checker.id,
                    terms_digest=asked.terms_digest,
                )
            )  # fmt: skip
            session.flush()
            post(session, asked, lines, at=utc_now(), resolved_by_id=checker.id)
            session.commit()

    return keep


@pytest.fixture
def make_vehicle(store, keep):
    """Commit a vehicle and give it won: a mother fund by its size, another by a promise of the one it draws on."""

    def make_vehicle(kind=VehicleKind.MOTHER_FUND, *, parent=None, size=0, name_ko="모펀드", **values):
        values = {"formed_on": date(2026, 1, 29), "name_en": name_ko} | values
        vehicle = Vehicle(kind=kind, parent_id=None if parent is None else parent.id, name_ko=name_ko, **values)
        store(vehicle)
        if size:
            lines = [(AccountKey(A.UNCOMMITTED, vehicle.id), size), (AccountKey(A.SIZE, vehicle.id), -size)]
            if parent is None:
                keep(InstructionKind.FUND_SIZE, lines, vehicle_id=vehicle.id)
            else:
                promise = AccountKey(A.PROMISED, parent.id, child_id=vehicle.id)
                lines += [(promise, size), (AccountKey(A.UNCOMMITTED, parent.id), -size)]
                keep(InstructionKind.VEHICLE_COMMITMENT, lines, vehicle_id=parent.id)
        return vehicle

    return make_vehicle


@pytest.fixture
def make_company(store):
    """Commit a company, alone in its group unless one is given."""

    def make_company(name_ko="가온머티리얼", *, group=None):
        groups = [OwnershipGroup(name_ko=f"{name_ko}그룹")] if group is None else []
        group_id = groups[0].id if groups else group
        company = Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko=name_ko, ownership_group_id=group_id)
        store(*groups, company)
        return company

    return make_company


@pytest.fixture
def make_deal(store, people, make_company):
    """Commit a deal."""

    def make_deal(company=None, *, amount_krw=BILLION, title_ko="수소 저장 투자", **values):
        company = company or make_company()
        deal = Deal(
            title_ko=title_ko,
            company_id=company.id,
            lead_id=people[Role.FUND_MANAGER].id,
            amount_krw=amount_krw,
            **values,
        )
        store(deal)
        return deal

    return make_deal


@pytest.fixture
def commit(keep):
    """Commit won of a vehicle to a deal."""

    def commit(vehicle, deal, krw):
        lines = [
            (AccountKey(A.COMMITTED, vehicle.id, deal_id=deal.id), krw),
            (AccountKey(A.UNCOMMITTED, vehicle.id), -krw),
        ]
        keep(InstructionKind.DEAL_COMMITMENT, lines, vehicle_id=vehicle.id, deal_id=deal.id)

    return commit


@pytest.fixture
def draw(keep):
    """Let a deal draw won that were committed to it."""

    def draw(vehicle, deal, krw):
        lines = [
            (AccountKey(A.DRAWN, vehicle.id, deal_id=deal.id), krw),
            (AccountKey(A.COMMITTED, vehicle.id, deal_id=deal.id), -krw),
        ]
        keep(InstructionKind.DISBURSEMENT, lines, vehicle_id=vehicle.id, deal_id=deal.id)

    return draw


@pytest.fixture
def make_envelope(store, keep):
    """Commit an envelope and give it won."""

    def make_envelope(*, budget=0, name_ko="재원", **dimensions):
        envelope = Envelope(name_ko=name_ko, name_en=name_ko, **dimensions)
        store(envelope)
        if budget:
            lines = [
                (AccountKey(A.ENVELOPE_AVAILABLE, envelope_id=envelope.id), budget),
                (AccountKey(A.ENVELOPE_BUDGET, envelope_id=envelope.id), -budget),
            ]
            keep(InstructionKind.ENVELOPE_BUDGET, lines, envelope_id=envelope.id)
        return envelope

    return make_envelope


@pytest.fixture
def trillion(make_vehicle):
    """The mother fund with its trillion."""
    return make_vehicle(size=1_000 * BILLION)
