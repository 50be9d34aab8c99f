"""The service's own format: every column of each kind, its headings in Korean and English, and how its cells read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from fund_service.imports import values
from fund_service.imports.schemas import ImportKind
from models.deal import DealStage, InvestmentInstrument
from models.organisation import OrganisationKind
from models.project import DevelopmentStage, LeapPhase, ProjectState, ProjectType
from models.signal import CommitmentLevel, Confidentiality, SignalState


class Lookup(StrEnum):
    """Columns whose cells name something that is recorded already, to be found when the file is imported."""

    FIELDS = "fields"
    """Technology fields, any number."""
    REGION = "region"
    """One province."""
    REGIONS = "regions"
    """Provinces and mega-regions, any number."""
    INITIATIVE = "initiative"
    """One initiative of the plan."""
    ORGANISATIONS = "organisations"
    """Organisations, any number."""
    ORGANISATION = "organisation"
    """One organisation."""
    GROUP = "group"
    """One ownership group, recorded when it is new."""
    PROJECT = "project"
    """One R&D project."""
    VEHICLE = "vehicle"
    """One vehicle of the fund."""
    LEAD = "lead"
    """One fund manager."""
    AMOUNT = "amount"
    """An amount or range, in the file's currency where it names none."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the own format."""

    name: str
    """Our name, accepted as a heading too."""
    headings: tuple[str, ...]
    """Accepted headings, the one we print first; blanks, case and punctuation do not matter."""
    read: Callable[[object], object] | Lookup
    """How a cell is read."""


_STATES: Mapping[ProjectState, tuple[str, ...]] = {
    ProjectState.PLANNED: ("계획", "기획", "예정", "공고"),
    ProjectState.RUNNING: ("수행중", "진행", "진행중", "수행", "ongoing"),
    ProjectState.COMPLETED: ("완료", "종료"),
    ProjectState.DISCONTINUED: ("중단", "stopped"),
}
_DEVELOPMENT_STAGES: Mapping[DevelopmentStage, tuple[str, ...]] = {
    DevelopmentStage.BASIC: ("기초연구", "기초", "기초연구단계", "basic research"),
    DevelopmentStage.APPLIED: ("응용연구", "응용", "응용연구단계", "applied research"),
    DevelopmentStage.DEVELOPMENT: ("개발연구", "개발", "개발연구단계", "experimental development"),
    DevelopmentStage.DEMONSTRATION: ("실증", "실증단계"),
    DevelopmentStage.COMMERCIALISATION: ("사업화", "사업화단계", "commercialization"),
}
_PROJECT_TYPES: Mapping[ProjectType, tuple[str, ...]] = {
    ProjectType.NATIONWIDE: ("전국형", "전국", "일반"),
    ProjectType.INDUSTRY_BELT: ("첨단산업 벨트형", "벨트형", "벨트", "advanced industry belt"),
    ProjectType.TRANSITION: ("산업위기 전환형", "전환형", "industrial transition"),
    ProjectType.INNOVATION_HUB: ("지역 혁신거점형", "혁신거점형", "거점형", "regional innovation hub"),
}
_LEAP_PHASES: Mapping[LeapPhase, tuple[str, ...]] = {
    LeapPhase.PILOT: ("시범과제", "시범", "pilot project"),
    LeapPhase.LARGE: ("대규모 과제", "대규모", "large-scale project"),
}
_SIGNAL_STATES: Mapping[SignalState, tuple[str, ...]] = {
    SignalState.LIVE: ("유효", "active"),
    SignalState.WITHDRAWN: ("철회",),
}
_LEVELS: Mapping[CommitmentLevel, tuple[str, ...]] = {
    CommitmentLevel.VIEW: ("의견", "view"),
    CommitmentLevel.NAMED_INTEREST: ("관심", "named interest", "L1 관심"),
    CommitmentLevel.LETTER_OF_INTENT: ("의향서", "letter of intent", "LOI", "L2 의향서"),
    CommitmentLevel.CONDITIONAL: ("확약", "조건부확약", "conditional", "conditional commitment", "L3 확약"),
    CommitmentLevel.SIGNED: ("약정", "signed", "L4 약정"),
    CommitmentLevel.CASH_CALLED: ("납입", "cash called", "L5 납입"),
}
_CONFIDENTIALITY: Mapping[Confidentiality, tuple[str, ...]] = {
    Confidentiality.OPEN: ("공개", "public"),
    Confidentiality.CONFIDENTIAL: ("비공개", "대외비"),
}
_KINDS: Mapping[OrganisationKind, tuple[str, ...]] = {
    OrganisationKind.INVESTOR: ("투자기관", "투자자", "투자사"),
    OrganisationKind.ANCHOR_COMPANY: ("수요앵커기업", "앵커기업", "수요기업"),
    OrganisationKind.PARTNER_FIRM: ("협력기업", "참여기업"),
    OrganisationKind.RESEARCH_INSTITUTE: ("연구기관", "대학", "연구소", "university"),
    OrganisationKind.AGENCY: ("전담기관", "공공기관", "부처"),
}
_STAGES: Mapping[DealStage, tuple[str, ...]] = {
    DealStage.SOURCED: ("발굴",),
    DealStage.SCREENING: ("예비검토", "심사"),
    DealStage.DUE_DILIGENCE: ("실사", "due diligence"),
    DealStage.COMMITTEE: ("투자심의", "investment committee"),
    DealStage.APPROVED: ("승인",),
    DealStage.CONTRACTED: ("약정", "약정 체결"),
    DealStage.DISBURSING: ("집행", "집행 중"),
    DealStage.MONITORING: ("사후관리",),
    DealStage.EXITED: ("회수", "회수 완료"),
    DealStage.DECLINED: ("부결",),
    DealStage.WITHDRAWN: ("철회",),
}
_INSTRUMENTS: Mapping[InvestmentInstrument, tuple[str, ...]] = {
    InvestmentInstrument.EQUITY: ("지분", "지분투자"),
    InvestmentInstrument.CONVERTIBLE: ("전환사채", "CB", "convertible bond or note"),
    InvestmentInstrument.LOAN: ("융자",),
    InvestmentInstrument.GRANT: ("출연",),
}
_END_DAY = partial(values.day, end=True)
_IDENTIFIER = values.text_of(200)
_SOURCE = values.text_of(64)
_NAME = values.text_of(200)
_TITLE = values.text_of(500)
_ABSTRACT = values.text_of(20_000)
_HORIZON = partial(values.integer, lowest=1, highest=240)

_PROJECTS = (
    Column("external_id", ("과제번호", "과제고유번호", "project number", "project id"), _IDENTIFIER),
    Column("source", ("출처",), _SOURCE),
    Column("title_ko", ("과제명", "과제명(국문)", "국문과제명", "title (Korean)"), _TITLE),
    Column("title_en", ("과제명(영문)", "영문과제명", "title", "title (English)"), _TITLE),
    Column("abstract_ko", ("요약", "요약(국문)", "초록", "abstract (Korean)"), _ABSTRACT),
    Column("abstract_en", ("요약(영문)", "초록(영문)", "abstract", "abstract (English)"), _ABSTRACT),
    Column("fields", ("기술분야", "field", "technology fields"), Lookup.FIELDS),
    Column("region", ("지역", "수행지역"), Lookup.REGION),
    Column("stage", ("연구개발단계", "development stage"), values.choice_of(_DEVELOPMENT_STAGES)),
    Column("trl_now", ("TRL(현재)", "현재 TRL", "TRL 시작", "current TRL"), values.trl),
    Column("trl_target", ("TRL(목표)", "목표 TRL", "TRL 종료", "target TRL"), values.trl),
    Column("budget", ("예산", "총사업비", "budget_krw"), Lookup.AMOUNT),
    Column("need", ("필요자금", "need_krw"), Lookup.AMOUNT),
    Column("starts_on", ("시작일", "start date"), values.day),
    Column("ends_on", ("종료일", "end date"), _END_DAY),
    Column("initiative", ("이니셔티브", "사업"), Lookup.INITIATIVE),
    Column("state", ("상태", "status"), values.choice_of(_STATES)),
    Column("project_type", ("과제유형", "project type"), values.choice_of(_PROJECT_TYPES)),
    Column("host_regions", ("특화지역", "host regions"), Lookup.REGIONS),
    Column("leap_phase", ("산업도약 단계", "Leap phase"), values.choice_of(_LEAP_PHASES)),
    Column("lead", ("주관기관", "lead organisation"), Lookup.ORGANISATION),
    Column("anchor", ("수요앵커기업", "앵커기업", "anchor company"), Lookup.ORGANISATIONS),
    Column("partners", ("참여기관", "공동연구기관", "협력기업"), Lookup.ORGANISATIONS),
)
_SIGNALS = (
    Column("external_id", ("신호번호", "수요번호", "signal number", "signal id"), _IDENTIFIER),
    Column("source", ("출처",), _SOURCE),
    Column("text", ("수요", "수요내용", "수요기술", "demand"), values.text_of(8_000)),
    Column("organisation", ("투자기관", "기관", "수요기관", "investor", "organization"), Lookup.ORGANISATION),
    Column("fields", ("기술분야", "희망분야", "field", "technology fields"), Lookup.FIELDS),
    Column("excluded_fields", ("제외분야",), Lookup.FIELDS),
    Column("regions", ("지역", "희망지역", "region"), Lookup.REGIONS),
    Column("region_bound", ("지역한정", "지역 법정한정", "region bound by law"), values.yes_or_no),
    Column("stages", ("허용 연구개발단계", "투자가능단계", "stages allowed"), values.choices_of(_DEVELOPMENT_STAGES)),
    Column("anchor_wanted", ("앵커기업 희망", "수요앵커기업 희망", "anchor company wanted"), values.yes_or_no),
    Column("region_specific_wanted", ("지역 특화 과제 희망", "region-specific project wanted"), values.yes_or_no),
    Column("trl", ("TRL 범위", "TRL range"), values.trl_range),
    Column("ticket", ("투자규모", "ticket size"), Lookup.AMOUNT),
    Column("ticket_min", ("최소투자규모", "투자규모(최소)", "ticket_min_krw"), Lookup.AMOUNT),
    Column("ticket_max", ("최대투자규모", "투자규모(최대)", "ticket_max_krw"), Lookup.AMOUNT),
    Column("available", ("가용금액", "available_krw"), Lookup.AMOUNT),
    Column("horizon_months", ("투자시계(개월)", "투자시계", "horizon"), _HORIZON),
    Column("received_on", ("접수일", "received"), values.day),
    Column("expires_on", ("만료일", "expires"), _END_DAY),
    Column("excluded_terms", ("제외어", "excluded words"), values.terms),
    Column("commitment_level", ("확약단계", "commitment"), values.choice_of(_LEVELS)),
    Column("confidentiality", ("공개여부",), values.choice_of(_CONFIDENTIALITY)),
    Column("state", ("상태", "status"), values.choice_of(_SIGNAL_STATES)),
)
_ORGANISATIONS = (
    Column("external_id", ("기관번호", "organisation number", "organisation id"), _IDENTIFIER),
    Column("source", ("출처",), _SOURCE),
    Column("name_ko", ("기관명", "국문명", "기관명(국문)", "name (Korean)"), _NAME),
    Column("name_en", ("영문명", "기관명(영문)", "name", "name (English)"), _NAME),
    Column("kind", ("유형", "기관유형", "type"), values.choice_of(_KINDS)),
    Column("registration_number", ("사업자등록번호", "business registration number"), values.registration_number),
    Column("ownership_group", ("소유그룹", "기업집단", "group"), Lookup.GROUP),
    Column("region", ("지역", "소재지"), Lookup.REGION),
    Column("country", ("국가",), values.country),
)
_DEALS = (
    Column("external_id", ("투자건번호", "딜번호", "deal number", "deal id"), _IDENTIFIER),
    Column("source", ("출처",), _SOURCE),
    Column("title_ko", ("투자건명", "투자건명(국문)", "딜명", "title (Korean)"), values.text_of(300)),
    Column("title_en", ("투자건명(영문)", "딜명(영문)", "title", "title (English)"), values.text_of(300)),
    Column("summary", ("개요", "요약"), values.text_of(8_000)),
    Column("company", ("기업", "투자대상기업", "company name"), Lookup.ORGANISATION),
    Column("stage", ("단계",), values.choice_of(_STAGES)),
    Column("stage_since", ("단계진입일", "in stage since"), values.day),
    Column("lead", ("담당자", "lead e-mail"), Lookup.LEAD),
    Column("instrument", ("투자방식",), values.choice_of(_INSTRUMENTS)),
    Column("amount", ("투자금액", "amount_krw"), Lookup.AMOUNT),
    Column("budget", ("과제총사업비", "총사업비", "project_budget_krw"), Lookup.AMOUNT),
    Column("private", ("민간자금", "private_krw"), Lookup.AMOUNT),
    Column("other_public", ("기타공공자금", "other_public_krw"), Lookup.AMOUNT),
    Column("main_purpose", ("주목적", "주목적투자"), values.yes_or_no),
    Column("region", ("지역",), Lookup.REGION),
    Column("initiative", ("이니셔티브", "사업"), Lookup.INITIATIVE),
    Column("project", ("과제번호", "project number"), Lookup.PROJECT),
    Column("vehicle", ("비히클", "투자기구"), Lookup.VEHICLE),
    Column("additionality", ("추가성",), values.text_of(2_000)),
)
COLUMNS: Mapping[ImportKind, Mapping[str, Column]] = {
    ImportKind.PROJECTS: {column.name: column for column in _PROJECTS},
    ImportKind.SIGNALS: {column.name: column for column in _SIGNALS},
    ImportKind.ORGANISATIONS: {column.name: column for column in _ORGANISATIONS},
    ImportKind.DEALS: {column.name: column for column in _DEALS},
}
"""Our columns of each kind, by name."""

REQUIRED: Mapping[ImportKind, tuple[tuple[str, ...], ...]] = {
    ImportKind.PROJECTS: (("title_ko", "title_en"),),
    ImportKind.SIGNALS: (("text",), ("organisation",)),
    ImportKind.ORGANISATIONS: (("name_ko", "name_en"), ("kind",)),
    ImportKind.DEALS: (("title_ko", "title_en"), ("company",), ("lead",), ("amount",)),
}
"""What every row must say: of each group at least one column."""


def by_heading(kind: ImportKind) -> dict[str, Column]:
    """Give the columns of a kind by every heading they are known under, folded."""
    known = {}
    for column in COLUMNS[kind].values():
        for heading in (*column.headings, column.name):
            known[values.folded(heading)] = column
    return known
