"""What due diligence asks of a deal, as data: checklist items and documents for each instrument."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.deal import InvestmentInstrument


@dataclass(frozen=True, slots=True)
class StandardItem:
    """An item of the standard checklist; a required one must be done before the committee."""

    title_ko: str
    title_en: str
    days: int
    """Days from its setting until it is due."""
    required: bool = True


class DocumentKind(StrEnum):
    """What a document on file is."""

    BUSINESS_PLAN = "business_plan"
    """Business plan (사업계획서)."""
    REGISTRATION = "registration"
    """Business registration certificate (사업자등록증)."""
    FINANCIALS = "financials"
    """Financial statements (재무제표)."""
    SHAREHOLDERS = "shareholders"
    """Register of shareholders (주주명부)."""
    ARTICLES = "articles"
    """Articles of association (정관)."""
    VALUATION_REPORT = "valuation_report"
    """Valuation by an outside appraiser (가치평가서)."""
    TAX_CLEARANCE = "tax_clearance"
    """Certificates of national and local tax paid (납세증명서)."""
    COLLATERAL = "collateral"
    """Collateral or guarantee (담보·보증서류)."""
    RESEARCH_PLAN = "research_plan"
    """R&D plan with budget by category (연구개발계획서)."""
    CONTRACT = "contract"
    """Contract or term sheet (계약서)."""
    EVIDENCE = "evidence"
    """Evidence of a milestone or of a condition met (증빙)."""
    RECEIPT = "receipt"
    """Receipt or invoice of an expense (영수증)."""
    OTHER = "other"
    """Anything else."""


_EVERY_DEAL = (
    StandardItem("대표자·핵심인력 평판 및 이력 확인", "Background of the representative and key people", 14),
    StandardItem("중복지원 여부 확인 (타 정부 R&D·정책자금)", "Overlap with other public R&D or policy money", 10),
    StandardItem(
        "기술실사: 성숙도(TRL)와 지식재산권 확인", "Technology: readiness (TRL) and intellectual property", 21
    ),
    StandardItem("시장실사: 수요기업 인터뷰", "Market: interviews with demand-side companies", 21),
    StandardItem("참여제한·제재 이력 조회", "Sanctions and bans from public programmes", 7),
    StandardItem("정책 부합성 및 지역 연계 검토", "Fit with the fund's purpose and the region", 14),
)
_OF_COMPANIES = (
    StandardItem("재무실사: 최근 3개년 재무제표 검토", "Financials: statements of the last three years", 21),
    StandardItem("세금·4대보험 체납 여부 확인", "Taxes and social insurance paid", 7),
    StandardItem("소송·우발채무 확인", "Litigation and contingent liabilities", 14),
)

STANDARD_ITEMS: Mapping[InvestmentInstrument, tuple[StandardItem, ...]] = MappingProxyType(
    {
        InvestmentInstrument.EQUITY: (
            *_EVERY_DEAL,
            *_OF_COMPANIES,
            StandardItem("주주구성 및 실제소유자 확인", "Shareholders and beneficial owners", 14),
            StandardItem("기업가치 산정 근거 검토", "Grounds of the valuation", 21),
            StandardItem("회수방안 검토 (IPO·M&A·구주매각)", "Ways to exit: listing, sale", 21, required=False),
        ),
        InvestmentInstrument.CONVERTIBLE: (
            *_EVERY_DEAL,
            *_OF_COMPANIES,
            StandardItem("주주구성 및 실제소유자 확인", "Shareholders and beneficial owners", 14),
            StandardItem("전환조건·리픽싱 조항 검토", "Terms of conversion and price adjustment", 14),
            StandardItem("만기상환 재원 검토", "Means to repay at maturity", 14),
        ),
        InvestmentInstrument.LOAN: (
            *_EVERY_DEAL,
            *_OF_COMPANIES,
            StandardItem("상환능력 검토 (현금흐름·이자보상배율)", "Ability to repay: cash flow and interest cover", 14),
            StandardItem("담보·보증 평가", "Collateral and guarantees appraised", 21),
        ),
        InvestmentInstrument.GRANT: (
            *_EVERY_DEAL,
            StandardItem("연구비 비목별 산출근거 검토", "Grounds of the research budget by category", 14),
            StandardItem("공동연구기관 역할 및 협약 확인", "Parts of the partners and their agreement", 14),
            StandardItem("정산·기술료 이행 이력 확인", "Record of past settlements and royalties", 10),
            StandardItem("연구시설·장비 활용계획 확인", "Plan for facilities and equipment", 14, required=False),
        ),
    }
)  # fmt: skip
"""The standard checklist of each instrument, made an office's own when it is set up on a deal."""

_KIND = DocumentKind
REQUIRED_DOCUMENTS: Mapping[InvestmentInstrument, tuple[DocumentKind, ...]] = MappingProxyType(
    {
        InvestmentInstrument.EQUITY: (
            _KIND.BUSINESS_PLAN, _KIND.REGISTRATION, _KIND.FINANCIALS, _KIND.SHAREHOLDERS, _KIND.ARTICLES,
            _KIND.VALUATION_REPORT,
        ),
        InvestmentInstrument.CONVERTIBLE: (
            _KIND.BUSINESS_PLAN, _KIND.REGISTRATION, _KIND.FINANCIALS, _KIND.SHAREHOLDERS, _KIND.ARTICLES,
            _KIND.TAX_CLEARANCE,
        ),
        InvestmentInstrument.LOAN: (
            _KIND.BUSINESS_PLAN, _KIND.REGISTRATION, _KIND.FINANCIALS, _KIND.TAX_CLEARANCE, _KIND.COLLATERAL,
        ),
        InvestmentInstrument.GRANT: (_KIND.RESEARCH_PLAN, _KIND.REGISTRATION, _KIND.TAX_CLEARANCE),
    }
)  # fmt: skip
"""The kinds of document that must be on file before the committee."""

ENGLISH_TITLES: Mapping[str, str] = MappingProxyType(
    {item.title_ko: item.title_en for items in STANDARD_ITEMS.values() for item in items}
)
"""The English of standard items, which are kept under their Korean title."""
