"""The board of 10,000 deals over HTTP, on a PostgreSQL of its own: ``python -m tests.benchmarks.deal_board``."""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from os import environ
from pathlib import Path

import click
import httpx
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from fund_service.accounts.callers import digest_secret
from fund_service.database import migrate, open_engine
from fund_service.settings import Settings
from models.clock import utc_now
from models.deal import Deal, DealStage, DeclineReason, InvestmentInstrument
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import AccessToken, Person, PersonRole, Role
from models.plan import Initiative, Region
from models.vehicle import Vehicle, VehicleKind
from tests.conftest import serving

DEALS = 10_000
COMPANIES = 2_000
ROUNDS = 200
TOKEN = "fund_benchmark"  # noqa: S105 - of a database that is thrown away
NOUNS = ("수소 저장 용기", "전력반도체 기판", "배터리 재활용", "양자암호 통신", "위성 영상 분석", "로봇 감속기")
SUMMARY = "양산 설비와 품질 인증을 갖추어 수요기업에 납품하고, 지역에 연구 인력을 새로 고용한다. " * 8
ENDED = (DealStage.DECLINED, DealStage.WITHDRAWN)


def fill(home: Path) -> None:
    """Make the deals, spread over stages, companies, leads, regions and vehicles."""
    subprocess.run(
        [sys.executable, "-m", "fund_service", "seed", "plan"], env={**environ, "FUND_HOME": str(home)}, check=True
    )
    engine = open_engine(Settings(home=home, database_url=None, encoder=None, public_url="http://127.0.0.1:8000"))
    migrate(engine)
    chance = random.Random(20261122)  # noqa: S311 - a draw that can be repeated
    with Session(engine) as session:
        regions = session.exec(select(Region.code)).all()
        initiatives = session.exec(select(Initiative.code)).all()
        leads = [Person(email=f"lead-{n}@example.org", name=f"담당 {n}", password_hash="-") for n in range(12)]  # noqa: S106 - no secret
        mother = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother", formed_on=utc_now().date())
        session.add_all([*leads, mother])
        session.flush()
        session.add_all(PersonRole(person_id=lead.id, role=Role.FUND_MANAGER) for lead in leads)
        session.add(
            AccessToken(
                token_digest=digest_secret(TOKEN),
                person_id=leads[0].id,
                label="benchmark",
                expires_at=utc_now() + timedelta(days=1),
            )
        )
        groups = [OwnershipGroup(name_ko=f"그룹 {number}") for number in range(COMPANIES)]
        companies = [
            Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko=f"기업 {number}", ownership_group_id=group.id)
            for number, group in enumerate(groups)
        ]
        for rows in (groups, companies):
            session.add_all(rows)
            session.flush()
        stages = chance.choices(list(DealStage), weights=[20, 18, 12, 4, 3, 5, 8, 10, 5, 12, 3], k=DEALS)
        deals = []
        for number, stage in enumerate(stages):
            ended = {"decline_reason": DeclineReason.MARKET, "decline_words": "시장"} if stage in ENDED else {}
            deals.append(
                Deal(
                    title_ko=f"{chance.choice(NOUNS)} {number}호",
                    summary=f"{number} {SUMMARY}",
                    stage=stage,
                    stage_since=utc_now() - timedelta(days=chance.randrange(200)),
                    company_id=chance.choice(companies).id,
                    lead_id=chance.choice(leads).id,
                    vehicle_id=mother.id,
                    instrument=chance.choice(list(InvestmentInstrument)),
                    amount_krw=chance.randrange(1, 400) * 10**8,
                    region_code=chance.choice(regions),
                    initiative_code=chance.choice(initiatives),
                    **ended,
                )
            )
        session.connection().execute(sa.insert(SQLModel.metadata.tables["deal"]), [deal.model_dump() for deal in deals])
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SET ROLE NONE"))
        connection.execute(sa.text("ANALYZE"))
    engine.dispose()


def figures(home: Path) -> Iterator[tuple[str, str]]:
    """Measure what a fund manager waits for, each with the answer's size."""
    asked = {
        "board of 10,000 deals, first page, JSON": ("/deals/board", "application/json"),
        "board of 10,000 deals, first page, HTML": ("/deals/board", "text/html"),
        "board, words searched for, HTML": ("/deals/board?q=%EB%B0%B0%ED%84%B0%EB%A6%AC", "text/html"),
        "board, one lead and province, HTML": ("/deals/board?region_code=26&overdue_days=30", "text/html"),
        "list of 10,000 deals, first page, HTML": ("/deals", "text/html"),
    }
    with serving(home, "--no-worker") as service, httpx.Client(base_url=service.url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        for name, (address, accept) in asked.items():
            times = []
            for _ in range(ROUNDS + 10):
                started = time.perf_counter()
                answer = client.get(address, headers={"Accept": accept})
                times.append((time.perf_counter() - started) * 1_000)
                answer.raise_for_status()
            ordered = sorted(times[10:])
            size = len(answer.content) // 1024
            yield (
                name,
                (
                    f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.0f} ms, "
                    f"largest {ordered[-1]:.0f} ms ({size} KiB)"
                ),
            )
        yield from making(client)


def making(client: httpx.Client) -> Iterator[tuple[str, str]]:
    """Measure the making of a deal, the search for duplicates among 10,000 included."""
    companies = client.get("/organisations").json()["items"]
    times = []
    for number in range(20):
        said = {
            "title_ko": f"완전히 새로운 사업 {number:x} {chr(0xAC00 + number * 97)}",
            "summary": f"{number} {SUMMARY[::-1]}",
            "company_id": companies[0]["id"],
            "amount_krw": 10**9,
        }
        found = client.post("/deals", json=said).json()
        said["distinct_from"] = [candidate["deal_id"] for candidate in found.get("candidates", [])]
        started = time.perf_counter()
        client.post("/deals", json=said)
        times.append((time.perf_counter() - started) * 1_000)
    yield "a deal made by hand, duplicates sought among 10,000", f"median {statistics.median(times):.0f} ms"


def deal_board() -> Iterator[tuple[str, str]]:
    """Fill a database that is thrown away, and measure."""
    with tempfile.TemporaryDirectory(prefix="fund-bench-", ignore_cleanup_errors=True) as home:
        fill(Path(home))
        yield from figures(Path(home))


if __name__ == "__main__":
    for name, figure in deal_board():
        click.echo(f"| {name} | {figure} |")
