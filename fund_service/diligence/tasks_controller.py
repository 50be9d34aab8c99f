"""HTTP of a deal's tasks."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.diligence import forms, tasks
from fund_service.diligence.lists import tasks_of
from fund_service.diligence.parameters import edition_in, fields_of, provide_edition, submit
from fund_service.diligence.schemas import DiligenceForm, TaskIn, TaskView
from fund_service.forms import Values, read_form
from fund_service.problems import documented
from models.clock import business_date, utc_now


class TasksController(Controller):
    """The tasks of a deal."""

    path = "/deals/{deal_id:uuid}/diligence/tasks"
    tags = ("diligence",)
    dependencies = {"edition": Provide(provide_edition, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @post(operation_id="add_task", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def add_task(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        data: JSONBody[TaskIn],
    ) -> Response[TaskView]:
        """Set a task."""
        task = tasks.add_task(session, deal_id, data, caller=caller, at=utc_now())
        return _answer(session, deal_id, task.id, status=HTTP_201_CREATED)

    @get(
        "/new",
        operation_id="task_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def task_page(self, session: NamedDependency[Session], deal_id: FromPath[UUID]) -> DiligenceForm:
        """Show the form of a new task."""
        return forms.task_form(session, deal_id)

    @post(
        "/new",
        operation_id="submit_task",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_task(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Set a task from the form."""
        return submit(
            session,
            form,
            act=lambda: tasks.add_task(session, deal_id, read_form(TaskIn, form), caller=caller, at=utc_now()),
            blank=lambda: forms.task_form(session, deal_id),
            back=f"/deals/{deal_id}/diligence#tasks",
        )

    @put(
        "/{task_id:uuid}",
        operation_id="update_task",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_task(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str],
        deal_id: FromPath[UUID],
        task_id: FromPath[UUID],
        data: JSONBody[TaskIn],
    ) -> Response[TaskView]:
        """Replace what is set of a task that is not done; needs If-Match."""
        tasks.edit_task(session, deal_id, task_id, data, caller=caller, edition=edition, at=utc_now())
        return _answer(session, deal_id, task_id)

    @get(
        "/{task_id:uuid}/edit",
        operation_id="task_edit_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def task_edit_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], task_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form of a task as it stands."""
        return forms.task_form(session, deal_id, task_id)

    @post(
        "/{task_id:uuid}/edit",
        operation_id="submit_task_edit",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_task_edit(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        task_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Change a task from the form."""
        return submit(
            session,
            form,
            act=lambda: tasks.edit_task(
                session,
                deal_id,
                task_id,
                read_form(TaskIn, fields_of(form)),
                caller=caller,
                edition=edition_in(form),
                at=utc_now(),
            ),
            blank=lambda: forms.task_form(session, deal_id, task_id),
            back=f"/deals/{deal_id}/diligence#tasks",
        )

    @post(
        "/{task_id:uuid}/done",
        operation_id="finish_task",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 428),
    )
    def finish_task(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str],
        deal_id: FromPath[UUID],
        task_id: FromPath[UUID],
    ) -> Response[TaskView]:
        """Mark a task done; needs If-Match."""
        tasks.finish_task(session, deal_id, task_id, caller=caller, edition=edition, at=utc_now())
        return _answer(session, deal_id, task_id)

    @post(
        "/{task_id:uuid}/reopen",
        operation_id="reopen_task",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(404, 409, 412, 428),
    )
    def reopen_task(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        edition: NamedDependency[str],
        deal_id: FromPath[UUID],
        task_id: FromPath[UUID],
    ) -> Response[TaskView]:
        """Open a done task again; needs If-Match."""
        tasks.reopen_task(session, deal_id, task_id, caller=caller, edition=edition, at=utc_now())
        return _answer(session, deal_id, task_id)

    @post("/{task_id:uuid}/finish", operation_id="submit_task_done", sync_to_thread=True, include_in_schema=False)
    def submit_task_done(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        task_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Redirect:
        """Mark a task done from the page."""
        tasks.finish_task(session, deal_id, task_id, caller=caller, edition=edition_in(form), at=utc_now())
        return _back(deal_id)

    @post(
        "/{task_id:uuid}/open-again", operation_id="submit_task_reopening", sync_to_thread=True, include_in_schema=False
    )
    def submit_task_reopening(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        task_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Redirect:
        """Open a done task again from the page."""
        tasks.reopen_task(session, deal_id, task_id, caller=caller, edition=edition_in(form), at=utc_now())
        return _back(deal_id)


def _answer(session: Session, deal_id: UUID, task_id: UUID, *, status: int = HTTP_200_OK) -> Response[TaskView]:
    [view] = [task for task in tasks_of(session, deal_id, today=business_date(utc_now())) if task.id == task_id]
    headers = {"ETag": f'"{view.edition}"'}
    if status == HTTP_201_CREATED:
        headers["Location"] = f"/deals/{deal_id}/diligence#task-{task_id}"
    return Response(view, status_code=status, headers=headers)


def _back(deal_id: UUID) -> Redirect:
    return Redirect(f"/deals/{deal_id}/diligence#tasks", status_code=HTTP_303_SEE_OTHER)
