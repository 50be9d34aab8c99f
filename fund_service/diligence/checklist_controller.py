"""HTTP of a deal's checklist."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.diligence import checklist, forms
from fund_service.diligence.lists import checklist_of
from fund_service.diligence.parameters import fields_of, submit
from fund_service.diligence.schemas import DiligenceForm, FindingIn, ItemIn, ItemView
from fund_service.diligence.work import Change
from fund_service.diligence.work_requests import CHANGES, CHANGING, STEPPING, answer_work, back_to, tab
from fund_service.forms import Values, read_form
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.diligence import ChecklistItem


class ChecklistController(Controller):
    """The checklist of a deal."""

    path = "/deals/{deal_id:uuid}/diligence/checklist"
    tags = ("diligence",)
    dependencies = CHANGES

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
        return _answer(session, item, created_at=tab(deal_id, f"item-{item.id}"))

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
        return back_to(deal_id, "checklist")

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
            back=tab(deal_id, "checklist"),
        )

    @put("/{work_id:uuid}", operation_id="update_checklist_item", sync_to_thread=True, responses=CHANGING)
    def update_checklist_item(
        self, session: NamedDependency[Session], change: NamedDependency[Change], data: JSONBody[ItemIn]
    ) -> Response[ItemView]:
        """Replace what is set of an item that is not done; needs If-Match."""
        return _answer(session, checklist.edit_item(session, change, data))

    @get(
        "/{work_id:uuid}/edit",
        operation_id="checklist_item_edit_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def checklist_item_edit_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], work_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form of an item as it stands."""
        return forms.item_form(session, deal_id, work_id)

    @post(
        "/{work_id:uuid}/edit",
        operation_id="submit_checklist_item_edit",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_checklist_item_edit(
        self,
        session: NamedDependency[Session],
        typed_change: NamedDependency[Change],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Change an item from the form."""
        deal_id = typed_change.deal_id
        return submit(
            session,
            form,
            act=lambda: checklist.edit_item(session, typed_change, read_form(ItemIn, fields_of(form))),
            blank=lambda: forms.item_form(session, deal_id, typed_change.work_id),
            back=tab(deal_id, "checklist"),
        )

    @post(
        "/{work_id:uuid}/done",
        operation_id="finish_checklist_item",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=CHANGING,
    )
    def finish_checklist_item(
        self, session: NamedDependency[Session], change: NamedDependency[Change], data: JSONBody[FindingIn]
    ) -> Response[ItemView]:
        """Mark an item done, with what was found; needs If-Match."""
        return _answer(session, checklist.finish_item(session, change, data))

    @get(
        "/{work_id:uuid}/finish",
        operation_id="finding_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def finding_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], work_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form that marks an item done."""
        return forms.finding_form(session, deal_id, work_id)

    @post(
        "/{work_id:uuid}/finish",
        operation_id="submit_finding",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_finding(
        self,
        session: NamedDependency[Session],
        typed_change: NamedDependency[Change],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Mark an item done from the form."""
        deal_id = typed_change.deal_id
        return submit(
            session,
            form,
            act=lambda: checklist.finish_item(session, typed_change, read_form(FindingIn, fields_of(form))),
            blank=lambda: forms.finding_form(session, deal_id, typed_change.work_id),
            back=tab(deal_id, "checklist"),
        )

    @post(
        "/{work_id:uuid}/reopen",
        operation_id="reopen_checklist_item",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=STEPPING,
    )
    def reopen_checklist_item(
        self, session: NamedDependency[Session], change: NamedDependency[Change]
    ) -> Response[ItemView]:
        """Open a done item again; needs If-Match."""
        return _answer(session, checklist.reopen_item(session, change))

    @post(
        "/{work_id:uuid}/open-again", operation_id="submit_item_reopening", sync_to_thread=True, include_in_schema=False
    )
    def submit_item_reopening(
        self, session: NamedDependency[Session], typed_change: NamedDependency[Change]
    ) -> Redirect:
        """Open a done item again from the page."""
        checklist.reopen_item(session, typed_change)
        return back_to(typed_change.deal_id, "checklist")


def _answer(session: Session, item: ChecklistItem, *, created_at: str | None = None) -> Response[ItemView]:
    views = checklist_of(session, item.deal_id, today=business_date(utc_now()))
    return answer_work(views, item.id, created_at=created_at)
