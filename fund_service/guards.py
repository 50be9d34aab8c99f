"""Who may do what: one table of operations and roles, read by the guard, the start-up check and ``fund roles``."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from fund_service.accounts.callers import Caller
from models.person import Role

EVERYBODY_SIGNED_IN = frozenset(Role)
ANYONE = frozenset({None})
"""No sign-in asked: ``None`` stands for a visitor."""

MAX_NAME_BYTES, MAX_PATH_BYTES = 255, 2_000
"""The longest file name of the common file systems, and a path far longer than any of ours."""

_DEMAND_READERS = frozenset({Role.INVESTOR, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR})
_MARKET_READERS = frozenset({Role.PLANNER, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR})
_RECORD_KEEPERS = frozenset({Role.FUND_MANAGER, Role.PLANNER})
_RECORD_READERS = EVERYBODY_SIGNED_IN
_ACCOUNT_KEEPERS = frozenset({Role.ADMINISTRATOR})
_FUND_READERS = frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR})

OPERATIONS: Mapping[str, frozenset[Role] | frozenset[None]] = {
    # service
    "assets": ANYONE,
    "read_schema": ANYONE,
    "view_schema": ANYONE,
    "live": ANYONE,
    "ready": ANYONE,
    "metrics": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    # accounts
    "home": EVERYBODY_SIGNED_IN,
    "sign_in_page": ANYONE,
    "sign_in": ANYONE,
    "sign_out": EVERYBODY_SIGNED_IN,
    "choose_language": ANYONE,
    "read_me": EVERYBODY_SIGNED_IN,
    "list_people": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "create_person": _ACCOUNT_KEEPERS,
    "new_person_page": _ACCOUNT_KEEPERS,
    "submit_person": _ACCOUNT_KEEPERS,
    "read_person": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "update_person": _ACCOUNT_KEEPERS,
    "edit_person_page": _ACCOUNT_KEEPERS,
    "submit_person_edit": _ACCOUNT_KEEPERS,
    "reset_password": _ACCOUNT_KEEPERS,
    "submit_password_reset": _ACCOUNT_KEEPERS,
    "confirm_person": _ACCOUNT_KEEPERS,
    "submit_confirmation": _ACCOUNT_KEEPERS,
    "password_page": EVERYBODY_SIGNED_IN,
    "submit_password": EVERYBODY_SIGNED_IN,
    "change_password": EVERYBODY_SIGNED_IN,
    # plan
    "read_plan": EVERYBODY_SIGNED_IN,
    # organisations
    "list_organisations": _RECORD_READERS,
    "read_organisation": _RECORD_READERS,
    "new_organisation_page": _RECORD_KEEPERS,
    "submit_organisation": _RECORD_KEEPERS,
    "create_organisation": _RECORD_KEEPERS,
    "edit_organisation_page": _RECORD_KEEPERS,
    "submit_organisation_edit": _RECORD_KEEPERS,
    "update_organisation": _RECORD_KEEPERS,
    # projects
    "list_projects": _RECORD_READERS,
    "export_projects": _RECORD_READERS,
    "read_project": _RECORD_READERS,
    "new_project_page": _RECORD_KEEPERS,
    "submit_project": _RECORD_KEEPERS,
    "create_project": _RECORD_KEEPERS,
    "edit_project_page": _RECORD_KEEPERS,
    "submit_project_edit": _RECORD_KEEPERS,
    "update_project": _RECORD_KEEPERS,
    # signals
    "list_signals": _DEMAND_READERS,
    "export_signals": _DEMAND_READERS,
    "read_signal": _DEMAND_READERS,
    "new_signal_page": frozenset({Role.INVESTOR}),
    "submit_signal": frozenset({Role.INVESTOR}),
    "create_signal": frozenset({Role.INVESTOR}),
    "edit_signal_page": frozenset({Role.INVESTOR}),
    "submit_signal_edit": frozenset({Role.INVESTOR}),
    "update_signal": frozenset({Role.INVESTOR}),
    "withdraw_signal": frozenset({Role.INVESTOR}),
    "submit_withdrawal": frozenset({Role.INVESTOR}),
    # matches
    "list_signal_matches": _DEMAND_READERS,
    "export_signal_matches": _DEMAND_READERS,
    "read_match": _DEMAND_READERS,
    # market demand
    "read_market_demand": _MARKET_READERS,
    "export_market_demand": _MARKET_READERS,
    # due diligence
    "read_deal_diligence": _FUND_READERS,
    "export_deal_diligence": _FUND_READERS,
    "download_document": _FUND_READERS,
    "give_review": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "review_page": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_review": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "assess_spillover": frozenset({Role.FUND_MANAGER}),
    "spillover_page": frozenset({Role.FUND_MANAGER}),
    "submit_spillover": frozenset({Role.FUND_MANAGER}),
    "add_note": frozenset({Role.FUND_MANAGER}),
    "note_page": frozenset({Role.FUND_MANAGER}),
    "submit_note": frozenset({Role.FUND_MANAGER}),
    "add_checklist_item": frozenset({Role.FUND_MANAGER}),
    "set_standard_checklist": frozenset({Role.FUND_MANAGER}),
    "submit_standard_checklist": frozenset({Role.FUND_MANAGER}),
    "checklist_item_page": frozenset({Role.FUND_MANAGER}),
    "submit_checklist_item": frozenset({Role.FUND_MANAGER}),
    "update_checklist_item": frozenset({Role.FUND_MANAGER}),
    "checklist_item_edit_page": frozenset({Role.FUND_MANAGER}),
    "submit_checklist_item_edit": frozenset({Role.FUND_MANAGER}),
    "finish_checklist_item": frozenset({Role.FUND_MANAGER}),
    "finding_page": frozenset({Role.FUND_MANAGER}),
    "submit_finding": frozenset({Role.FUND_MANAGER}),
    "reopen_checklist_item": frozenset({Role.FUND_MANAGER}),
    "submit_item_reopening": frozenset({Role.FUND_MANAGER}),
    "add_task": frozenset({Role.FUND_MANAGER}),
    "task_page": frozenset({Role.FUND_MANAGER}),
    "submit_task": frozenset({Role.FUND_MANAGER}),
    "update_task": frozenset({Role.FUND_MANAGER}),
    "task_edit_page": frozenset({Role.FUND_MANAGER}),
    "submit_task_edit": frozenset({Role.FUND_MANAGER}),
    "finish_task": frozenset({Role.FUND_MANAGER}),
    "reopen_task": frozenset({Role.FUND_MANAGER}),
    "submit_task_done": frozenset({Role.FUND_MANAGER}),
    "submit_task_reopening": frozenset({Role.FUND_MANAGER}),
    "file_document": frozenset({Role.FUND_MANAGER}),
    "document_page": frozenset({Role.FUND_MANAGER}),
    "submit_document": frozenset({Role.FUND_MANAGER}),
    # deals
    "list_deals": _FUND_READERS,
    "read_deal_board": _FUND_READERS,
    "export_deals": _FUND_READERS,
    "read_deal": _FUND_READERS,
    "create_deal": frozenset({Role.FUND_MANAGER}),
    "new_deal_page": frozenset({Role.FUND_MANAGER}),
    "submit_deal": frozenset({Role.FUND_MANAGER}),
    "create_deal_of_pair": frozenset({Role.FUND_MANAGER}),
    "new_deal_of_pair_page": frozenset({Role.FUND_MANAGER}),
    "submit_deal_of_pair": frozenset({Role.FUND_MANAGER}),
    "update_deal": frozenset({Role.FUND_MANAGER}),
    "edit_deal_page": frozenset({Role.FUND_MANAGER}),
    "submit_deal_edit": frozenset({Role.FUND_MANAGER}),
    "take_deal_step": frozenset({Role.FUND_MANAGER}),
    "deal_step_page": frozenset({Role.FUND_MANAGER}),
    "submit_deal_step": frozenset({Role.FUND_MANAGER}),
    "merge_deal": frozenset({Role.FUND_MANAGER}),
    "merge_deal_page": frozenset({Role.FUND_MANAGER}),
    "submit_deal_merge": frozenset({Role.FUND_MANAGER}),
    "undo_deal_merge": frozenset({Role.FUND_MANAGER}),
    "submit_deal_merge_undone": frozenset({Role.FUND_MANAGER}),
    "save_deal_filter": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_deal_filter": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "delete_deal_filter": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_deal_filter_deleted": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    # settlement
    "read_settlement": _FUND_READERS | {Role.PROJECT_TEAM},
    "list_claims": _FUND_READERS | {Role.PROJECT_TEAM},
    "export_claims": _FUND_READERS | {Role.PROJECT_TEAM},
    "read_claim": _FUND_READERS | {Role.PROJECT_TEAM},
    "download_claim_document": _FUND_READERS | {Role.PROJECT_TEAM},
    "import_claims_page": frozenset({Role.PROJECT_TEAM}),
    "submit_claims_import": frozenset({Role.PROJECT_TEAM}),
    "create_claim": frozenset({Role.PROJECT_TEAM}),
    "new_claim_page": frozenset({Role.PROJECT_TEAM}),
    "submit_claim": frozenset({Role.PROJECT_TEAM}),
    "attach_claim_document": frozenset({Role.PROJECT_TEAM}),
    "submit_claim_document": frozenset({Role.PROJECT_TEAM}),
    "list_claim_reviews": _FUND_READERS,
    "read_deal_settlement": _FUND_READERS,
    "read_sample": _FUND_READERS,
    "export_sample": _FUND_READERS,
    "review_claim": frozenset({Role.FUND_MANAGER}),
    "submit_claim_review": frozenset({Role.FUND_MANAGER}),
    "plan_tranches": frozenset({Role.FUND_MANAGER}),
    "new_tranches_page": frozenset({Role.FUND_MANAGER}),
    "submit_tranches": frozenset({Role.FUND_MANAGER}),
    "confirm_milestone": frozenset({Role.FUND_MANAGER}),
    "submit_milestone": frozenset({Role.FUND_MANAGER}),
    "cancel_tranche": frozenset({Role.FUND_MANAGER}),
    "submit_tranche_cancellation": frozenset({Role.FUND_MANAGER}),
    "draw_sample": frozenset({Role.FUND_MANAGER}),
    "submit_sample": frozenset({Role.FUND_MANAGER}),
    # vehicles, envelopes and limits
    "read_fund": _FUND_READERS,
    "export_fund": _FUND_READERS,
    "read_vehicle": _FUND_READERS,
    "list_envelopes": _FUND_READERS,
    "export_envelopes": _FUND_READERS,
    "read_envelope": _FUND_READERS,
    "list_limit_rules": _FUND_READERS,
    "export_limit_rules": _FUND_READERS,
    "read_limit_rule": _FUND_READERS,
    "read_policy": _FUND_READERS,
    "read_deal_limits": _FUND_READERS,
    "export_deal_limits": _FUND_READERS,
    "create_vehicle": frozenset({Role.FUND_MANAGER}),
    "new_vehicle_page": frozenset({Role.FUND_MANAGER}),
    "submit_vehicle": frozenset({Role.FUND_MANAGER}),
    "update_vehicle": frozenset({Role.FUND_MANAGER}),
    "edit_vehicle_page": frozenset({Role.FUND_MANAGER}),
    "submit_vehicle_edit": frozenset({Role.FUND_MANAGER}),
    "remove_vehicle": frozenset({Role.FUND_MANAGER}),
    "submit_vehicle_removal": frozenset({Role.FUND_MANAGER}),
    "create_envelope": frozenset({Role.FUND_MANAGER}),
    "new_envelope_page": frozenset({Role.FUND_MANAGER}),
    "submit_envelope": frozenset({Role.FUND_MANAGER}),
    "update_envelope": frozenset({Role.FUND_MANAGER}),
    "edit_envelope_page": frozenset({Role.FUND_MANAGER}),
    "submit_envelope_edit": frozenset({Role.FUND_MANAGER}),
    "remove_envelope": frozenset({Role.FUND_MANAGER}),
    "submit_envelope_removal": frozenset({Role.FUND_MANAGER}),
    # the committee sets limits and figures of policy: those who move money do not bound themselves
    "create_limit_rule": frozenset({Role.COMMITTEE_MEMBER}),
    "new_limit_rule_page": frozenset({Role.COMMITTEE_MEMBER}),
    "submit_limit_rule": frozenset({Role.COMMITTEE_MEMBER}),
    "update_limit_rule": frozenset({Role.COMMITTEE_MEMBER}),
    "edit_limit_rule_page": frozenset({Role.COMMITTEE_MEMBER}),
    "submit_limit_rule_edit": frozenset({Role.COMMITTEE_MEMBER}),
    "set_policy": frozenset({Role.COMMITTEE_MEMBER}),
    "submit_policy": frozenset({Role.COMMITTEE_MEMBER}),
    # performance
    "read_performance": _FUND_READERS,
    "export_performance": _FUND_READERS,
    "list_figure_lines": _FUND_READERS,
    "export_figure_lines": _FUND_READERS,
    # committee
    "list_meetings": _FUND_READERS,
    "export_meetings": _FUND_READERS,
    "read_meeting": _FUND_READERS,
    "export_minutes": _FUND_READERS,
    "read_agenda_item": _FUND_READERS,
    "read_deal_committee": _FUND_READERS,
    "list_interests": _FUND_READERS,
    "export_interests": _FUND_READERS,
    "list_flags": _FUND_READERS,
    "export_flags": _FUND_READERS,
    "read_flag": _FUND_READERS,
    "create_meeting": frozenset({Role.FUND_MANAGER}),
    "new_meeting_page": frozenset({Role.FUND_MANAGER}),
    "submit_meeting": frozenset({Role.FUND_MANAGER}),
    "update_meeting": frozenset({Role.FUND_MANAGER}),
    "edit_meeting_page": frozenset({Role.FUND_MANAGER}),
    "submit_meeting_edit": frozenset({Role.FUND_MANAGER}),
    "set_agenda": frozenset({Role.FUND_MANAGER}),
    "agenda_page": frozenset({Role.FUND_MANAGER}),
    "submit_agenda": frozenset({Role.FUND_MANAGER}),
    "meet_condition": frozenset({Role.FUND_MANAGER}),
    "submit_evidence": frozenset({Role.FUND_MANAGER}),
    "cast_vote": frozenset({Role.COMMITTEE_MEMBER}),
    "submit_vote": frozenset({Role.COMMITTEE_MEMBER}),
    "open_meeting": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_opening": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "close_meeting": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_closing": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "decide_item": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "decision_page": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_decision": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "relist_item": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_relisting": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "declare_interest": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "new_interest_page": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_interest": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "end_interest": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_interest_end": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "resolve_flag": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    "submit_resolution": frozenset({Role.FUND_MANAGER, Role.COMMITTEE_MEMBER}),
    # ledger
    "ledger": _FUND_READERS,
    "list_instructions": _FUND_READERS,
    "export_instructions": _FUND_READERS,
    "read_instruction": _FUND_READERS,
    "list_entries": _FUND_READERS,
    "export_entries": _FUND_READERS,
    "read_entry": _FUND_READERS,
    "list_accounts": _FUND_READERS,
    "export_accounts": _FUND_READERS,
    "export_commitments": _FUND_READERS,
    "read_deal_money": _FUND_READERS,
    "make_instruction": frozenset({Role.FUND_MANAGER}),
    "new_instruction_page": frozenset({Role.FUND_MANAGER}),
    "review_instruction": frozenset({Role.FUND_MANAGER}),
    "submit_instruction": frozenset({Role.FUND_MANAGER}),
    "check_instruction": frozenset({Role.FUND_MANAGER}),
    "check_page": frozenset({Role.FUND_MANAGER}),
    "submit_check": frozenset({Role.FUND_MANAGER}),
    "void_instruction": frozenset({Role.FUND_MANAGER}),
    "void_page": frozenset({Role.FUND_MANAGER}),
    "submit_void": frozenset({Role.FUND_MANAGER}),
    # portfolio
    "read_portfolio": _FUND_READERS,
    "export_portfolio": _FUND_READERS,
}


def operation_of(handler: BaseRouteHandler) -> str | None:
    """Name a handler's operation: its OpenAPI operation id, or the ``operation`` option of handlers without one."""
    return getattr(handler, "operation_id", None) or handler.opt.get("operation")


async def require_role(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request through only when the table permits its operation to one of the caller's roles.

    Asynchronous, because Litestar takes every other guard to a thread of its own.

    Raises
    ------
    NotAuthorizedException
        Nobody is signed in and the operation needs somebody.
    PermissionDeniedException
        None of the caller's roles may do this.
    """
    operation = operation_of(handler)
    if operation is None and isinstance(connection, Request) and connection.method == "OPTIONS":
        return  # the framework's own answer, which only names the methods of a path
    permitted = OPERATIONS.get(operation or "", frozenset())
    if permitted == ANYONE:
        return
    caller: Caller | None = connection.scope.get("user")
    if caller is None:
        raise NotAuthorizedException
    if not caller.roles & permitted:
        raise PermissionDeniedException


async def refuse_unusable_path(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Answer for a file name that no file system can look up what is answered for any other file that is not there.

    Raises
    ------
    NotFoundException
        For a name with NUL, or one that is too long.
    """
    path = connection.scope["path"].encode()
    if b"\x00" in path or len(path) > MAX_PATH_BYTES or any(len(part) > MAX_NAME_BYTES for part in path.split(b"/")):
        raise NotFoundException


def check_every_route_has_an_entry(handlers: Iterable[BaseRouteHandler]) -> None:
    """Refuse to start with a route that the table does not know, or a table entry without a route.

    Raises
    ------
    RuntimeError
        Naming what is missing.
    """
    named = {operation_of(handler): str(handler) for handler in handlers}
    unknown = [f"{operation} ({named[operation]})" for operation in named if operation not in OPERATIONS]
    unused = sorted(set(OPERATIONS) - {operation for operation in named if operation})
    if unknown or unused:
        raise RuntimeError(f"role table and routes differ; without an entry: {unknown}; without a route: {unused}")


def roles_csv() -> str:
    """Write the table as CSV: one line an operation, one column a role, ``yes`` where it is permitted."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["operation", "anonymous", *Role])
    for operation, permitted in OPERATIONS.items():
        anyone = permitted == ANYONE
        writer.writerow(
            [operation, "yes" if anyone else "no", *("yes" if anyone or role in permitted else "no" for role in Role)]
        )
    return lines.getvalue()
