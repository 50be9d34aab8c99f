"""The answers that models are learned from: what each says of a pair, and which say nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from fund_service.answers.latest import is_latest
from fund_service.answers.ranking import feature_rows
from models.answer import ABOUT_FIT, WANTED, AnswerKind, AnswerSide, MatchAnswer
from models.match import Match, MatchRun
from models.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answers of a side that say yes or no to a pair whose components are known, the earliest first.

    Attributes
    ----------
    features : float64 array, shape (answers, features)
    accepted : bool array, shape (answers,)
    positions : float64 array, shape (answers,)
        Where the pair stood in the list the person saw, NaN where it is not known.
    groups : tuple of str
        The ownership group that answered: affiliates have one voice.
    moments : float64 array, shape (answers,)
        When, in seconds since 1970.
    """

    features: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    positions: NDArray[np.float64]
    groups: tuple[str, ...]
    moments: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.accepted)


def says_of_pair(answer: MatchAnswer) -> bool | None:
    """Read an answer as yes or no to the pair; none where it says nothing of it.

    Interest, a meeting and an investment are a yes. A pass is a no when its reason is that the two do not fit; a pass
    for lack of money, for time, for another such project or a conflict says nothing of the fit and is left out, and so
    is one for a reason of one's own words, which nobody has read. What was taken back was never given.
    """
    if answer.kind in WANTED:
        return True
    return False if answer.kind is AnswerKind.PASSED and answer.reason in ABOUT_FIT else None


def evidence_of(session: Session, side: AnswerSide) -> Evidence:
    """Read the answers of a side to learn from, in one statement.

    Components are those that the person saw; where matching has since been done by another method they mean something
    else, so that of a pair that is still matched the present ones are taken.
    """
    rows = session.exec(
        select(MatchAnswer, Match.components, MatchRun.method_digest, Organisation.ownership_group_id)
        .join(Organisation, col(Organisation.id) == col(MatchAnswer.organisation_id))
        .join(
            Match,
            (col(Match.signal_id) == col(MatchAnswer.signal_id))
            & (col(Match.project_id) == col(MatchAnswer.project_id)),
            isouter=True,
        )
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id), isouter=True)
        .where(MatchAnswer.side == side, is_latest())
        .order_by(col(MatchAnswer.recorded_at), col(MatchAnswer.id))
    ).all()
    kept: list[tuple[MatchAnswer, bool, Mapping[str, Any]]] = []
    groups: list[str] = []
    for answer, present, method_digest, group_id in rows:
        accepted = says_of_pair(answer)
        seen = answer.components
        components = seen if present is None or method_digest == answer.method_digest else present  # type: ignore[redundant-expr] # outer joins
        if accepted is not None and components is not None:
            kept.append((answer, accepted, components))
            groups.append(str(group_id))
    return Evidence(
        features=feature_rows([components for _, _, components in kept]),
        accepted=np.array([accepted for _, accepted, _ in kept], dtype=np.bool_),
        positions=np.array([answer.position or np.nan for answer, _, _ in kept], dtype=np.float64),
        groups=tuple(groups),
        moments=np.array([answer.recorded_at.timestamp() for answer, _, _ in kept], dtype=np.float64),
    )
