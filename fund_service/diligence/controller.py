"""HTTP of due diligence: the tab of a deal, its exports, reviews, the spillover assessment, notes."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.diligence import commands, forms, queries, tables
from fund_service.diligence.lists import notes_of, reviews_of, spillover_of
from fund_service.diligence.parameters import edition_in, fields_of, provide_edition_if_any, submit
from fund_service.diligence.schemas import (
    DiligenceForm,
    DiligenceView,
    ListName,
    NoteIn,
    NoteView,
    ReviewIn,
    ReviewView,
    SpilloverIn,
    SpilloverView,
)
from fund_service.downloads import download_table, file_operation
from fund_service.editions import edition_of
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import Values, read_form
from fund_service.parameters import VersionNeeded
from fund_service.problems import documented
from models.clock import business_date, utc_now


class DiligenceController(Controller):
    """Due diligence of a deal."""

    path = "/deals/{deal_id:uuid}/diligence"
    tags = ("diligence",)
    dependencies = {"edition": Provide(provide_edition_if_any, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="read_deal_diligence",
        template="diligence/diligence.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_deal_diligence(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
    ) -> DiligenceView:
        """Show reviews with their spread, checklist, documents, spillover, tasks and notes of a deal."""
        return queries.diligence_view(session, deal_id, caller=caller, at=utc_now())

    @get(
        "/export",
        operation_id="export_deal_diligence",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_deal_diligence(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        exported: Annotated[ListName, QueryParameter(name="list")] = "checklist",
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download one of the lists as a table."""
        today = business_date(utc_now())
        heads, rows = tables.table_of(session, deal_id, exported, reader_id=caller.person_id, today=today)
        return download_table(kind, heads, rows=rows, name=exported, about=today)

    @put(
        "/review",
        operation_id="give_review",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def give_review(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str | None],
        deal_id: FromPath[UUID],
        data: JSONBody[ReviewIn],
    ) -> Response[ReviewView]:
        """Give the caller's own review; replacing an earlier one needs If-Match."""
        if edition is None and queries.own_review(session, deal_id, caller.person_id) is not None:
            raise VersionNeeded
        review = commands.give_review(session, deal_id, data, caller=caller, edition=edition, at=utc_now())
        [view] = [found for found in reviews_of(session, deal_id, reader_id=caller.person_id) if found.id == review.id]
        return Response(view, status_code=HTTP_200_OK, headers={"ETag": f'"{view.edition}"'})

    @get(
        "/review/edit",
        operation_id="review_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def review_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], deal_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form of a review."""
        return forms.review_form(session, deal_id, caller=caller)

    @post(
        "/review/edit",
        operation_id="submit_review",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_review(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Give the caller's review from the form."""
        return submit(
            session,
            form,
            act=lambda: commands.give_review(
                session,
                deal_id,
                read_form(ReviewIn, fields_of(form)),
                caller=caller,
                edition=edition_in(form),
                at=utc_now(),
            ),
            blank=lambda: forms.review_form(session, deal_id, caller=caller),
            back=f"/deals/{deal_id}/diligence#reviews",
        )

    @put(
        "/spillover",
        operation_id="assess_spillover",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def assess_spillover(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str | None],
        deal_id: FromPath[UUID],
        data: JSONBody[SpilloverIn],
    ) -> Response[SpilloverView | None]:
        """Record what the deal is expected to do for its region; replacing it needs If-Match."""
        if edition is None and queries.has_spillover(session, deal_id):
            raise VersionNeeded
        assessed = commands.assess_spillover(session, deal_id, data, caller=caller, edition=edition, at=utc_now())
        headers = {"ETag": f'"{edition_of(assessed)}"'}
        return Response(spillover_of(session, deal_id), status_code=HTTP_200_OK, headers=headers)

    @get(
        "/spillover/edit",
        operation_id="spillover_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def spillover_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DiligenceForm:
        """Show the form of the spillover assessment."""
        return forms.spillover_form(session, deal_id)

    @post(
        "/spillover/edit",
        operation_id="submit_spillover",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_spillover(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Record the spillover assessment from the form."""
        return submit(
            session,
            form,
            act=lambda: commands.assess_spillover(
                session,
                deal_id,
                read_form(SpilloverIn, fields_of(form)),
                caller=caller,
                edition=edition_in(form),
                at=utc_now(),
            ),
            blank=lambda: forms.spillover_form(session, deal_id),
            back=f"/deals/{deal_id}/diligence#spillover",
        )

    @post("/notes", operation_id="add_note", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def add_note(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        data: JSONBody[NoteIn],
    ) -> Response[NoteView]:
        """Write a note."""
        note = commands.add_note(session, deal_id, data, caller=caller, at=utc_now())
        [view] = notes_of(session, deal_id, most=1)
        headers = {"Location": f"/deals/{deal_id}/diligence#note-{note.id}"}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/notes/new",
        operation_id="note_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def note_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DiligenceForm:
        """Show the form of a note."""
        return forms.plain_form(session, deal_id, "note")

    @post(
        "/notes/new",
        operation_id="submit_note",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_note(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Write a note from the form."""
        return submit(
            session,
            form,
            act=lambda: commands.add_note(session, deal_id, read_form(NoteIn, form), caller=caller, at=utc_now()),
            blank=lambda: forms.plain_form(session, deal_id, "note"),
            back=f"/deals/{deal_id}/diligence#notes",
        )
