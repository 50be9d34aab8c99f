"""Agenda items as a reader may see them: how others voted is hidden until the item is decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.counting import voters_needed
from fund_service.committee.proceedings import Proceeding, manages, read_proceedings, seat_of
from fund_service.committee.recusals import Recusal, Seat
from fund_service.committee.schemas import (
    ConditionView,
    ItemView,
    ListedDeal,
    MemberView,
    RecusalView,
    TallyView,
)
from models.committee import AgendaItem, ConditionPrecedent, DecisionFlag, MeetingState
from models.deal import Deal, DealStage
from models.document import DealDocument
from models.organisation import Organisation
from models.person import Person, Role

SHOWN = {"id", "meeting_id", "position", "state", "terms_digest", "vote_closed_at", "decided_at", "words"}


def item_views(session: Session, items: Sequence[AgendaItem], *, reader: Caller | None, at: datetime) -> list[ItemView]:
    """Show agenda items in the order given, in fourteen statements however many they are.

    Until the vote on an item is closed, by the last who may vote or by the chair, everybody sees who voted and a member
    also their own vote; nobody sees more, so that nobody votes, or closes the vote, by what others did.
    """
    proceedings = read_proceedings(session, items, at=at)
    seat = None if reader is None else seat_of(session, reader)
    conditions = _conditions(session, items)
    flags = _open_flags(session, items)
    deciders = _names(session, {item.decided_by_id for item in items if item.decided_by_id is not None})
    return [
        _view(one, reader, seat, at).model_copy(
            update={
                "conditions": conditions.get(one.item.id, []),
                "open_flags": flags.get(one.item.id, 0),
                "decided_by_name": None if one.item.decided_by_id is None else deciders[one.item.decided_by_id],
            }
        )
        for one in proceedings
    ]


def _view(one: Proceeding, reader: Caller | None, seat: Seat | None, at: datetime) -> ItemView:
    votes = reader is not None and seat is not None and reader.has(Role.COMMITTEE_MEMBER)
    may_vote = votes and seat is not None and one.refusal_to_vote(seat) is None
    manager = reader is not None and manages(reader)
    may_decide = seat is not None and one.refusal_to_decide(seat, manager=manager, at=at) is None
    keeps = seat is not None and (manager or seat.person_id == one.meeting.chair_id)
    relisted = one.outdated and not one.votes and one.deal.stage is DealStage.COMMITTEE
    return ItemView(
        **one.item.model_dump(
            include={"id", "meeting_id", "position", "state", "terms_digest", "decided_at", "words", "vote_closed_at"}
        ),
        meeting_title=one.meeting.title,
        meets_at=one.meeting.meets_at,
        deal=_listed(one.deal, one.company, one.lead),
        outdated=one.outdated,
        decided_by_name=None,
        members=[_member(one, called, seat) for called in one.seats],
        tally=_tally(one),
        outcome=one.outcome if one.pending else None,
        conditions=[],
        open_flags=0,
        may_vote=may_vote,
        may_decide=may_decide,
        may_close_vote=may_decide and not one.vote_over,
        may_relist=keeps and relisted and one.meeting.state is not MeetingState.CLOSED,
        reader_leads=seat is not None and seat.human_id in one.led,
        reader_recused=seat is not None and one.recusal_now(seat, at=at) is not None,
    )


def listed_deals(session: Session, deals: Sequence[Deal]) -> list[ListedDeal]:
    """Show deals as an agenda does, in the order given, in one statement."""
    rows = session.exec(
        select(Deal.id, Organisation, Person)
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .join(Person, col(Person.id) == col(Deal.lead_id))
        .where(col(Deal.id).in_({deal.id for deal in deals}))
    ).all()
    others = {deal_id: (company, lead) for deal_id, company, lead in rows}
    return [_listed(deal, *others[deal.id]) for deal in deals]


def _listed(deal: Deal, company: Organisation, lead: Person) -> ListedDeal:
    return ListedDeal(
        **deal.model_dump(include={"id", "title_ko", "title_en", "amount_krw", "stage", "lead_id"}),
        company_name_ko=company.name_ko,
        company_name_en=company.name_en,
        lead_name=lead.name,
    )


def _member(one: Proceeding, called: Seat, reader: Seat | None) -> MemberView:
    vote = one.vote_of(called.human_id)
    recusal = one.recused.get(called.person_id)
    own = reader is not None and reader.human_id == called.human_id
    shown = vote is not None and (own or one.vote_over)
    return MemberView(
        person_id=called.person_id,
        name=called.name,
        recusal=None if recusal is None else recusal_view(recusal),
        voted=vote is not None,
        choice=vote.choice if vote is not None and shown else None,
        words=vote.words if vote is not None and shown else None,
    )


def recusal_view(recusal: Recusal) -> RecusalView:
    """Show why somebody is recused."""
    return RecusalView(reason=recusal.reason, party_ko=recusal.party_ko, party_en=recusal.party_en)


def _tally(one: Proceeding) -> TallyView:
    tally, counted = one.tally(), one.vote_over
    needed = voters_needed(tally.eligible, quorum_bp=one.meeting.quorum_bp)
    quorum = tally.has_quorum(one.meeting.quorum_bp)
    return TallyView(
        eligible=tally.eligible,
        voted=tally.voted,
        needed=needed,
        reachable=tally.eligible >= needed,
        quorum=quorum,
        votes_for=tally.votes_for if counted else None,
        votes_against=tally.votes_against if counted else None,
        abstentions=tally.abstentions if counted else None,
        carries=quorum and tally.carries(one.meeting.approval_bp) if counted else None,
    )


def _conditions(session: Session, items: Sequence[AgendaItem]) -> Mapping[UUID, list[ConditionView]]:
    return condition_views(session, col(ConditionPrecedent.item_id).in_({item.id for item in items}))


def condition_views(session: Session, narrowed: sa.ColumnElement[bool]) -> Mapping[UUID, list[ConditionView]]:
    """Show conditions by item, as they were set, in one statement."""
    confirmer = orm.aliased(Person)
    rows: Any = session.exec(
        select(ConditionPrecedent, DealDocument.name, confirmer.name)
        .join(DealDocument, col(DealDocument.id) == col(ConditionPrecedent.evidence_document_id), isouter=True)
        .join(confirmer, col(confirmer.id) == col(ConditionPrecedent.met_by_id), isouter=True)
        .where(narrowed)
        .order_by(col(ConditionPrecedent.id))
    )
    shown: dict[UUID, list[ConditionView]] = {}
    for condition, document, person in rows:
        view = ConditionView(
            **condition.model_dump(include={"id", "words", "evidence_document_id", "met_at"}),
            evidence_name=document,
            met_by_name=person,
        )
        shown.setdefault(condition.item_id, []).append(view)
    return shown


def _open_flags(session: Session, items: Sequence[AgendaItem]) -> Mapping[UUID | None, int]:
    rows = session.exec(
        select(DecisionFlag.item_id, func.count())
        .where(col(DecisionFlag.item_id).in_({item.id for item in items}), col(DecisionFlag.resolved_at).is_(None))
        .group_by(col(DecisionFlag.item_id))
    ).all()
    return dict(rows)


def _names(session: Session, person_ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(person_ids))).all())
