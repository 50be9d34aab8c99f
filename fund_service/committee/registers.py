"""Registers: declared interests and flagged decisions, as the reader may see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.interest_schemas import (
    FlaggedDecision,
    FlagsPage,
    FlagView,
    InterestsPage,
    InterestView,
)
from fund_service.committee.interests import REACHING_THE_GROUP
from fund_service.paging import MAX_LIMIT, Cursor, cut_page
from models.committee import AgendaItem, DecisionFlag, DeclaredInterest
from models.deal import Deal
from models.diligence import DealReview
from models.errors import RecordNotFound, ValueNotAllowed
from models.instruction import Instruction
from models.organisation import Organisation, OwnershipGroup
from models.person import Person, Role

RESOLVERS = (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER)
"""Roles that may resolve a flag of somebody else."""


def list_interests(session: Session, reader: Caller, *, after: Cursor | None, limit: int) -> InterestsPage:
    """List the reader's own interests, under all their accounts, or everybody's for an auditor; newest first."""
    query = interest_rows(reader).limit(limit + 1)
    if after is not None:
        query = query.where(col(DeclaredInterest.id) < after.after)
    page, next_cursor = cut_page(interest_views(session, query, reader), limit, key=lambda interest: interest.id)
    return InterestsPage(items=list(page), next_cursor=next_cursor, everybody=reader.has(Role.AUDITOR))


def interest_view(session: Session, interest_id: UUID, reader: Caller) -> InterestView:
    """Show one interest that the reader may see."""
    [view] = interest_views(session, interest_rows(reader).where(col(DeclaredInterest.id) == interest_id), reader)
    return view


def interest_rows(reader: Caller) -> sa.Select[Any]:
    """Select the interests that the reader may see, newest first."""
    flags = sa.select(func.count()).where(col(DecisionFlag.interest_id) == col(DeclaredInterest.id)).scalar_subquery()
    query = (
        sa.select(
            DeclaredInterest,
            col(Person.name),
            sa.func.coalesce(col(Organisation.name_ko), col(OwnershipGroup.name_ko)),
            sa.func.coalesce(col(Organisation.name_en), col(OwnershipGroup.name_en)),
            flags,
        )
        .join(Person, col(Person.id) == col(DeclaredInterest.person_id))
        .join(Organisation, col(Organisation.id) == col(DeclaredInterest.organisation_id), isouter=True)
        .join(OwnershipGroup, col(OwnershipGroup.id) == col(DeclaredInterest.ownership_group_id), isouter=True)
        .order_by(col(DeclaredInterest.id).desc())
    )
    if reader.has(Role.AUDITOR):
        return query
    reading = sa.select(col(Person.human_id)).where(col(Person.id) == reader.person_id).scalar_subquery()
    return query.where(col(Person.human_id) == reading)


def interest_views(session: Session, query: sa.Select[Any], reader: Caller) -> Sequence[InterestView]:
    """Read selected interests."""
    return [
        InterestView(
            **row.model_dump(include={"id", "person_id", "kind", "known_on", "ends_on", "words", "recorded_at"}),
            person_name=name,
            party_ko=party_ko,
            party_en=party_en,
            whole_group=row.ownership_group_id is not None or row.kind in REACHING_THE_GROUP,
            flags=flags,
            own=row.person_id == reader.person_id,
        )
        for row, name, party_ko, party_en, flags in _rows(session, query)
    ]


def organisation_named(session: Session, typed: str) -> UUID:
    """Find the organisation that a form names: by Korean or English name, registration number or identifier.

    Raises
    ------
    ValueNotAllowed
        When it is not recorded, or several go by the same name.
    """
    found = session.exec(
        select(Organisation.id).where(
            sa.or_(
                col(Organisation.name_ko) == typed,
                col(Organisation.name_en) == typed,
                col(Organisation.registration_number) == typed.replace("-", ""),
                sa.cast(col(Organisation.id), sa.String) == typed,
            )
        )
    ).all()
    if len(found) != 1:
        raise ValueNotAllowed(
            "Several organisations are called {name}; give the registration number instead."
            if found
            else "No organisation called {name} is recorded; record it first.",
            field="organisation",
            name=typed,
        )
    return found[0]


def list_flags(
    session: Session, reader: Caller, *, resolved: bool, after: Cursor | None, limit: int = MAX_LIMIT
) -> FlagsPage:
    """List flagged decisions, newest first; the resolved ones only where they are asked for."""
    query = flag_rows(resolved=resolved).limit(limit + 1)
    if after is not None:
        query = query.where(col(DecisionFlag.id) < after.after)
    page, next_cursor = cut_page(flag_views(session, query, reader), limit, key=lambda flag: flag.id)
    waiting = select(func.count()).select_from(DecisionFlag).where(col(DecisionFlag.resolved_at).is_(None))
    return FlagsPage(
        items=list(page), next_cursor=next_cursor, resolved=resolved, open_count=session.exec(waiting).one()
    )


def flag_view(session: Session, flag_id: UUID, reader: Caller) -> FlagView:
    """Show one flagged decision.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    found = flag_views(session, flag_rows(resolved=True).where(col(DecisionFlag.id) == flag_id), reader)
    if not found:
        raise RecordNotFound("There is no such flag.")
    return found[0]


def flag_rows(*, resolved: bool) -> sa.Select[Any]:
    """Select flagged decisions with their deals and the interests that flagged them, newest first."""
    bearer, resolver = orm.aliased(Person), orm.aliased(Person)
    deal_id = sa.func.coalesce(col(AgendaItem.deal_id), col(Instruction.deal_id), col(DealReview.deal_id))
    shown: list[Any] = [
        DecisionFlag,
        DeclaredInterest,
        col(bearer.name),
        col(bearer.human_id),
        sa.func.coalesce(col(Organisation.name_ko), col(OwnershipGroup.name_ko)),
        sa.func.coalesce(col(Organisation.name_en), col(OwnershipGroup.name_en)),
        col(resolver.name),
        Deal,
    ]
    query = (
        sa.select(*shown)
        .select_from(DecisionFlag)
        .join(DeclaredInterest, col(DeclaredInterest.id) == col(DecisionFlag.interest_id))
        .join(bearer, col(bearer.id) == col(DeclaredInterest.person_id))
        .join(Organisation, col(Organisation.id) == col(DeclaredInterest.organisation_id), isouter=True)
        .join(OwnershipGroup, col(OwnershipGroup.id) == col(DeclaredInterest.ownership_group_id), isouter=True)
        .join(AgendaItem, col(AgendaItem.id) == col(DecisionFlag.item_id), isouter=True)
        .join(Instruction, col(Instruction.id) == col(DecisionFlag.instruction_id), isouter=True)
        .join(DealReview, col(DealReview.id) == col(DecisionFlag.review_id), isouter=True)
        .join(Deal, col(Deal.id) == deal_id)
        .join(resolver, col(resolver.id) == col(DecisionFlag.resolved_by_id), isouter=True)
        .order_by(col(DecisionFlag.id).desc())
    )
    return query if resolved else query.where(col(DecisionFlag.resolved_at).is_(None))


def flag_views(session: Session, query: sa.Select[Any], reader: Caller) -> Sequence[FlagView]:
    """Read selected flags."""
    reading = session.exec(select(Person.human_id).where(Person.id == reader.person_id)).one()
    views = []
    for flag, interest, name, human_id, party_ko, party_en, resolver, deal in _rows(session, query):
        views.append(
            FlagView(
                **flag.model_dump(
                    include={"id", "item_id", "instruction_id", "review_id", "resolved_at", "resolution"}
                ),
                decision=_decision(flag),
                deal_id=deal.id,
                title_ko=deal.title_ko,
                title_en=deal.title_en,
                person_name=name,
                kind=interest.kind,
                party_ko=party_ko,
                party_en=party_en,
                known_on=interest.known_on,
                declared_at=interest.recorded_at,
                resolved_by_name=resolver,
                may_resolve=flag.resolved_at is None and human_id != reading and reader.has(*RESOLVERS),
            )
        )
    return views


def _rows(session: Session, query: sa.Select[Any]) -> Sequence[Any]:
    return session.execute(query).all()


def _decision(flag: DecisionFlag) -> FlaggedDecision:
    if flag.item_id is not None:
        return FlaggedDecision.VOTE
    return FlaggedDecision.CHECK if flag.instruction_id is not None else FlaggedDecision.REVIEW
