"""Telling organisations that their signals have new matches: those of a day in one notice a signal."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.matches.keeping import KeptMatches
from fund_service.notices.telling import Told, tell_speakers
from matching.brief import SignalBrief
from models.notice import NoticeKind
from models.signal import DemandSignal


def tell_new_matches(
    session: Session,
    signals: Sequence[SignalBrief],
    kept: Sequence[KeptMatches],
    *,
    addresses: Mapping[tuple[UUID, UUID], UUID],
    today: date,
) -> None:
    """Tell of the eligible pairs that were none of the kept ones before, which ``addresses`` names."""
    new = {
        UUID(signal.key): sum((UUID(signal.key), UUID(pair.project_key)) not in addresses for pair in matches.eligible)
        for signal, matches in zip(signals, kept, strict=True)
    }
    owners = session.exec(
        select(DemandSignal.id, DemandSignal.organisation_id)
        .where(col(DemandSignal.id).in_([signal_id for signal_id, count in new.items() if count]))
        .order_by(col(DemandSignal.id))
    )
    told = [
        Told(
            organisation_id=organisation_id,
            subject=signal_id,
            facts={"count": new[signal_id]},
            key=f"matched/{signal_id}/{today}",
        )
        for signal_id, organisation_id in owners
    ]
    tell_speakers(session, NoticeKind.SIGNAL_MATCHED, told, gathers=True)
