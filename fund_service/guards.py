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
