"""The invented fund, loaded beside the plan: organisations, people for every role, projects and demand signals."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from models.errors import StepNotAllowed
from models.person import Person, Role
from models.plan import Initiative, Region, Technology, TechnologyField
from seeds.demo_files import DEMO_FOLDER, PlanCodes, read_demo
from seeds.demo_parties import seed_groups, seed_organisations, seed_people
from seeds.demo_texts import seed_projects, seed_signals
from seeds.reports import SeedReport

DEMO_PASSWORD = "fund-demo-2026"  # noqa: S105 - published on purpose: it opens invented accounts only
"""The password of every invented person."""
DEMO_DOMAIN = "@demo.fund.example"
"""The mail domain of every invented person, reserved so that no real one can have it (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The account of an invented person."""

    email: str
    roles: tuple[Role, ...]

    def __str__(self) -> str:
        """Say the account in one line."""
        return f"{self.email}  {', '.join(self.roles)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What a load of the invented fund did, and who can sign in."""

    counts: SeedReport
    credentials: tuple[Credentials, ...]
    password: str = DEMO_PASSWORD

    def __str__(self) -> str:
        """Say the counts, the accounts and their password, a line each."""
        lines = [str(self.counts), *map(str, self.credentials), f"password of all: {self.password}"]
        return "\n".join(lines)


def seed_demo(session: Session, hash_password: Callable[[str], str], *, folder: Path = DEMO_FOLDER) -> DemoReport:
    """Bring the invented fund to what its files say, by natural key; flushes, never commits.

    A row is changed only when its line in the files changed, so what people have edited since stays.

    Parameters
    ----------
    session
        A session on a database in which the plan has been seeded.
    hash_password
        Gives the encoded hash of a password; called once for each person who has no account yet.
    folder
        Where the files are.

    Raises
    ------
    StepNotAllowed
        When the plan has not been seeded, or real people have accounts: the password of the invented ones is public.
    SeedFileRefused
        When a file is not as it must be; then nothing is written.
    """
    _refuse_beside_real_people(session)
    fund = read_demo(_plan_codes(session), folder=folder)
    counts, groups = seed_groups(session, fund)
    brought, organisations = seed_organisations(session, fund.organisations, groups=groups)
    counts += brought
    brought, people = seed_people(
        session, fund.people, organisations=organisations, new_hash=lambda: hash_password(DEMO_PASSWORD)
    )
    counts += brought
    counts += seed_projects(session, fund.projects, organisations=organisations)
    counts += seed_signals(session, fund.signals, organisations=organisations, people=people)
    accounts = (Credentials(line.record.email, tuple(line.record.roles)) for line in fund.people)
    return DemoReport(counts=counts, credentials=tuple(accounts))


def _refuse_beside_real_people(session: Session) -> None:
    if session.exec(select(Person.id).where(col(Person.email).not_like(f"%{DEMO_DOMAIN}")).limit(1)).first():
        raise StepNotAllowed(
            "Real people have accounts here; the demo is for a database of its own, since its password is public."
        )


def _plan_codes(session: Session) -> PlanCodes:
    codes = PlanCodes(
        regions=frozenset(session.exec(select(Region.code))),
        fields=frozenset(session.exec(select(TechnologyField.code))),
        technologies=frozenset(session.exec(select(Technology.code))),
        initiatives=frozenset(session.exec(select(Initiative.code))),
    )
    if not (codes.regions and codes.fields and codes.technologies and codes.initiatives):
        raise StepNotAllowed("The invented fund refers to the plan; run `fund seed plan` first.")
    return codes
