"""The invented projects' questions to authorities: late, awaited, answered, and deals whose money waits for them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlmodel import select

from fund_service.accounts.callers import Caller
from fund_service.consultations.commands import open_consultation, take_step
from fund_service.consultations.holding import tie_deal, waive_hold
from fund_service.consultations.schemas import ConsultationIn, ConsultationStepIn, HoldIn, WaiverIn
from fund_service.demonstration.cast import DEALS, LEAD, TEAM, Cast, on
from fund_service.settlement.receipts import Upload
from models.consultation import (
    Consultation,
    ConsultationKind,
    ConsultationOutcome,
    ConsultationStep,
    ConsultationStepKind,
)
from models.deal import DealStage
from seeds.demo import DEMO_DOMAIN

PLANNER = f"planner.programmes{DEMO_DOMAIN}"
_K, _T, _O = ConsultationKind, ConsultationStepKind, ConsultationOutcome


class Happened(NamedTuple):
    """A step: when, which, and what was said."""

    day: date
    kind: ConsultationStepKind
    said: Mapping[str, Any] = MappingProxyType({})
    by: str = PLANNER


class Question(NamedTuple):
    """What is asked beside a project, when it was opened, and what happened to it since."""

    project: str
    opened: date
    kind: ConsultationKind
    authority: str
    rule: str
    question: str
    steps: tuple[Happened, ...] = ()
    by: str = PLANNER


def _permit(first: date, last: date, words: str) -> dict[str, Any]:
    return {
        "outcome": _O.PERMITTED_CONDITIONALLY, "valid_from": first, "valid_until": last, "words": words,
    }  # fmt: skip


QUESTIONS = (
    Question(
        "ROB-06", date(2026, 10, 8), _K.RAPID_CONFIRMATION, "고용노동부", "산업안전보건기준에 관한 규칙 제223조",
        "촉각 피부로 접촉을 감지해 멈추는 로봇손도 방책을 둘러야 하는지 확인을 요청합니다.",
        (Happened(date(2026, 10, 12), _T.FILED, {"words": "접수번호 2026-신속-0412"}, TEAM),), TEAM,
    ),
    Question(
        "ROB-08", date(2026, 8, 27), _K.DEMONSTRATION_EXEMPTION, "고용노동부", "산업안전보건법 제80조",
        "조선소 두 공구에서 휴머노이드 10대를 작업자와 함께 쓰는 실증특례를 요청합니다.",
        (
            Happened(date(2026, 9, 1), _T.FILED),
            Happened(
                date(2026, 10, 20), _T.SUPPLEMENT_ASKED,
                {"words": "비상정지 시험성적서와 작업자 동선 분리 계획을 보완할 것.", "reply_by": date(2026, 11, 13)},
            ),
        ),
    ),
    Question(
        "MOB-02", date(2026, 9, 28), _K.TEMPORARY_PERMIT, "국토교통부", "자율주행자동차법 제7조",
        "원격관제 인력 한 명이 버스 세 대를 맡는 운행의 임시허가를 요청합니다.",
        (Happened(date(2026, 10, 1), _T.FILED),),
    ),
    Question(
        "MOB-05", date(2026, 3, 9), _K.DEMONSTRATION_EXEMPTION, "국토교통부", "항공안전법 제23조(감항증명)",
        "고흥 시험장 상공 300m 아래에서 시제기를 띄우는 실증특례를 요청합니다.",
        (
            Happened(date(2026, 3, 12), _T.FILED),
            Happened(date(2026, 4, 1), _T.SUPPLEMENT_ASKED, {"words": "낙하산 작동 시험 결과를 제출할 것."}),
            Happened(date(2026, 4, 20), _T.SUPPLIED),
            Happened(
                date(2026, 6, 10), _T.ANSWERED,
                _permit(date(2026, 6, 15), date(2028, 6, 14), "주간 시계비행에 한하며 책임보험 100억원에 가입할 것."),
            ),
            Happened(date(2026, 6, 11), _T.CONFIRMED, {}, LEAD),
        ),
    ),
    Question(
        "MOB-08", date(2025, 10, 13), _K.TEMPORARY_PERMIT, "산업통상부", "고압가스 안전관리법 제17조",
        "연료전지 파워팩 일체형 수소용기의 임시허가를 요청합니다.",
        (
            Happened(date(2025, 10, 15), _T.FILED),
            Happened(
                date(2025, 12, 22), _T.ANSWERED,
                _permit(date(2026, 1, 1), date(2026, 12, 31), "반기마다 용기 누설 점검 결과를 보고할 것."),
            ),
            Happened(date(2025, 12, 26), _T.CONFIRMED, {}, DEALS),
        ),
    ),
    Question(
        "BIO-10", date(2026, 10, 26), _K.RAPID_CONFIRMATION, "식품의약품안전처", "의료기기법 제2조(정의)",
        "낙상 조기 경보 패치가 의료기기에 해당하는지 확인을 요청합니다.",
        (Happened(date(2026, 10, 28), _T.FILED),),
    ),
    Question(
        "BAT-10", date(2026, 10, 14), _K.RAPID_CONFIRMATION, "환경부", "폐기물관리법 제13조의3",
        "판정을 마친 사용후 배터리를 제품으로 거래할 수 있는지 확인을 요청합니다.",
        (
            Happened(date(2026, 10, 15), _T.FILED),
            Happened(
                date(2026, 11, 10), _T.ANSWERED,
                {"outcome": _O.NO_REGULATION, "words": "등급 인증을 받은 배터리는 순환자원이며 허가 대상이 아님."},
            ),
        ),
    ),
    Question(
        "AER-06", date(2026, 9, 7), _K.TEMPORARY_PERMIT, "원자력안전위원회", "원자력안전법 제53조",
        "발사 전 조립시설에서 동위원소 열원을 다루는 임시허가를 요청합니다.",
        (Happened(date(2026, 9, 10), _T.FILED),),
    ),
    Question(
        "HYD-05", date(2026, 8, 3), _K.DEMONSTRATION_EXEMPTION, "해양수산부", "선박안전법 제8조(정기검사)",
        "국제기준이 정해지지 않은 액화수소 화물창의 시험 운항 특례를 요청합니다.",
        (Happened(date(2026, 8, 6), _T.FILED),),
    ),
    Question(
        "NUC-07", date(2026, 5, 11), _K.TEMPORARY_PERMIT, "원자력안전위원회", "원자력안전법 제28조",
        "해체 승인 전 구역에서 레이저 절단 로봇을 시험하는 임시허가를 요청합니다.",
        (
            Happened(date(2026, 5, 14), _T.FILED),
            Happened(
                date(2026, 7, 30), _T.ANSWERED,
                {"outcome": _O.REFUSED, "words": "해체 승인 전에는 방사화 구역의 절단 시험을 허용하지 않음."},
            ),
            Happened(date(2026, 8, 3), _T.CONFIRMED, {}, LEAD),
        ),
    ),
    Question(
        "MOB-06", date(2026, 11, 16), _K.DEMONSTRATION_EXEMPTION, "국토교통부", "항공안전법 제127조",
        "섬 사이 저고도 항로에서 교통관리 시험 비행을 하는 실증특례를 요청하려 합니다.",
    ),
)  # fmt: skip
"""Invented, as are the receipts; the rules are real ones that such projects meet."""
AFTER_HOURS = 17
TIED_ON = date(2026, 11, 17)


def consult(cast: Cast) -> Iterator[datetime]:
    """Ask, record what happened on its day, and let three deals wait; one of them is waived."""
    asked: dict[str, Consultation] = {}
    acts: list[tuple[datetime, Question, Happened | None]] = [(on(one.opened, 9), one, None) for one in QUESTIONS]
    acts += [(on(step.day, AFTER_HOURS), one, step) for one in QUESTIONS for step in one.steps]
    for at, one, step in sorted(acts, key=lambda act: (act[0], act[1].project)):
        yield at
        if step is None:
            said = ConsultationIn(kind=one.kind, authority=one.authority, rule=one.rule, question=one.question)
            project, caller = cast.projects[one.project], cast.callers[one.by]
            asked[one.project] = open_consultation(cast.session, project.id, said, caller=caller, at=at)
        else:
            _record(cast, asked[one.project], step, at=at)
    yield on(TIED_ON)
    for name in WAITING:
        _wait(cast, asked[name], name, at=on(TIED_ON))


def _record(cast: Cast, asked: Consultation, step: Happened, *, at: datetime) -> None:
    caller: Caller = cast.callers[step.by]
    said = {"kind": step.kind, "on_day": step.day, **step.said}
    if step.kind is _T.CONFIRMED:
        said["seen_sha256"] = _sha256_of_answer(cast, asked)
    upload = None
    if step.kind is _T.ANSWERED:
        text = f"{asked.authority} 회신\n\n지어낸 문서입니다.\n\n{asked.rule}\n{step.said['words']}\n"
        upload = Upload(f"회신-{asked.authority}.txt", "text/plain", text.encode())
    take_step(cast.session, asked.id, ConsultationStepIn.model_validate(said), upload=upload, caller=caller, at=at)


def _sha256_of_answer(cast: Cast, asked: Consultation) -> str | None:
    return cast.session.exec(
        select(ConsultationStep.sha256).where(
            ConsultationStep.consultation_id == asked.id, ConsultationStep.kind == _T.ANSWERED
        )
    ).one()


WAITING = MappingProxyType(
    {
        "AER-06": ("DEAL-09", DealStage.CONTRACTED, "동위원소를 다룰 수 있어야 조립을 시작할 수 있습니다."),
        "MOB-05": ("DEAL-16", DealStage.CONTRACTED, "시험 비행 없이는 투자할 근거가 없습니다."),
        "HYD-05": ("DEAL-07", DealStage.DISBURSING, "시험 운항 전에는 첫 집행을 하지 않습니다."),
    }
)
"""Which step of which deal waits for the consultation beside a project, and why."""
WAIVED = MappingProxyType({"HYD-05": "첫 집행분은 육상 시험설비에만 쓰므로 시험 운항 특례와 관계가 없습니다."})


def _wait(cast: Cast, asked: Consultation, project: str, *, at: datetime) -> None:
    name, stage, words = WAITING[project]
    data = HoldIn(consultation_id=asked.id, stage=stage, words=words)
    hold = tie_deal(cast.session, cast.deals[name], data, caller=cast.callers[LEAD], at=at)
    if project in WAIVED:
        waive_hold(cast.session, hold.id, WaiverIn(reason=WAIVED[project]), caller=cast.callers[DEALS], at=at)
