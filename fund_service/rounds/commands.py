"""Writes of matching rounds: open, edit, set quotas, confirm, call off."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.rounds.bodies import ConfirmIn, QuotaIn, QuotaSide, RoundIn
from fund_service.rounds.pairs import Candidate, read_candidates
from fund_service.rounds.sight import parties
from fund_service.rounds.solving import solve, solve_apart
from models.clock import business_date
from models.errors import RecordChanged, RecordNotFound, ValueNotAllowed
from models.matching_round import (
    MatchingRound,
    RoundAssignment,
    RoundInvestor,
    RoundProject,
    RoundResult,
    RoundState,
)
from models.money import MAX_KRW
from models.project import RndProject
from models.signal import Confidentiality, DemandSignal

SEED_BITS = 62


def open_round(session: Session, data: RoundIn, *, caller: Caller, at: datetime) -> MatchingRound:
    """Draw a round up: everybody with a pair takes part, with the quotas that are on record of them."""
    matching_round = MatchingRound(**data.model_dump(), opened_by_id=caller.person_id, updated_at=at)
    session.add(matching_round)
    session.flush()
    candidates = read_candidates(session, data.field_codes, today=business_date(at))
    _add_investors(session, matching_round, candidates)
    _add_projects(session, matching_round, candidates)
    session.flush()
    return matching_round


def _add_investors(session: Session, matching_round: MatchingRound, candidates: Sequence[Candidate]) -> None:
    """Give each investor the round's number of looks, and the money that its signals with a pair set aside.

    One signal that names no sum leaves the investor without a limit.
    """
    signals = {it.signal_id: (it.organisation_id, it.confidentiality) for it in candidates}
    stated = dict(
        session.exec(
            select(DemandSignal.id, DemandSignal.available_krw).where(col(DemandSignal.id).in_(list(signals)))
        ).all()
    )
    money: dict[tuple[UUID, Confidentiality], int | None] = {}
    for signal_id, investor in signals.items():
        before, more = money.get(investor, 0), stated[signal_id]
        money[investor] = None if before is None or more is None else min(before + more, MAX_KRW)
    session.add_all(
        RoundInvestor(
            round_id=matching_round.id,
            organisation_id=organisation_id,
            confidentiality=confidentiality,
            attention=matching_round.attention,
            money_krw=krw,
        )
        for (organisation_id, confidentiality), krw in money.items()
    )


def _add_projects(session: Session, matching_round: MatchingRound, candidates: Sequence[Candidate]) -> None:
    """Give each project the need on record; as many investors may look as want to."""
    ids = {it.project_id for it in candidates}
    needs = session.exec(select(RndProject.id, RndProject.need_krw).where(col(RndProject.id).in_(ids)))
    session.add_all(
        RoundProject(round_id=matching_round.id, project_id=project_id, need_krw=need) for project_id, need in needs
    )


def find_round(session: Session, round_id: UUID, *, to_change: bool = False) -> MatchingRound:
    """Find a round, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(MatchingRound).where(MatchingRound.id == round_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).first()
    if found is None:
        raise RecordNotFound("There is no such round.")
    return found


def _draft(session: Session, round_id: UUID, *, version: int) -> MatchingRound:
    found = find_round(session, round_id, to_change=True)
    found.require_draft()
    if found.version != version:
        raise RecordChanged("Someone changed this round since you read it; load it again and repeat your change.")
    return found


def edit_round(session: Session, round_id: UUID, data: RoundIn, *, version: int, at: datetime) -> MatchingRound:
    """Change a draft; the quotas stay as they are.

    Raises
    ------
    RecordNotFound, StepNotAllowed, RecordChanged
        When there is none, it is no draft any more, or was changed since it was read.
    ValueNotAllowed
        When its fields are other ones: who takes part is settled when it is opened.
    """
    found = _draft(session, round_id, version=version)
    if sorted(data.field_codes) != sorted(found.field_codes):
        raise ValueNotAllowed(
            "Who takes part is settled when a round is opened; open another one.", field="field_codes"
        )
    found.sqlmodel_update(data.model_dump(exclude={"field_codes"}))
    found.mark_edited(at)
    session.flush()
    return found


def set_quotas(
    session: Session, round_id: UUID, items: Sequence[QuotaIn], *, version: int, at: datetime
) -> MatchingRound:
    """Set quotas of a draft, all or none; what investors keep confidential is not set by hand.

    Raises
    ------
    RecordNotFound, StepNotAllowed, RecordChanged
        When there is no such round, it is no draft any more, or was changed since it was read.
    ValueNotAllowed
        When a quota is of somebody who does not take part, or comes twice.
    """
    found = _draft(session, round_id, version=version)
    if len({(item.side, item.id) for item in items}) < len(items):
        raise ValueNotAllowed("A quota comes once.", field="items")
    investors, projects = parties(session, round_id)
    for item in items:
        row: RoundInvestor | RoundProject | None
        if item.side is QuotaSide.INVESTOR:
            row = investors.get(item.id)
            changes = {"attention": item.meetings, "money_krw": item.krw}
        else:
            row = projects.get(item.id)
            changes = {"places": item.meetings, "need_krw": item.krw}
        if row is None:
            raise ValueNotAllowed("{id} does not take part in this round.", field="items", id=item.id)
        row.sqlmodel_update(changes)
    found.mark_edited(at)
    session.flush()
    return found


def confirm_round(session: Session, round_id: UUID, data: ConfirmIn, *, caller: Caller, at: datetime) -> MatchingRound:
    """Put what was looked at on record, and what confidential signals are given; from then on nothing of it changes.

    A lot is drawn at this moment, so that nobody can look at a draw and ask for another.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or it is no draft any more.
    RecordChanged
        When matches, quotas or models have changed since it was looked at.
    ValueNotAllowed
        When nobody would meet.
    """
    found = find_round(session, round_id, to_change=True)
    found.require_draft()
    seed = None if found.most_bp is None else secrets.randbits(SEED_BITS)
    solved = solve(session, found, today=business_date(at), seed=seed or 0)
    if solved.digest != data.digest:
        raise RecordChanged("Matches or quotas have changed since you looked, so this round would differ; look again.")
    if not solved.chosen:
        raise ValueNotAllowed("Nobody would meet in this round; change its quotas first.")
    apart = solve_apart(session, found, solved, today=business_date(at), seed=seed or 0)
    session.add_all(_assignment(found, it, chance) for it, chance in (*solved.chosen, *apart))
    session.add(
        RoundResult(
            round_id=found.id,
            seed=seed,
            inputs_digest=solved.digest,
            figures=dict(solved.figures),
            shortages=[dict(it) for it in solved.shortages],
        )
    )
    session.flush()  # the database takes no part of a round that is confirmed already
    found.state = RoundState.CONFIRMED
    found.confirmed_at, found.confirmed_by_id = at, caller.person_id
    found.mark_edited(at)
    session.flush()
    return found


def _assignment(matching_round: MatchingRound, it: Candidate, chance: float) -> RoundAssignment:
    return RoundAssignment(
        round_id=matching_round.id,
        organisation_id=it.organisation_id,
        confidentiality=it.confidentiality,
        project_id=it.project_id,
        signal_id=it.signal_id,
        value=it.value,
        chance=chance,
        ticket_krw=it.ticket_krw,
    )


def cancel_round(session: Session, round_id: UUID, *, at: datetime) -> MatchingRound:
    """Call a draft off.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or it is no draft any more.
    """
    found = find_round(session, round_id, to_change=True)
    found.require_draft()
    found.state = RoundState.CANCELLED
    found.mark_edited(at)
    session.flush()
    return found
