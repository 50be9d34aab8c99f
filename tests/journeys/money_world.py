"""A fund of a trillion won with approved deals, for tests that race for its money through real server processes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from fund_service.accounts.callers import Caller, digest_secret
from fund_service.database import transaction
from fund_service.ledger.commands import check_instruction, make_instruction
from fund_service.ledger.schemas import InstructionIn
from models.clock import utc_now
from models.committee import AgendaItem, CommitteeMeeting
from models.deal import Deal, DealStage
from models.identity import new_id
from models.instruction import CapitalCall, Instruction, InstructionKind
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import AccessToken, Person, PersonRole, Role
from models.vehicle import Vehicle, VehicleKind
from tests.committee_acts import decide

TRILLION, CASH = 10**12, 10**9
DAY = date(2026, 3, 2)


@dataclass
class World:
    """Who is there, what may be invested in, and the tokens of the people."""

    engine: Engine
    managers: list[Person] = field(default_factory=list)
    tokens: dict[UUID, str] = field(default_factory=dict)
    vehicle_id: UUID = field(default_factory=new_id)
    mother_id: UUID = field(default_factory=new_id)
    deal_ids: list[UUID] = field(default_factory=list)

    def caller(self, at: int) -> Caller:
        """The manager at a place, as the shell would call for them."""
        person = self.managers[at]
        return Caller(
            person_id=person.id,
            name=person.name,
            email=person.email,
            language=person.language,
            organisation_id=None,
            organisation_name=None,
            roles=frozenset({Role.FUND_MANAGER}),
            csrf_token=None,
        )

    def make(self, session: Session, kind: InstructionKind, amount_krw: int, **said: object) -> Instruction:
        """Let the first manager make an instruction."""
        asked = {"kind": kind, "amount_krw": amount_krw, "effective_on": DAY, "words": "시험", "terms": {}, **said}
        return make_instruction(session, InstructionIn.model_validate(asked), maker=self.caller(0), at=utc_now())

    def check(self, session: Session, instruction: Instruction, at: int) -> None:
        """Let the manager at a place check an instruction."""
        check_instruction(
            session, instruction.id, checker=self.caller(at), terms_digest=instruction.terms_digest, at=utc_now()
        )

    def post(self, kind: InstructionKind, amount_krw: int, **said: object) -> UUID:
        """Make an instruction and have the others check it until it is posted."""
        with transaction(self.engine) as session:
            instruction = self.make(session, kind, amount_krw, **said)
            for at in range(1, instruction.checks_needed + 1):
                self.check(session, instruction, at)
            return instruction.id

    def commitments(self, amount_krw: int, deals: list[UUID], *, checked_by: int) -> list[tuple[UUID, str]]:
        """Make a commitment for each deal, checked by some already; give each instruction with its digest."""
        made = []
        for deal_id in deals:
            with transaction(self.engine) as session:
                said = {"vehicle_id": self.vehicle_id, "deal_id": deal_id}
                instruction = self.make(session, InstructionKind.DEAL_COMMITMENT, amount_krw, **said)
                for at in range(1, checked_by + 1):
                    self.check(session, instruction, at)
                made.append((instruction.id, instruction.terms_digest))
        return made


def make_world(engine: Engine, *, deals: int, amount_krw: int) -> World:
    """Make the fund with its trillion in one window, and deals that the committee approved."""
    world = World(engine)
    with transaction(engine) as session:
        _people(session, world)
        session.add(
            Vehicle(id=world.mother_id, kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother", formed_on=DAY)
        )
        session.flush()
        session.add(
            Vehicle(
                id=world.vehicle_id,
                kind=VehicleKind.DIRECT,
                parent_id=world.mother_id,
                name_ko="직접투자",
                name_en="Direct",
                formed_on=DAY,
            )
        )
        session.flush()
        meeting = CommitteeMeeting(title="투자심의", meets_at=utc_now(), chair_id=world.managers[0].id)
        session.add(meeting)
        session.flush()
        for position in range(1, deals + 1):
            world.deal_ids.append(_approved_deal(session, world, meeting, position, amount_krw))
    world.post(InstructionKind.FUND_SIZE, TRILLION, vehicle_id=world.mother_id)
    world.post(
        InstructionKind.VEHICLE_COMMITMENT,
        TRILLION,
        vehicle_id=world.mother_id,
        terms={"child_id": str(world.vehicle_id)},
    )
    items = [{"purpose": "investment", "amount_krw": CASH}]
    called = world.post(
        InstructionKind.CAPITAL_CALL,
        CASH,
        vehicle_id=world.mother_id,
        terms={"due_on": DAY.isoformat(), "items": items},
    )
    with Session(engine) as session:
        call_id = session.exec(select(CapitalCall.id).where(CapitalCall.instruction_id == called)).one()
    world.post(InstructionKind.CALL_RECEIPT, CASH, vehicle_id=world.mother_id, terms={"call_id": str(call_id)})
    return world


def _people(session: Session, world: World) -> None:
    for at in range(3):
        person = Person(email=f"manager{at}@example.org", name=f"운용역 {at}", password_hash="-")  # noqa: S106 - tokens only
        session.add(person)
        session.flush()
        secret = f"fund_{new_id().hex}"
        session.add(PersonRole(person_id=person.id, role=Role.FUND_MANAGER))
        session.add(
            AccessToken(
                token_digest=digest_secret(secret),
                person_id=person.id,
                label="race",
                expires_at=utc_now() + timedelta(hours=1),
            )
        )
        session.flush()
        world.managers.append(person)
        world.tokens[person.id] = secret


def _approved_deal(session: Session, world: World, meeting: CommitteeMeeting, position: int, amount_krw: int) -> UUID:
    group = OwnershipGroup(name_ko=f"그룹 {position}")
    company = Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko=f"기업 {position}", ownership_group_id=group.id)
    session.add(group)
    session.flush()
    session.add(company)
    session.flush()
    deal = Deal(
        title_ko=f"투자 {position}",
        company_id=company.id,
        lead_id=world.managers[0].id,
        vehicle_id=world.vehicle_id,
        amount_krw=amount_krw,
        stage=DealStage.APPROVED,
    )
    session.add(deal)
    session.flush()
    item = AgendaItem(meeting_id=meeting.id, deal_id=deal.id, position=position, terms_digest=deal.terms_digest())
    decide(session, item, at=datetime.combine(DAY, time(9), tzinfo=UTC), by_id=world.managers[0].id)
    return deal.id
