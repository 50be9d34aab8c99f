"""Duplicates: open deals that may be the one about to be made, found before it is made."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from fund_service.deals.record_schemas import DuplicateCandidate, DuplicateGround
from fund_service.deals.schemas import Party
from models.deal import OPEN_STAGES, Deal
from models.errors import RecordConflicts
from models.organisation import Organisation

ALIKE = 0.7
"""Least share of letter triples in common of two texts in nearly the same words: an edited sentence or another spelling
of a title stays above it, another project by the same template falls below."""
MAX_CANDIDATES = 20
MAX_COMPARED = 300
"""Deals compared letter by letter at most: those that share most of the rarer words."""
PARTS_ASKED = 6
"""Longest parts of a title or summary by which deals are sought; half of them must stand in the other one too."""
PART_OF_KOREAN, PART_OF_ASCII = 4, 12
"""Letters of a part: Korean is written with or without blanks, and says in two letters what English says in six."""
SHORTEST_SUMMARY = 40
"""Letters below which two summaries say too little to be compared."""

_WORD = re.compile(r"[^\W_]{2,}")
_NO_LETTER = re.compile(r"[\W_]+")


def find_duplicates(
    session: Session,
    *,
    company_id: UUID,
    project_id: UUID | None,
    titles: tuple[str | None, str | None],
    summary: str,
    except_id: UUID | None = None,
) -> list[DuplicateCandidate]:
    """List open deals of the same company or project, or in nearly the same words, the most alike first.

    ``titles`` are the Korean and the English one; a title is compared with those in its own language.
    """
    beside: list[sa.ColumnElement[bool]] = [col(Deal.merged_into_id).is_(None), col(Deal.stage).in_(OPEN_STAGES)]
    if except_id is not None:
        beside.append(col(Deal.id) != except_id)
    query = (
        select(Deal, Organisation)
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .where(*beside)
        .order_by(col(Deal.id).desc())
    )
    same = col(Deal.company_id) == company_id
    if project_id is not None:
        same = sa.or_(same, col(Deal.project_id) == project_id)
    found = {deal.id: (deal, company) for deal, company in session.exec(query.where(same).limit(MAX_COMPARED))}
    texts = (" ".join(filter(None, titles)), summary)
    found |= {deal.id: (deal, company) for deal, company in _in_like_words(session, query, texts, beside)}
    candidates = []
    for deal, company in found.values():
        likeness = _likeness(deal, titles, summary)
        grounds = {
            DuplicateGround.SAME_COMPANY: deal.company_id == company_id,
            DuplicateGround.SAME_PROJECT: project_id is not None and deal.project_id == project_id,
            DuplicateGround.SIMILAR_TEXT: likeness >= ALIKE,
        }
        if any(grounds.values()):
            candidates.append(
                DuplicateCandidate(
                    **deal.model_dump(include={"title_ko", "title_en", "stage", "amount_krw"}),
                    deal_id=deal.id,
                    company=Party(id=company.id, name_ko=company.name_ko, name_en=company.name_en),
                    grounds=[ground for ground, holds in grounds.items() if holds],
                    likeness=round(likeness, 2) if likeness >= ALIKE else None,
                )
            )
    return sorted(candidates, key=lambda one: (-len(one.grounds), -(one.likeness or 0.0)))


def refuse_duplicates(candidates: Sequence[DuplicateCandidate], *, distinct_from: Collection[UUID]) -> None:
    """Refuse a deal that looks like others, but for those its maker has looked at and named.

    Raises
    ------
    RecordConflicts
        With the deals left in its facts, under ``candidates``.
    """
    left = [candidate for candidate in candidates if candidate.deal_id not in distinct_from]
    if left:
        raise RecordConflicts(
            "{count} open deals look the same; look at them, and confirm that this is another one.",
            field="distinct_from",
            count=len(left),
            candidates=left[:MAX_CANDIDATES],
        )


def _in_like_words(
    session: Session, query: Select[Deal, Organisation], texts: Iterable[str], beside: Iterable[sa.ColumnElement[bool]]
) -> Sequence[tuple[Deal, Organisation]]:
    """Find deals in which half of the longest parts of one of the texts stand, those with most of them first."""
    asked = [parts for text in texts if (parts := _longest_parts(text))]
    if not asked:
        return []
    said = sa.func.concat_ws(" ", col(Deal.title_ko), col(Deal.title_en), col(Deal.summary), type_=sa.String)
    letters = sa.func.replace(sa.func.lower(said), " ", "", type_=sa.String).label("letters")
    # Materialised, or every part would write the letters of every deal anew.
    read = sa.select(col(Deal.id), letters).where(*beside).cte("read").prefix_with("MATERIALIZED")
    hits = [_count(read.c.letters, parts).label(f"hits_{number}") for number, parts in enumerate(asked)]
    counted = sa.select(read.c.id, *hits).cte("counted").prefix_with("MATERIALIZED")
    shared = [counted.c[hit.name] for hit in hits]
    likely = sa.or_(*(one * 2 >= len(parts) for one, parts in zip(shared, asked, strict=True)))
    order = sum(shared, sa.literal(0)).desc()
    ranked = query.join(counted, counted.c.id == col(Deal.id)).where(likely).order_by(None).order_by(order)
    return [(deal, company) for deal, company in session.execute(ranked.limit(MAX_COMPARED))]


def _count(letters: sa.ColumnElement[str], parts: Iterable[str]) -> sa.ColumnElement[int]:
    return sum((sa.cast(sa.func.strpos(letters, part) > 0, sa.Integer) for part in parts), sa.literal(0))


def _longest_parts(text: str) -> list[str]:
    """Give the longest words, rarer ones as a rule, cut where they are long: another spelling parts them elsewhere."""
    words = sorted(dict.fromkeys(_WORD.findall(text.lower())), key=len, reverse=True)
    parts = [
        word[at : at + length]
        for word in words
        for length in [PART_OF_ASCII if word.isascii() else PART_OF_KOREAN]
        for at in range(0, len(word), length)
    ]
    return sorted(parts, key=len, reverse=True)[:PARTS_ASKED]


def _likeness(deal: Deal, titles: tuple[str | None, str | None], summary: str) -> float:
    pairs = [(titles[0], deal.title_ko), (titles[1], deal.title_en)]
    if min(len(summary), len(deal.summary)) >= SHORTEST_SUMMARY:
        pairs.append((summary, deal.summary))
    return max((likeness(ours, theirs) for ours, theirs in pairs if ours and theirs), default=0.0)


def likeness(one: str, other: str) -> float:
    """Give the share of letter triples that two texts have in common (Jaccard), in [0, 1].

    Letters are folded and blanks and signs left out, so that case, width, spacing and punctuation do not matter;
    Korean, whose particles are glued to words, is compared as well as English.
    """
    ours, theirs = _triples(one), _triples(other)
    together = ours | theirs
    return len(ours & theirs) / len(together) if together else 0.0


def _triples(text: str) -> frozenset[str]:
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())
    return frozenset(letters[at : at + 3] for at in range(max(1, len(letters) - 2))) if letters else frozenset()
