"""HTTP of a deal's tasks."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.diligence import forms, tasks
from fund_service.diligence.lists import tasks_of
from fund_service.diligence.parameters import fields_of, submit
from fund_service.diligence.schemas import DiligenceForm, TaskIn, TaskView
from fund_service.diligence.work import Change
from fund_service.diligence.work_requests import CHANGES, CHANGING, STEPPING, answer_work, back_to, tab
from fund_service.forms import Values, read_form
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.diligence import DealTask


class TasksController(Controller):
    """The tasks of a deal."""

    path = "/deals/{deal_id:uuid}/diligence/tasks"
    tags = ("diligence",)
    dependencies = CHANGES

    @post(operation_id="add_task", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def add_task(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        deal_id: FromPath[UUID],
        data: JSONBody[TaskIn],
    ) -> Response[TaskView]:
        """Set a task."""
        task = tasks.add_task(session, deal_id, data, caller=caller, at=utc_now())
        return _answer(session, task, created_at=tab(deal_id, f"task-{task.id}"))

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
            back=tab(deal_id, "tasks"),
        )

    @put("/{work_id:uuid}", operation_id="update_task", sync_to_thread=True, responses=CHANGING)
    def update_task(
        self, session: NamedDependency[Session], change: NamedDependency[Change], data: JSONBody[TaskIn]
    ) -> Response[TaskView]:
        """Replace what is set of a task that is not done; needs If-Match."""
        return _answer(session, tasks.edit_task(session, change, data))

    @get(
        "/{work_id:uuid}/edit",
        operation_id="task_edit_page",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def task_edit_page(
        self, session: NamedDependency[Session], deal_id: FromPath[UUID], work_id: FromPath[UUID]
    ) -> DiligenceForm:
        """Show the form of a task as it stands."""
        return forms.task_form(session, deal_id, work_id)

    @post(
        "/{work_id:uuid}/edit",
        operation_id="submit_task_edit",
        template="diligence/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_task_edit(
        self,
        session: NamedDependency[Session],
        typed_change: NamedDependency[Change],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Change a task from the form."""
        deal_id = typed_change.deal_id
        return submit(
            session,
            form,
            act=lambda: tasks.edit_task(session, typed_change, read_form(TaskIn, fields_of(form))),
            blank=lambda: forms.task_form(session, deal_id, typed_change.work_id),
            back=tab(deal_id, "tasks"),
        )

    @post(
        "/{work_id:uuid}/done",
        operation_id="finish_task",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=STEPPING,
    )
    def finish_task(self, session: NamedDependency[Session], change: NamedDependency[Change]) -> Response[TaskView]:
        """Mark a task done; needs If-Match."""
        return _answer(session, tasks.finish_task(session, change))

    @post("/{work_id:uuid}/finish", operation_id="submit_task_done", sync_to_thread=True, include_in_schema=False)
    def submit_task_done(self, session: NamedDependency[Session], typed_change: NamedDependency[Change]) -> Redirect:
        """Mark a task done from the page."""
        tasks.finish_task(session, typed_change)
        return back_to(typed_change.deal_id, "tasks")

    @post(
        "/{work_id:uuid}/reopen",
        operation_id="reopen_task",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=STEPPING,
    )
    def reopen_task(self, session: NamedDependency[Session], change: NamedDependency[Change]) -> Response[TaskView]:
        """Open a done task again; needs If-Match."""
        return _answer(session, tasks.reopen_task(session, change))

    @post(
        "/{work_id:uuid}/open-again", operation_id="submit_task_reopening", sync_to_thread=True, include_in_schema=False
    )
    def submit_task_reopening(
        self, session: NamedDependency[Session], typed_change: NamedDependency[Change]
    ) -> Redirect:
        """Open a done task again from the page."""
        tasks.reopen_task(session, typed_change)
        return back_to(typed_change.deal_id, "tasks")


def _answer(session: Session, task: DealTask, *, created_at: str | None = None) -> Response[TaskView]:
    views = tasks_of(session, task.deal_id, today=business_date(utc_now()))
    return answer_work(views, task.id, created_at=created_at)
