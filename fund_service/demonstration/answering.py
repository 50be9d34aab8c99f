"""The invented answers of both sides: few, so that the prior weights still rank, and honest about why some pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from fund_service.answers.commands import answer_as_investor, answer_as_team
from fund_service.answers.schemas import AnswerIn
from fund_service.demonstration.cast import TEAM, Cast, on
from models.answer import AnswerKind, PassReason
from seeds.demo import DEMO_DOMAIN

_K, _R = AnswerKind, PassReason
DEEPTECH, ENERGY, POLICY, REGIONAL, BIO = (
    f"{name}{DEMO_DOMAIN}" for name in ("deeptech", "energy", "policy.finance", "regional", "bio")
)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: who gives it on which day, to which signal and project."""

    day: date
    person: str
    signal: str
    project: str
    kind: AnswerKind
    reason: PassReason | None = None
    words: str | None = None


ANSWERS = (
    Said(date(2026, 6, 1), ENERGY, "SIG-013", "HYD-01", _K.INTERESTED),
    Said(date(2026, 6, 1), ENERGY, "SIG-013", "BAT-08", _K.INTERESTED),
    Said(date(2026, 6, 2), ENERGY, "SIG-013", "HYD-03", _K.PASSED, _R.STAGE, "섬 단위 실증을 먼저 보겠습니다."),
    Said(date(2026, 6, 5), ENERGY, "SIG-013", "HYD-01", _K.MEETING),
    Said(date(2026, 6, 9), ENERGY, "SIG-071", "BAT-08", _K.PASSED, _R.SUBSTANCE, "리튬 계열은 찾지 않습니다."),
    Said(date(2026, 7, 8), DEEPTECH, "SIG-056", "ROB-07", _K.MEETING),
    Said(date(2026, 7, 8), DEEPTECH, "SIG-056", "ROB-06", _K.INTERESTED),
    Said(date(2026, 7, 8), DEEPTECH, "SIG-056", "ROB-02", _K.PASSED, _R.NO_MONEY_NOW, "4분기에 다시 봅니다."),
    Said(date(2026, 7, 10), TEAM, "SIG-056", "ROB-06", _K.MEETING),
    Said(date(2026, 7, 21), POLICY, "SIG-004", "SEM-13", _K.MEETING),
    Said(date(2026, 9, 3), POLICY, "SIG-015", "BAT-02", _K.INTERESTED),
    Said(date(2026, 9, 10), POLICY, "SIG-015", "BAT-09", _K.INVESTED),
    Said(date(2026, 9, 15), BIO, "SIG-028", "BIO-04", _K.MEETING),
    Said(date(2026, 9, 16), DEEPTECH, "SIG-037", "AER-03", _K.INTERESTED),
    Said(date(2026, 10, 28), POLICY, "SIG-039", "AER-09", _K.MEETING),
    Said(date(2026, 11, 18), REGIONAL, "SIG-077", "ROB-06", _K.INTERESTED),
    Said(
        date(2026, 11, 20), TEAM, "SIG-077", "ROB-06", _K.PASSED, _R.TIMING, "내년 상반기 시제품을 낸 뒤에 뵙겠습니다."
    ),
)
"""In the order of their days; matching runs only after the play, so none of them copies what a matcher said."""


def answer(cast: Cast) -> Iterator[datetime]:
    """Give the answers, each on its day."""
    for said in ANSWERS:
        at = on(said.day)
        yield at
        pair = cast.signals[said.signal], cast.projects[said.project].id
        heard = AnswerIn(kind=said.kind, reason=said.reason, words=said.words)
        give = answer_as_team if said.person == TEAM else answer_as_investor
        give(cast.session, pair, heard, caller=cast.callers[said.person], at=at)
