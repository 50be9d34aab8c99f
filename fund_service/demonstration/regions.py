"""The invented fund's regions: spillover assessed by several, and an anchor company that states what it would buy."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from fund_service.demonstration.cast import CHAIR, MARKET, Cast, on
from fund_service.regional.commands import assess_spillover, state_demand
from fund_service.regional.schemas import AnchorDemandIn, SpilloverReviewIn
from fund_service.settlement.receipts import Upload
from models.signal import Confidentiality
from seeds.demo import DEMO_DOMAIN

PROGRAMMES, REGIONS = (f"planner.{name}{DEMO_DOMAIN}" for name in ("programmes", "regions"))
ANCHOR = f"anchor.motors{DEMO_DOMAIN}"


class Assessed(NamedTuple):
    """Who assessed which project on which day, with scores for investment, jobs and production."""

    day: date
    project: str
    by: str
    scores: tuple[int, int, int]
    words: str


ASSESSMENTS = (
    Assessed(
        date(2026, 9, 7), "ROB-01", REGIONS, (4, 4, 3), "대구 로봇 부품사 여섯 곳이 감속기 라인을 증설할 계획입니다."
    ),
    Assessed(date(2026, 9, 9), "ROB-01", MARKET, (3, 4, 4), "완성차 조립 라인 납품이 확정되면 지역 생산이 늘어납니다."),
    Assessed(date(2026, 9, 14), "SEM-05", REGIONS, (4, 3, 4), "충남의 기판 협력사와 장비사가 함께 증설합니다."),
    Assessed(
        date(2026, 9, 15), "SEM-05", CHAIR, (2, 3, 3), "핵심 장비를 수입에 기대어 지역에 남는 투자가 크지 않습니다."
    ),
    Assessed(date(2026, 9, 21), "HYD-09", REGIONS, (5, 4, 4), "석탄발전이 멈추는 보령의 일자리를 잇는 과제입니다."),
    Assessed(date(2026, 10, 6), "SEM-05", CHAIR, (3, 3, 3), "장비 국산화 계획이 더해져 투자 점수를 올립니다."),
)
STATED_ON, STATED_FOR = date(2026, 10, 12), "ROB-01"
STATEMENT = AnchorDemandIn(
    text="국산 파동기어 감속기가 각도 전달 오차 30초각과 1만 시간 수명을 통과하면, 협동로봇 조립 라인에 "
    "연간 3,000대분을 구매하려 합니다.",
    volume_krw=9_600_000_000,
    stated_on=STATED_ON,
    expires_on=date(2028, 12, 31),
    confidentiality=Confidentiality.OPEN,
)
PAPER = "구매의향서.txt"


def plays(cast: Cast) -> Iterator[Iterator[datetime]]:
    """Give what happens: assessments, and a statement of demand."""
    yield assess(cast)
    yield state(cast)


def assess(cast: Cast) -> Iterator[datetime]:
    """Have planners and committee members assess what projects do for their regions."""
    for one in ASSESSMENTS:
        at = on(one.day)
        yield at
        investment, jobs, production = one.scores
        data = SpilloverReviewIn(investment=investment, jobs=jobs, production=production, words=one.words)
        assess_spillover(cast.session, cast.projects[one.project].id, data, caller=cast.callers[one.by], at=at)


def state(cast: Cast) -> Iterator[datetime]:
    """Have the anchor company of a Leap project state what it means to buy."""
    at = on(STATED_ON, 14)
    yield at
    paper = Upload(PAPER, "text/plain", f"구매의향서\n\n{STATEMENT.text}\n".encode())
    project = cast.projects[STATED_FOR]
    state_demand(cast.session, project.id, STATEMENT, upload=paper, caller=cast.callers[ANCHOR], at=at)
