"""The money of one deal: commitments and tranches, what was paid and came back, what there is to draw on."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.deals.heads import deal_head
from fund_service.ledger.books import vehicle_account
from fund_service.ledger.deal_schemas import Available, CommitmentView, DealFigures, DealMoneyPage, TrancheView
from fund_service.ledger.journal import conditions, entry_columns, entry_items
from fund_service.ledger.journal_schemas import EntryFilters
from fund_service.ledger.naming import names_of
from fund_service.ledger.posting import AccountKey, balances
from fund_service.ledger.queries import instructions_of_deal
from fund_service.ledger.schemas import InstructionItem
from fund_service.vehicles.envelopes import envelopes_for
from models.deal import Deal, InvestmentInstrument
from models.document import DealDocument
from models.instruction import Commitment, EnvelopeDraw, Instruction, InstructionKind, InstructionState, Tranche
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine

MAX_ENTRIES = 100
"""Entries shown with a deal; the journal, narrowed to the deal, has them all."""
_A = AccountKind


def deal_money(session: Session, deal_id: UUID, *, today: date) -> DealMoneyPage:
    """Show the money of a deal.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    head = deal_head(session, deal_id)
    deal = session.get_one(Deal, deal_id)
    pending = instructions_of_deal(session, deal_id, state=InstructionState.PENDING)
    entries = entry_columns(conditions(EntryFilters(deal_id=deal_id))).order_by(col(JournalEntry.number).desc())
    return DealMoneyPage(
        deal=head,
        grant=deal.instrument is InvestmentInstrument.GRANT,
        figures=_figures(session, deal_id),
        available=_available(session, deal, today=today),
        commitments=commitments_of(session, deal_id, pending=pending),
        pending=pending,
        entries=entry_items(session, session.connection().execute(entries.limit(MAX_ENTRIES)).all()),
    )


def _figures(session: Session, deal_id: UUID) -> DealFigures:
    """Sum a deal's accounts over all vehicles."""
    rows = session.exec(
        select(Account.kind, func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(Account.deal_id == deal_id)
        .group_by(col(Account.kind))
    ).all()
    found = {kind: int(total) for kind, total in rows}

    def total(*kinds: AccountKind) -> int:
        return sum(found.get(kind, 0) for kind in kinds)

    return DealFigures(
        committed_krw=total(_A.COMMITTED, _A.DRAWN),
        drawn_krw=total(_A.DRAWN),
        undrawn_krw=total(_A.COMMITTED),
        invested_krw=total(_A.INVESTMENT),
        fair_value_krw=total(_A.INVESTMENT, _A.FAIR_VALUE),
        returned_krw=_returned(session, deal_id),
        royalties_krw=-total(_A.ROYALTY),
        written_off_krw=total(_A.WRITTEN_OFF),
        unsettled_krw=total(_A.UNSETTLED),
        settled_krw=total(_A.SETTLED),
    )


def _returned(session: Session, deal_id: UUID) -> int:
    """Sum the cash that came back from a deal, royalties included; what was taken back again counts as not come."""
    taken_back = sa.orm.aliased(JournalEntry)
    first = sa.orm.aliased(Instruction)
    came_back = (
        sa.select(func.coalesce(func.sum(col(LedgerLine.amount_krw)), 0))
        .join_from(LedgerLine, Account, col(Account.id) == col(LedgerLine.account_id))
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .join(Instruction, col(Instruction.id) == col(JournalEntry.instruction_id))
        .join(taken_back, col(taken_back.id) == col(JournalEntry.reverses_id), isouter=True)
        .join(first, col(first.id) == col(taken_back.instruction_id), isouter=True)
        .where(col(Account.kind) == _A.CASH, col(Instruction.deal_id) == deal_id)
        .where(func.coalesce(col(first.kind), col(Instruction.kind)) != InstructionKind.DISBURSEMENT)
    )
    return int(session.connection().execute(came_back).scalar_one())


def _available(session: Session, deal: Deal, *, today: date) -> Available | None:
    """Say what a deal's vehicle and envelopes have left; nothing where no vehicle is chosen."""
    if deal.vehicle_id is None:
        return None
    envelopes = envelopes_for(session, deal, vehicle_id=deal.vehicle_id, on=today)
    uncommitted, cash = (vehicle_account(kind, deal.vehicle_id) for kind in (_A.UNCOMMITTED, _A.CASH))
    of_envelopes = {envelope.id: AccountKey(_A.ENVELOPE_AVAILABLE, envelope_id=envelope.id) for envelope in envelopes}
    there = balances(session, [uncommitted, cash, *of_envelopes.values()])
    names = names_of(session, vehicles=[deal.vehicle_id], envelopes=of_envelopes)
    return Available(
        vehicle=names.known[deal.vehicle_id],
        uncommitted_krw=there[uncommitted],
        cash_krw=there[cash],
        envelopes=[(names.known[identifier], there[key]) for identifier, key in of_envelopes.items()],
    )


def commitments_of(session: Session, deal_id: UUID, *, pending: Iterable[InstructionItem] = ()) -> list[CommitmentView]:
    """List a deal's commitments, the latest first, with their envelopes and tranches."""
    commitments = session.exec(
        select(Commitment).where(Commitment.deal_id == deal_id).order_by(col(Commitment.id).desc())
    ).all()
    ids = [commitment.id for commitment in commitments]
    draws = session.exec(
        select(EnvelopeDraw).where(col(EnvelopeDraw.commitment_id).in_(ids)).order_by(col(EnvelopeDraw.envelope_id))
    ).all()
    names = names_of(
        session,
        vehicles=[commitment.vehicle_id for commitment in commitments],
        envelopes=[draw.envelope_id for draw in draws],
    )
    tranches = _tranche_views(session, ids, pending={item.id for item in pending})
    latest: dict[UUID, UUID] = {}
    for commitment in commitments:
        latest.setdefault(commitment.vehicle_id, commitment.id)
    return [
        CommitmentView(
            id=commitment.id,
            vehicle=names.known[commitment.vehicle_id],
            instruction_id=commitment.instruction_id,
            amount_krw=commitment.amount_krw,
            recorded_at=commitment.recorded_at,
            approval_digest=commitment.approval_digest,
            envelopes=[names.known[draw.envelope_id] for draw in draws if draw.commitment_id == commitment.id],
            tranches=tranches.get(commitment.id, []),
            live=latest[commitment.vehicle_id] == commitment.id,
        )
        for commitment in commitments
    ]


def _tranche_views(
    session: Session, commitment_ids: list[UUID], *, pending: set[UUID]
) -> dict[UUID, list[TrancheView]]:
    """Show the tranches of commitments, with their evidence and the disbursement that waits for checkers, if any."""
    waiting = dict(
        session.exec(
            select(Instruction.terms["tranche_id"].astext, Instruction.id)
            .where(col(Instruction.id).in_(pending), Instruction.kind == InstructionKind.DISBURSEMENT)
            .order_by(col(Instruction.id))
        ).all()
    )
    rows = session.exec(
        select(Tranche, DealDocument.name)
        .join(DealDocument, col(DealDocument.id) == col(Tranche.evidence_document_id), isouter=True)
        .where(col(Tranche.commitment_id).in_(commitment_ids))
        .order_by(col(Tranche.position))
    ).all()
    views: dict[UUID, list[TrancheView]] = {}
    shown = set(TrancheView.model_fields) - {"evidence_name", "pending_instruction_id"}
    for tranche, name in rows:
        view = TrancheView(
            **tranche.model_dump(include=shown),
            evidence_name=name,
            pending_instruction_id=waiting.get(str(tranche.id)),
        )
        views.setdefault(tranche.commitment_id, []).append(view)
    return views
