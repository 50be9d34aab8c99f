"""Who stands behind both sides of a match, and which pairs a conflict of interest keeps apart.

A signal's owner is bound to every organisation under one beneficial owner with it, and to what the person who
submitted it has an interest in: declared, or as the employee of another organisation. A project's parties are the
members of its consortium and their ownership groups.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.committee.interests import REACHING_THE_GROUP, interests_of
from matching.brief import ConsortiumShape
from models.organisation import Organisation
from models.project import ConsortiumMember, ConsortiumRole
from models.signal import DemandSignal


class ProjectParties:
    """The consortium of a project, as far as the matcher asks for it."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self._anchors: set[UUID] = set()
        self._members: set[UUID] = set()

    def add(self, organisation_id: UUID, group_id: UUID, *, is_anchor: bool) -> None:
        """Take in a member."""
        self.keys |= {_organisation(organisation_id), _group(group_id)}
        self._members.add(organisation_id)
        if is_anchor:
            self._anchors.add(organisation_id)

    @property
    def shape(self) -> ConsortiumShape:
        """Whether an anchor company is there, and anybody beside it."""
        if not self._anchors:
            return ConsortiumShape.NO_ANCHOR
        return ConsortiumShape.ANCHORED if self._members - self._anchors else ConsortiumShape.ANCHOR_ALONE


def _organisation(organisation_id: UUID) -> str:
    return f"organisation:{organisation_id}"


def _group(group_id: UUID) -> str:
    return f"group:{group_id}"


def project_parties(session: Session, project_ids: Sequence[UUID] | None = None) -> dict[UUID, ProjectParties]:
    """Read the consortia, all or those of the given projects; a project without members has no entry."""
    query = select(
        ConsortiumMember.project_id, ConsortiumMember.role, Organisation.id, Organisation.ownership_group_id
    ).join(Organisation, col(Organisation.id) == col(ConsortiumMember.organisation_id))
    if project_ids is not None:
        query = query.where(col(ConsortiumMember.project_id).in_(project_ids))
    parties: dict[UUID, ProjectParties] = {}
    for project_id, role, organisation_id, group_id in session.exec(query):
        is_anchor = role is ConsortiumRole.ANCHOR
        parties.setdefault(project_id, ProjectParties()).add(organisation_id, group_id, is_anchor=is_anchor)
    return parties


def bound_to(session: Session, signals: Sequence[DemandSignal], *, today: date) -> dict[UUID, frozenset[str]]:
    """Give the keys of all that the owner of each signal is bound to, in four statements."""
    owners = {signal.organisation_id for signal in signals}
    groups = dict(
        session.exec(
            select(Organisation.id, Organisation.ownership_group_id).where(col(Organisation.id).in_(owners))
        ).all()
    )
    submitters = {signal.submitted_by_id for signal in signals if signal.submitted_by_id is not None}
    interests = interests_of(session, submitters) if submitters else {}
    bound: dict[UUID, frozenset[str]] = {}
    for signal in signals:
        keys = {_organisation(signal.organisation_id), _group(groups[signal.organisation_id])}
        for interest in interests.get(signal.submitted_by_id, []) if signal.submitted_by_id else []:
            row = interest.row
            if interest.declared and not (row.known_on <= today and (row.ends_on is None or today <= row.ends_on)):
                continue
            if row.organisation_id is not None:
                keys.add(_organisation(row.organisation_id))
            if interest.group_id is not None:
                keys.add(_group(interest.group_id))
        bound[signal.id] = frozenset(keys)
    return bound


CONFLICT = """
    EXISTS (
        SELECT FROM demand_signal AS signal
        JOIN organisation AS owner ON owner.id = signal.organisation_id
        JOIN consortium_member AS member ON member.project_id = match.project_id
        JOIN organisation AS party ON party.id = member.organisation_id
        WHERE signal.id = match.signal_id AND (
            party.ownership_group_id = owner.ownership_group_id
            OR EXISTS (
                SELECT FROM person AS submitter
                JOIN person AS account ON account.human_id = submitter.human_id
                JOIN organisation AS employer ON employer.id = account.organisation_id
                WHERE submitter.id = signal.submitted_by_id AND employer.ownership_group_id = party.ownership_group_id
            )
            OR EXISTS (
                SELECT FROM person AS submitter
                JOIN person AS account ON account.human_id = submitter.human_id
                JOIN declared_interest AS interest ON interest.person_id = account.id
                LEFT JOIN organisation AS named ON named.id = interest.organisation_id
                WHERE submitter.id = signal.submitted_by_id
                AND interest.known_on <= :conflict_day AND coalesce(interest.ends_on, :conflict_day) >= :conflict_day
                AND (
                    interest.organisation_id = party.id
                    OR interest.ownership_group_id = party.ownership_group_id
                    OR named.ownership_group_id = party.ownership_group_id AND interest.kind = ANY(:reaching_group)
                )
            )
        )
    )
"""
"""That somebody on the signal's side is bound to a party of the project."""


def free_of_conflict(today: date) -> sa.TextClause:
    """Say, of stored matches, that no conflict keeps the pair apart as of now, whenever it was matched.

    Matching leaves such pairs out; a tie that became known since must not wait for the next run.
    """
    reaching = [kind.value for kind in REACHING_THE_GROUP]
    return sa.text(f"NOT {CONFLICT}").bindparams(conflict_day=today, reaching_group=reaching)
