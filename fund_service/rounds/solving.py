"""A round solved: its quotas and pairs given to the assignment, and the answer by the records' own ids.

Open signals come first and alone, so that nothing a manager or a planner reads of a round, no figure, no quota that
binds, no choice, depends on what others keep confidential: whoever sets quotas could ask for it bit by bit. Then
confidential signals are given what is left, and only their owners and auditors learn of it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from fund_service.rounds.pairs import Candidate, read_candidates
from matching.assignment.assign import Assignment, InvestorQuota, Lot, Pairs, ProjectQuota, Shortage, assign
from models.errors import ValueNotAllowed
from models.matching_round import MatchingRound, RoundInvestor, RoundProject
from models.project import ProjectType, RndProject
from models.signal import Confidentiality

BETWEEN = " "
"""What parts an investor's organisation and its confidentiality in a key."""


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What comes of a round: the pairs chosen with how likely each was, figures, and quotas that bind."""

    chosen: Sequence[tuple[Candidate, float]]
    figures: Mapping[str, Any]
    shortages: Sequence[Mapping[str, Any]]
    digest: str


def solve(session: Session, matching_round: MatchingRound, *, today: date, seed: int = 0) -> Solved:
    """Solve a round among open signals, as its quotas, the stored matches and the models in use are now.

    ``seed`` counts only where pairs are drawn by lot.

    Raises
    ------
    ValueNotAllowed
        When its tickets are too large to be summed.
    """
    investors, candidates = _side(session, matching_round, Confidentiality.OPEN, today=today)
    asked = {str(it.project_id) for it in candidates}
    projects = {key: row for key, row in _projects(session, matching_round.id).items() if key in asked}
    regional = _region_specific(session, projects)
    quotas = [
        ProjectQuota(key, it.places, it.need_krw, floor=matching_round.regional_exposure if key in regional else 0)
        for key, it in projects.items()
    ]
    candidates = [it for it in candidates if str(it.project_id) in projects]
    found = _assigned(matching_round, investors, quotas, candidates, seed=seed, floor=matching_round.min_exposure)
    return Solved(
        chosen=_chosen(found, candidates),
        figures=_figures(found, candidates, investors=len(investors), projects=len(projects), regional=regional),
        shortages=[_shortage(it, regional if _binds(matching_round) else frozenset()) for it in found.shortages],
        digest=_digest(matching_round, investors, projects, candidates, regional=regional),
    )


def solve_apart(
    session: Session, matching_round: MatchingRound, solved: Solved, *, today: date, seed: int = 0
) -> list[tuple[Candidate, float]]:
    """Give confidential signals the best pairs in what the open ones left: the chosen, and how likely each was.

    The floor is of looks a team may count, so it is met by open signals alone.

    Raises
    ------
    ValueNotAllowed
        When its tickets are too large to be summed.
    """
    investors, candidates = _side(session, matching_round, Confidentiality.CONFIDENTIAL, today=today)
    met = {(it.organisation_id, it.project_id) for it, _ in solved.chosen}
    looks = Counter(str(it.project_id) for it, _ in solved.chosen)
    tickets: Counter[str] = Counter()
    for it, _ in solved.chosen:
        tickets[str(it.project_id)] += it.ticket_krw
    projects = _projects(session, matching_round.id)
    quotas = [
        ProjectQuota(key, _left(it.places, looks[key]), _left(it.need_krw, tickets[key]))
        for key, it in projects.items()
    ]
    candidates = [
        it for it in candidates if str(it.project_id) in projects and (it.organisation_id, it.project_id) not in met
    ]
    found = _assigned(matching_round, investors, quotas, candidates, seed=seed, floor=0)
    return _chosen(found, candidates)


def _left(quota: int | None, taken: int) -> int | None:
    return None if quota is None else quota - taken


def _side(
    session: Session, matching_round: MatchingRound, kind: Confidentiality, *, today: date
) -> tuple[dict[str, RoundInvestor], list[Candidate]]:
    """Read the investors of one kind of signal, and their pairs."""
    investors = _investors(session, matching_round.id, kind)
    candidates = [
        it
        for it in read_candidates(session, matching_round.field_codes, today=today)
        if it.confidentiality is kind and investor_key(it.organisation_id, kind) in investors
    ]
    return investors, candidates


def _assigned(
    matching_round: MatchingRound,
    investors: Mapping[str, RoundInvestor],
    projects: Sequence[ProjectQuota],
    candidates: Sequence[Candidate],
    *,
    seed: int,
    floor: int,
) -> Assignment:
    heads = {key: place for place, key in enumerate(investors)}
    tails = {it.key: place for place, it in enumerate(projects)}
    try:
        return assign(
            [InvestorQuota(key, it.attention, it.money_krw) for key, it in investors.items()],
            projects,
            pairs=_pairs(candidates, heads, tails),
            min_exposure=floor,
            lot=None if matching_round.most_bp is None else Lot(matching_round.most_bp, seed),
        )
    except ValueError as error:
        raise ValueNotAllowed("The tickets of this round are too large to be summed; check the signals.") from error


def _chosen(found: Assignment, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
    return [(candidates[at], float(found.probability[at])) for at in found.chosen.tolist()]


def investor_key(organisation_id: UUID, confidentiality: Confidentiality) -> str:
    """Name an investor of a round."""
    return f"{organisation_id}{BETWEEN}{confidentiality.value}"


def _investors(session: Session, round_id: UUID, kind: Confidentiality) -> dict[str, RoundInvestor]:
    rows = session.exec(
        select(RoundInvestor)
        .where(RoundInvestor.round_id == round_id, RoundInvestor.confidentiality == kind)
        .order_by(col(RoundInvestor.organisation_id))
    )
    return {investor_key(row.organisation_id, row.confidentiality): row for row in rows}


def _projects(session: Session, round_id: UUID) -> dict[str, RoundProject]:
    rows = session.exec(
        select(RoundProject).where(RoundProject.round_id == round_id).order_by(col(RoundProject.project_id))
    )
    return {str(row.project_id): row for row in rows}


def _region_specific(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Name the projects of a round that are region-specific."""
    ids = select(RndProject.id).where(
        col(RndProject.id).in_([UUID(key) for key in keys]), RndProject.project_type != ProjectType.NATIONWIDE
    )
    return frozenset(str(project_id) for project_id in session.exec(ids))


def _binds(matching_round: MatchingRound) -> bool:
    """Say whether region-specific projects have a floor above that of all projects."""
    return matching_round.regional_exposure > matching_round.min_exposure


def _pairs(candidates: Sequence[Candidate], heads: Mapping[str, int], tails: Mapping[str, int]) -> Pairs:
    return Pairs(
        investor=np.array(
            [heads[investor_key(it.organisation_id, it.confidentiality)] for it in candidates], dtype=np.int64
        ),
        project=np.array([tails[str(it.project_id)] for it in candidates], dtype=np.int64),
        value=np.array([it.value for it in candidates], dtype=np.float64),
        ticket_krw=np.array([it.ticket_krw for it in candidates], dtype=np.int64),
    )


def _figures(
    found: Assignment, candidates: Sequence[Candidate], *, investors: int, projects: int, regional: frozenset[str]
) -> dict[str, Any]:
    chosen = [candidates[at] for at in found.chosen.tolist()]
    of_regions = [str(it.project_id) for it in chosen if str(it.project_id) in regional]
    return {
        "investors": investors,
        "projects": projects,
        "pairs": len(candidates),
        "meetings": len(chosen),
        "projects_met": len({it.project_id for it in chosen}),
        "regional_projects": len(regional),
        "regional_met": len(set(of_regions)),
        "regional_meetings": len(of_regions),
        "tickets_krw": sum(it.ticket_krw for it in chosen),
        "total": found.total,
        "expected": found.expected,
        "bound": found.bound,
        "unconstrained": found.unconstrained,
        "without_floor": found.without_floor,
        "with_floor": found.with_floor,
        "exact": found.exact,
    }


def _shortage(it: Shortage, regional: frozenset[str]) -> dict[str, Any]:
    """Tell a shortage; ``regional`` are the projects that have a floor of their own."""
    return {
        "quota": it.quota.value,
        "regional": not regional.isdisjoint(it.projects),
        "projects": list(it.projects),
        "investors": list(it.investors),
        "wanted": it.wanted,
        "available": it.available,
    }


def _digest(
    matching_round: MatchingRound,
    investors: Mapping[str, RoundInvestor],
    projects: Mapping[str, RoundProject],
    candidates: Sequence[Candidate],
    *,
    regional: frozenset[str],
) -> str:
    """Digest all that what is looked at is made from."""
    inputs = [
        [matching_round.min_exposure, matching_round.regional_exposure, matching_round.most_bp],
        sorted(regional),
        [[key, it.attention, it.money_krw] for key, it in investors.items()],
        [[key, it.places, it.need_krw] for key, it in projects.items()],
        sorted(
            [str(it.organisation_id), str(it.project_id), str(it.signal_id), round(it.value, 9), it.ticket_krw]
            for it in candidates
        ),
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
