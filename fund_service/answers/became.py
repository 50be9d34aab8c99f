"""What became of pairs: the deals that came of them, told as far as an investor learns of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from fund_service.answers.latest import Pair
from fund_service.consultations.holds import is_held
from fund_service.deals.thread import DealTrace
from models.clock import business_date, utc_now
from models.deal import Deal


def deals_of_pairs(session: Session, pairs: Sequence[Pair]) -> dict[Pair, list[DealTrace]]:
    """Say of the deals that came of some pairs how far they are and whether they wait, in one statement.

    Of a deal that was merged into another, the one that stands for it.
    """
    if not pairs:
        return {}
    came = (
        sa.select(
            col(Deal.signal_id).label("s"), col(Deal.project_id).label("p"), col(Deal.id), col(Deal.merged_into_id)
        )
        .where(sa.tuple_(col(Deal.signal_id), col(Deal.project_id)).in_(pairs))
        .cte("came", recursive=True)
    )
    came = came.union(
        sa.select(came.c.s, came.c.p, col(Deal.id), col(Deal.merged_into_id)).join(
            came, col(Deal.id) == came.c.merged_into_id
        )
    )
    rows = session.connection().execute(
        sa.select(came.c.s, came.c.p, col(Deal.stage), is_held(today=business_date(utc_now())))
        .join(Deal, col(Deal.id) == came.c.id)
        .where(col(Deal.merged_into_id).is_(None))
        .order_by(col(Deal.id).desc())
    )
    traces: dict[Pair, list[DealTrace]] = {}
    for signal_id, project_id, stage, held in rows:
        traces.setdefault((signal_id, project_id), []).append(DealTrace(stage=stage, held=held))
    return traces
