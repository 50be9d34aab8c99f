"""HTTP that items of the checklist and tasks share: what a change of one starts from, and how it is answered."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER

from fund_service.accounts.callers import Caller
from fund_service.diligence.parameters import edition_in, provide_edition
from fund_service.diligence.schemas import WorkView
from fund_service.diligence.work import Change
from fund_service.forms import Values
from fund_service.problems import documented
from models.clock import utc_now

V = TypeVar("V", bound=WorkView)


def provide_change(
    caller: NamedDependency[Caller], edition: NamedDependency[str], deal_id: FromPath[UUID], work_id: FromPath[UUID]
) -> Change:
    """Read which work a program changes, from which edition."""
    return Change(deal_id=deal_id, work_id=work_id, caller=caller, edition=edition, at=utc_now())


def provide_typed_change(
    caller: NamedDependency[Caller], form: NamedDependency[Values], deal_id: FromPath[UUID], work_id: FromPath[UUID]
) -> Change:
    """Read which work a form changes, from which edition."""
    return Change(deal_id=deal_id, work_id=work_id, caller=caller, edition=edition_in(form), at=utc_now())


CHANGES = MappingProxyType(
    {
        "edition": Provide(provide_edition, sync_to_thread=False),
        "change": Provide(provide_change, sync_to_thread=False),
        "typed_change": Provide(provide_typed_change, sync_to_thread=False),
    }
)
"""How controllers of work read a change of it."""
CHANGING, STEPPING = documented(404, 409, 412, 413, 415, 422, 428), documented(404, 409, 412, 428)
"""What a change of work can be answered with, and a step that takes no body."""


def answer_work(views: Sequence[V], work_id: UUID, *, created_at: str | None = None) -> Response[V]:
    """Answer with one of the work on a deal as it stands now, under its edition."""
    [view] = [view for view in views if view.id == work_id]
    headers = {"ETag": f'"{view.edition}"'} | ({} if created_at is None else {"Location": created_at})
    return Response(view, status_code=HTTP_200_OK if created_at is None else HTTP_201_CREATED, headers=headers)


def back_to(deal_id: UUID, part: str) -> Redirect:
    """Lead back to a part of the tab."""
    return Redirect(tab(deal_id, part), status_code=HTTP_303_SEE_OTHER)


def tab(deal_id: UUID, part: str) -> str:
    """Give the address of a part of the tab."""
    return f"/deals/{deal_id}/diligence#{part}"
