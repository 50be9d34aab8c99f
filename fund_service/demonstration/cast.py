"""Who plays: the invented people as callers, and what they have made so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.ledger.commands import check_instruction, make_instruction
from fund_service.ledger.schemas import InstructionIn
from models.clock import SEOUL
from models.instruction import Instruction, InstructionKind
from models.organisation import Organisation
from models.person import Person, PersonRole, Role
from models.project import RndProject
from models.signal import DemandSignal
from seeds.demo import DEMO_DOMAIN
from seeds.demo_rows import DEMO_SOURCE

LEAD, DEALS, RISK = (f"fund.{name}{DEMO_DOMAIN}" for name in ("lead", "deals", "risk"))
CHAIR, TECHNOLOGY, MARKET, FINANCE = (
    f"ic.{name}{DEMO_DOMAIN}" for name in ("chair", "technology", "market", "finance")
)
TEAM = f"team.robot{DEMO_DOMAIN}"


def on(day: date, hour: int = 10) -> datetime:
    """Give an hour of a day in Seoul."""
    return datetime.combine(day, time(hour), tzinfo=SEOUL)


def after(day: date, days: int) -> date:
    """Give the day that many days later."""
    return day + timedelta(days=days)


@dataclass
class Cast:
    """The session, the people by e-mail, and what is there by the names of the files."""

    session: Session
    callers: Mapping[str, Caller]
    organisations: Mapping[str, UUID]
    projects: Mapping[str, RndProject]
    signals: Mapping[str, UUID]
    vehicles: dict[str, UUID] = field(default_factory=dict)
    deals: dict[str, UUID] = field(default_factory=dict)

    def others(self, *emails: str) -> list[Caller]:
        """Give the fund managers but those named, in the order of the files."""
        return [self.callers[email] for email in (LEAD, DEALS, RISK) if email not in emails]

    def post(self, kind: InstructionKind, amount_krw: int, *, at: datetime, words: str, **said: object) -> Instruction:
        """Have one manager make an instruction and as many others as it needs check it."""
        asked = {"kind": kind, "amount_krw": amount_krw, "effective_on": at.date(), "words": words, **said}
        maker, *checkers = self.others()
        instruction = make_instruction(self.session, InstructionIn.model_validate(asked), maker=maker, at=at)
        for checker in checkers[: instruction.checks_needed]:
            check_instruction(
                self.session, instruction.id, checker=checker, terms_digest=instruction.terms_digest, at=at
            )
        return instruction


def gather(session: Session) -> Cast:
    """Find the people, organisations and projects of the invented fund."""
    people = session.exec(select(Person).where(col(Person.email).like(f"%{DEMO_DOMAIN}"))).all()
    roles: dict[UUID, set[Role]] = {}
    for held in session.exec(select(PersonRole)):
        roles.setdefault(held.person_id, set()).add(held.role)
    callers = {
        person.email: Caller(
            person_id=person.id,
            name=person.name,
            email=person.email,
            language=person.language,
            organisation_id=person.organisation_id,
            organisation_name=None,
            roles=frozenset(roles.get(person.id, set())),
            csrf_token=None,
        )
        for person in people
    }
    organisations = session.exec(select(Organisation).where(Organisation.source == DEMO_SOURCE))
    projects = session.exec(select(RndProject).where(RndProject.source == DEMO_SOURCE))
    signals = session.exec(select(DemandSignal).where(DemandSignal.source == DEMO_SOURCE))
    return Cast(
        session=session,
        callers=callers,
        organisations={str(organisation.external_id): organisation.id for organisation in organisations},
        projects={str(project.external_id): project for project in projects},
        signals={str(signal.external_id): signal.id for signal in signals},
    )
