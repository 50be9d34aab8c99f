"""Gates: what must come before a step of a deal, each missing thing named."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.committee.approvals import standing_approval, unmet_conditions
from fund_service.consultations.holds import waiting_for
from fund_service.diligence.queries import has_spillover, missing_documents, open_required_items, reviews_given
from fund_service.diligence.standards import ENGLISH_TITLES, STANDARD_ITEMS
from models.clock import business_date, utc_now
from models.deal import Deal, DealStage, InvestmentInstrument
from models.diligence import ChecklistItem
from models.instruction import Commitment, Tranche, TrancheState
from models.ledger import Account, AccountKind, LedgerLine

REVIEWS_NEEDED = 2
"""Reviews by different human beings before the committee."""

SENTENCES: Mapping[str, str] = {
    "vehicle": "The vehicle that would invest is not set.",
    "reviews": "Reviews by different people: {given} of {needed}.",
    "checklist_unset": "Item of the standard checklist not set: {title}.",
    "checklist": "Checklist item not done: {title}.",
    "document": "Document not on file: {kind}.",
    "spillover": "The regional spillover assessment is not made.",
    "additionality": "Why it would not happen without the fund is not stated.",
    "region": "The region is not set.",
    "approval": "No approval by the committee stands on the present terms.",
    "condition": "Condition not met: {words}",
    "tranches": "Tranches neither paid nor cancelled: {count}.",
    "committed": "Won still committed and not drawn: {amount}; release them first.",
    "investment": "Won invested and neither returned nor written off: {amount}.",
    "unsettled": "Won paid and not settled: {amount}.",
}
"""What each missing thing is called, by its stable code."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a step lacks: a stable code, and a sentence to be filled with facts."""

    code: str
    template: str
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence in the language at hand."""
        return locales.gettext(self.template).format(**self.facts)


def _missing(code: str, **facts: object) -> Missing:
    return Missing(code, SENTENCES[code], facts)


def missing_for(session: Session, deal: Deal, stage: DealStage) -> list[Missing]:
    """Name all that a deal lacks to enter a stage; nothing: the gate is open.

    Only what must come before is named. That a step is taken by the committee's decision or a posting alone, and which
    steps lead on from where the deal stands, is said by `fund_service.deals.moving` and `models.deal.DEAL_STEPS`.
    """
    gate = _GATES.get(stage)
    return [] if gate is None else list(gate(session, deal))


def _before_due_diligence(_: Session, deal: Deal) -> Iterator[Missing]:
    if deal.vehicle_id is None:
        yield _missing("vehicle")


def _before_committee(session: Session, deal: Deal) -> Iterator[Missing]:
    yield from _before_due_diligence(session, deal)
    given = reviews_given(session, deal.id)
    if given < REVIEWS_NEEDED:
        yield _missing("reviews", given=given, needed=REVIEWS_NEEDED)
    set_already = set(session.exec(select(ChecklistItem.title).where(ChecklistItem.deal_id == deal.id)))
    for standard in STANDARD_ITEMS[deal.instrument]:
        if standard.required and standard.title_ko not in set_already:
            yield _missing("checklist_unset", title=locales.pick(standard.title_ko, standard.title_en))
    for title in open_required_items(session, deal.id):
        yield _missing("checklist", title=locales.pick(title, ENGLISH_TITLES.get(title, title)))
    for kind in missing_documents(session, deal):
        # The kind's words stand in the catalogue, so it is said in the language at hand.
        yield _missing("document", kind=locales.gettext(f"DocumentKind.{kind}"))
    if not has_spillover(session, deal.id):
        yield _missing("spillover")
    if not deal.additionality.strip():
        yield _missing("additionality")
    if deal.region_code is None:
        yield _missing("region")


def _before_contract(session: Session, deal: Deal) -> Iterator[Missing]:
    if standing_approval(session, deal) is None:
        yield _missing("approval")
    yield from _awaited(session, deal, DealStage.CONTRACTED)


def _before_payment(session: Session, deal: Deal) -> Iterator[Missing]:
    for condition in unmet_conditions(session, deal.id):
        yield _missing("condition", words=condition.words)
    yield from _awaited(session, deal, DealStage.DISBURSING)


def _awaited(session: Session, deal: Deal, stage: DealStage) -> Iterator[Missing]:
    for one in waiting_for(session, deal.id, stage, today=business_date(utc_now())):
        yield Missing("consultation", one.template, one.facts)


def _before_monitoring(session: Session, deal: Deal) -> Iterator[Missing]:
    unpaid = session.exec(
        select(func.count())
        .select_from(Tranche)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .where(Commitment.deal_id == deal.id)
        .where(col(Tranche.state).in_([TrancheState.PLANNED, TrancheState.MET]))
    ).one()
    if unpaid:
        yield _missing("tranches", count=unpaid)


def _before_exit(session: Session, deal: Deal) -> Iterator[Missing]:
    """Ask that nothing is left: a grant's cost never comes back, so there all that was paid must be settled."""
    cost = AccountKind.UNSETTLED if deal.instrument is InvestmentInstrument.GRANT else AccountKind.INVESTMENT
    left = _left_on(session, deal, AccountKind.COMMITTED, cost)
    for kind, amount in left.items():
        yield _missing(kind.value, amount=f"{amount:,}")


def _before_withdrawal(session: Session, deal: Deal) -> Iterator[Missing]:
    for kind, amount in _left_on(session, deal, AccountKind.COMMITTED).items():
        yield _missing(kind.value, amount=f"{amount:,}")


def _left_on(session: Session, deal: Deal, *kinds: AccountKind) -> dict[AccountKind, int]:
    """Sum what is left on accounts of a deal, over all vehicles; kinds with nothing are left out."""
    rows = session.exec(
        select(Account.kind, func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(Account.deal_id == deal.id)
        .where(col(Account.kind).in_(kinds))
        .group_by(col(Account.kind))
    ).all()
    return {AccountKind(kind): int(total) for kind, total in rows if total}


Gate = Callable[[Session, Deal], Iterator[Missing]]
_GATES: Mapping[DealStage, Gate] = MappingProxyType(
    {
        DealStage.DUE_DILIGENCE: _before_due_diligence,
        DealStage.COMMITTEE: _before_committee,
        DealStage.APPROVED: _before_committee,
        DealStage.CONTRACTED: _before_contract,
        DealStage.DISBURSING: _before_payment,
        DealStage.MONITORING: _before_monitoring,
        DealStage.EXITED: _before_exit,
        DealStage.WITHDRAWN: _before_withdrawal,
    }
)
"""What each stage asks for; one without an entry asks for nothing."""
