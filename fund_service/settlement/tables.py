"""Claims and the lots of a draw as tables to export."""

from collections.abc import Iterator

from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.exports import MAX_EXPORT_ROWS, Cell
from fund_service.settlement.draw_schemas import DrawView
from fund_service.settlement.queries import all_claims
from fund_service.settlement.schemas import ClaimFilters

HEADINGS = {
    "deal": "Deal",
    "company": "Company",
    "tranche": "Tranche",
    "category": "Category",
    "amount_krw": "Amount (won)",
    "spent_on": "Spent on",
    "words": "What for",
    "state": "State",
    "document": "Document",
    "document_sha256": "Document (sha256)",
    "claimed_by": "Claimed by",
    "recorded_at": "Claimed at",
    "reviewed_by": "Reviewed by",
    "reviewed_at": "Reviewed at",
    "review_words": "Words of the review",
    "claim_id": "Claim",
}
LOT_HEADINGS = {"claim_id": "Claim", "lot": "Lot (sha256)", "drawn": "Drawn", "amount_krw": "Amount (won)"}


def claim_headings() -> list[str]:
    """Name the columns of the table of claims."""
    return [locales.gettext(heading) for heading in HEADINGS.values()]


def claim_rows(session: Session, filters: ClaimFilters, *, caller: Caller) -> Iterator[list[Cell]]:
    """Give the claims that a list narrowed like this would show, newest first."""
    for claim in all_claims(session, filters, caller=caller, limit=MAX_EXPORT_ROWS + 1):
        yield [
            locales.pick(claim.title_ko, claim.title_en),
            locales.pick(claim.company_name_ko, claim.company_name_en),
            claim.tranche_position,
            locales.label(claim.category),
            claim.amount_krw,
            claim.spent_on,
            claim.words,
            locales.label(claim.state),
            claim.document_name,
            claim.document_sha256,
            claim.claimed_by,
            claim.recorded_at,
            claim.reviewed_by,
            claim.reviewed_at,
            claim.review_words,
            str(claim.id),
        ]


def lot_headings() -> list[str]:
    """Name the columns of the table of lots."""
    return [locales.gettext(heading) for heading in LOT_HEADINGS.values()]


def lot_rows(draw: DrawView) -> Iterator[list[Cell]]:
    """Give the claims a draw was made from, the smallest lot first."""
    for lot in draw.lots:
        drawn = locales.gettext("yes") if lot.drawn else locales.gettext("no")
        yield [str(lot.claim_id), lot.lot, drawn, lot.amount_krw]
