"""The guards every request passes: its operation against the table of roles, its path against what can be looked up."""

from collections.abc import Iterable
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from fund_service.accounts.callers import Caller
from fund_service.operations import ANYONE, OPERATIONS

MAX_NAME_BYTES, MAX_PATH_BYTES = 255, 2_000
"""The longest file name of the common file systems, and a path far longer than any of ours."""


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
