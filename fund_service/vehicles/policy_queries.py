"""Reads of figures of policy: what holds, what waits to be confirmed, and who set what, when and why."""

from typing import Any

from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.vehicles.policy import POLICIES
from fund_service.vehicles.policy_setting import manages_under_any_account
from fund_service.vehicles.policy_views import PolicyChange, PolicyFigure, PolicyProposal, PolicyView
from models.person import Person, Role
from models.vehicle import PolicyConfirmation, PolicyValue

SHOWN_CHANGES = 20


def policy(session: Session, *, reader: Caller) -> PolicyView:
    """Show the figures of policy with their history and what waits to be confirmed, in three statements at most."""
    human = session.exec(select(Person.human_id).where(Person.id == reader.person_id)).one()
    confirms = reader.has(Role.COMMITTEE_MEMBER) and not manages_under_any_account(session, human)
    proposer, confirmer = orm.aliased(Person), orm.aliased(Person)
    changes: dict[str, list[PolicyChange]] = {name: [] for name in POLICIES}
    proposals: dict[str, list[PolicyProposal]] = {name: [] for name in POLICIES}
    rows: Any = session.exec(
        select(PolicyValue, PolicyConfirmation, proposer, col(confirmer.name))
        .outerjoin(PolicyConfirmation, col(PolicyConfirmation.policy_value_id) == col(PolicyValue.id))
        .outerjoin(proposer, col(proposer.id) == col(PolicyValue.set_by_id))
        .outerjoin(confirmer, col(confirmer.id) == col(PolicyConfirmation.confirmed_by_id))
        .where(col(PolicyValue.name).in_(POLICIES))
        .order_by(col(PolicyValue.id).desc())
    )
    for value, confirmation, by, confirmed_by_name in rows:
        shown = {
            "amount": value.share_bp if value.amount_krw is None else value.amount_krw,
            "reason": value.reason,
            "person_name": None if by is None else by.name,
            "set_at": value.recorded_at,
        }
        if confirmation is not None:
            confirmed_at = confirmation.confirmed_at
            changes[value.name].append(
                PolicyChange(**shown, confirmed_by_name=confirmed_by_name, confirmed_at=confirmed_at)
            )
        elif by is not None and not changes[value.name]:
            # Of what was proposed before the last that was confirmed, nothing can be confirmed any more.
            may_confirm = confirms and by.human_id != human
            proposals[value.name].append(PolicyProposal(**shown, id=value.id, may_confirm=may_confirm))
    return PolicyView(
        figures=[
            PolicyFigure(
                name=name,
                share=name.endswith("_bp"),
                amount=changes[name][0].amount if changes[name] else otherwise,
                otherwise=otherwise,
                proposals=proposals[name][:SHOWN_CHANGES],
                history=changes[name][:SHOWN_CHANGES],
            )
            for name, otherwise in POLICIES.items()
        ],
        may_propose=confirms,
    )
