"""HTTP of a deal's checklist."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.diligence import checklist, forms
from fund_service.diligence.lists import checklist_of
from fund_service.diligence.parameters import edition_in, fields_of, provide_edition, submit
from fund_service.diligence.schemas import DiligenceForm, FindingIn, ItemIn, ItemView
from fund_service.forms import Values, read_form
from fund_service.problems import documented
from models.clock import business_date, utc_now

CHANGING = documented(404, 409, 412, 413, 415, 422, 428)


class ChecklistController(Controller):
    """The checklist of a deal."""

    path = "/deals/{deal_id:uuid}/diligence/checklist"
    tags = ("diligence",)
    dependencies = {"edition": Provide(provide_edition, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @post(operation_id="add_checklist_item", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def add_checklist_item(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        data: JSONBody[ItemIn],
    ) -> Response[ItemView]:
        """Set a checklist item."""
        item = checklist.add_item(session, deal_id, data, caller=caller, at=utc_now())
        return _answer(session, deal_id, item.id, status=HTTP_201_CREATED)

    @post(
        "/standard",
        operation_id="set_standard_checklist",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409),
    )
    def set_standard_checklist(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
    ) -> list[ItemView]:
        """Set the items of the standard checklist that the deal has not; gives the whole checklist."""
        checklist.set_standard_items(session, deal_id, caller=caller, at=utc_now())
        return checklist_of(session, deal_id, today=business_date(utc_now()))

    @post(
        "/standard/new",
        operation_id="submit_standard_checklist",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_standard_checklist(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
    ) -> Redirect:
        """Set the standard checklist from the page."""
        checklist.set_standard_items(session, deal_id, caller=caller, at=utc_now())
        return _back(deal_id)

    @get(
        "/new",
        operation_id="checklist_item_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def checklist_item_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DiligenceForm:
        """Show the form of a new item."""
        return forms.item_form(session, deal_id)

    @post(
        "/new",
        operation_id="submit_checklist_item",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_checklist_item(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Set an item from the form."""
        return submit(
            session,
            form,
            act=lambda: checklist.add_item(session, deal_id, read_form(ItemIn, form), caller=caller, at=utc_now()),
            blank=lambda: forms.item_form(session, deal_id),
            back=f"/deals/{deal_id}/diligence#checklist",
        )

    @put("/{item_id:uuid}", operation_id="update_checklist_item", sync_to_thread=True, responses=CHANGING)
    def update_checklist_item(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str],
        deal_id: FromPath[UUID],
        item_id: FromPath[UUID],
        data: JSONBody[ItemIn],
    ) -> Response[ItemView]:
        """Replace what is set of an item that is not done; needs If-Match."""
        checklist.edit_item(session, deal_id, item_id, data, caller=caller, edition=edition, at=utc_now())
        return _answer(session, deal_id, item_id)

    @get(
        "/{item_id:uuid}/edit",
        operation_id="checklist_item_edit_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def checklist_item_edit_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], item_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form of an item as it stands."""
        return forms.item_form(session, deal_id, item_id)

    @post(
        "/{item_id:uuid}/edit",
        operation_id="submit_checklist_item_edit",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_checklist_item_edit(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Change an item from the form."""
        return submit(
            session,
            form,
            act=lambda: checklist.edit_item(
                session,
                deal_id,
                item_id,
                read_form(ItemIn, fields_of(form)),
                caller=caller,
                edition=edition_in(form),
                at=utc_now(),
            ),
            blank=lambda: forms.item_form(session, deal_id, item_id),
            back=f"/deals/{deal_id}/diligence#checklist",
        )

    @post(
        "/{item_id:uuid}/done",
        operation_id="finish_checklist_item",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=CHANGING,
    )
    def finish_checklist_item(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str],
        deal_id: FromPath[UUID],
        item_id: FromPath[UUID],
        data: JSONBody[FindingIn],
    ) -> Response[ItemView]:
        """Mark an item done, with what was found; needs If-Match."""
        checklist.finish_item(session, deal_id, item_id, data, caller=caller, edition=edition, at=utc_now())
        return _answer(session, deal_id, item_id)

    @get(
        "/{item_id:uuid}/finish",
        operation_id="finding_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def finding_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], item_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form that marks an item done."""
        return forms.finding_form(session, deal_id, item_id)

    @post(
        "/{item_id:uuid}/finish",
        operation_id="submit_finding",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_finding(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Mark an item done from the form."""
        return submit(
            session,
            form,
            act=lambda: checklist.finish_item(
                session,
                deal_id,
                item_id,
                read_form(FindingIn, fields_of(form)),
                caller=caller,
                edition=edition_in(form),
                at=utc_now(),
            ),
            blank=lambda: forms.finding_form(session, deal_id, item_id),
            back=f"/deals/{deal_id}/diligence#checklist",
        )

    @post(
        "/{item_id:uuid}/reopen",
        operation_id="reopen_checklist_item",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 428),
    )
    def reopen_checklist_item(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str],
        deal_id: FromPath[UUID],
        item_id: FromPath[UUID],
    ) -> Response[ItemView]:
        """Open a done item again; needs If-Match."""
        checklist.reopen_item(session, deal_id, item_id, caller=caller, edition=edition, at=utc_now())
        return _answer(session, deal_id, item_id)

    @post(
        "/{item_id:uuid}/open-again",
        operation_id="submit_item_reopening",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_item_reopening(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        item_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Redirect:
        """Open a done item again from the page."""
        checklist.reopen_item(session, deal_id, item_id, caller=caller, edition=edition_in(form), at=utc_now())
        return _back(deal_id)


def _answer(session: Session, deal_id: UUID, item_id: UUID, *, status: int = HTTP_200_OK) -> Response[ItemView]:
    items = checklist_of(session, deal_id, today=business_date(utc_now()))
    [view] = [item for item in items if item.id == item_id]
    headers = {"ETag": f'"{view.edition}"'}
    if status == HTTP_201_CREATED:
        headers["Location"] = f"/deals/{deal_id}/diligence#item-{item_id}"
    return Response(view, status_code=status, headers=headers)


def _back(deal_id: UUID) -> Redirect:
    return Redirect(f"/deals/{deal_id}/diligence#checklist", status_code=HTTP_303_SEE_OTHER)
