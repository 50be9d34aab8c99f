"""Drawing lots: which claims are reviewed, decided by a seed, so that anybody can repeat it and nobody can steer it."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from models.errors import ValueNotAllowed


def lot_of(seed: int, claim_id: UUID) -> str:
    """Give a claim's lot: the sha256 of the seed, a colon and the claim's id, in hexadecimal."""
    return hashlib.sha256(f"{seed}:{claim_id}".encode()).hexdigest()


def in_order_of_lots(seed: int, claim_ids: Iterable[UUID]) -> list[UUID]:
    """Order claims by their lots, the smallest first, in whatever order they came."""
    return sorted(claim_ids, key=lambda claim_id: lot_of(seed, claim_id))


def lots_to_draw(candidates: int, share_bp: int) -> int:
    """Say how many of so many claims are drawn: the share, rounded up, at least one and at most all."""
    return min(candidates, max(1, -(-candidates * share_bp // 10_000)))


def draw_lots(seed: int, claim_ids: Sequence[UUID], share_bp: int) -> list[UUID]:
    """Draw a share of the claims: those with the smallest lots.

    Raises
    ------
    ValueNotAllowed
        When there is nothing to draw from.
    """
    if not claim_ids:
        raise ValueNotAllowed("There is no claim to draw from.")
    return in_order_of_lots(seed, claim_ids)[: lots_to_draw(len(claim_ids), share_bp)]


def digest_of_claims(claim_ids: Iterable[UUID]) -> str:
    """Give the sha256 of the claims' ids, ordered as text and one a line: what a draw was made from."""
    return hashlib.sha256("\n".join(sorted(map(str, claim_ids))).encode()).hexdigest()
