"""Forms of planning rounds: open, edit, go on, add and word candidates."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted, version_of
from fund_service.idempotency import Answer
from fund_service.keyed import keyed_form, typed
from fund_service.planning import candidates, commands, forms
from fund_service.planning.bodies import CandidateIn, PlanningRoundIn, StepIn, ThemesIn
from fund_service.planning.schemas import CandidateForm, RoundForm
from models.clock import utc_now


class PlanningFormsController(Controller):
    """The forms of planning rounds and of their candidates."""

    path = "/planning"
    include_in_schema = False

    @get("/new", operation_id="new_planning_round_page", template="planning/form.html", sync_to_thread=True)
    def new_planning_round_page(self, session: NamedDependency[Session]) -> RoundForm:
        """Show the form to open a round."""
        return forms.round_form(session)

    @post("/new", operation_id="submit_planning_round", template="planning/form.html", sync_to_thread=True)
    def submit_planning_round(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Open a round from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            opened = commands.open_round(session, _round_in(form), caller=caller, at=utc_now())
            return _lead_to(f"/planning/{opened.id}")

        return submitted(session, form, act, blank=lambda: forms.round_form(session))

    @get(
        "/{round_id:uuid}/edit",
        operation_id="edit_planning_round_page",
        template="planning/form.html",
        sync_to_thread=True,
    )
    def edit_planning_round_page(self, session: NamedDependency[Session], round_id: FromPath[UUID]) -> RoundForm:
        """Show the form to edit a round that collects."""
        return forms.round_form(session, round_id)

    @post(
        "/{round_id:uuid}/edit",
        operation_id="submit_planning_round_edit",
        template="planning/form.html",
        sync_to_thread=True,
    )
    def submit_planning_round_edit(
        self, session: NamedDependency[Session], round_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit a round from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            commands.edit_round(session, round_id, _round_in(form), version=version_of(form), at=utc_now())
            return _lead_to(f"/planning/{round_id}")

        return submitted(session, form, act, blank=lambda: forms.round_form(session, round_id))

    @post("/{round_id:uuid}/stepping", operation_id="submit_planning_step", sync_to_thread=True)
    def submit_planning_step(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Take a round to its next stage from its page."""

        def effect() -> Answer:
            data = read_form(StepIn, typed(form))
            commands.take_step(session, round_id, data.to, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/planning/{round_id}")

        keyed = keyed_form(session, caller, f"/planning/{round_id}/stepping", form)
        return keyed.once("step_planning_round", effect)

    @get(
        "/{round_id:uuid}/candidates/new",
        operation_id="new_candidate_page",
        template="planning/candidate_form.html",
        sync_to_thread=True,
    )
    def new_candidate_page(self, session: NamedDependency[Session], round_id: FromPath[UUID]) -> CandidateForm:
        """Show the form to add a candidate."""
        return forms.new_candidate_form(session, round_id)

    @post(
        "/{round_id:uuid}/candidates/new",
        operation_id="submit_candidate",
        template="planning/candidate_form.html",
        sync_to_thread=True,
    )
    def submit_candidate(
        self, session: NamedDependency[Session], round_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Add a candidate from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            added = candidates.add_candidate(session, round_id, read_form(CandidateIn, typed(form)))
            return _lead_to(f"/planning/candidates/{added.id}")

        return submitted(session, form, act, blank=lambda: forms.new_candidate_form(session, round_id))

    @get(
        "/candidates/{candidate_id:uuid}/edit",
        operation_id="edit_candidate_page",
        template="planning/candidate_form.html",
        sync_to_thread=True,
    )
    def edit_candidate_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], candidate_id: FromPath[UUID]
    ) -> CandidateForm:
        """Show the form to word a candidate, and to say which themes it takes up."""
        return forms.candidate_form(session, candidate_id, caller=caller)

    @post(
        "/candidates/{candidate_id:uuid}/edit",
        operation_id="submit_candidate_edit",
        template="planning/candidate_form.html",
        sync_to_thread=True,
    )
    def submit_candidate_edit(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        candidate_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Word a candidate from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(CandidateIn, typed(form, "theme_ids"))
            taken = read_form(ThemesIn, {"theme_ids": form.get("theme_ids", [])}, lists=("theme_ids",))
            candidates.edit_candidate(session, candidate_id, data, version=version_of(form), at=utc_now())
            candidates.take_up(session, candidate_id, taken.theme_ids)
            return _lead_to(f"/planning/candidates/{candidate_id}")

        return submitted(session, form, act, blank=lambda: forms.candidate_form(session, candidate_id, caller=caller))

    @post("/candidates/{candidate_id:uuid}/dropping", operation_id="submit_candidate_dropping", sync_to_thread=True)
    def submit_candidate_dropping(
        self, session: NamedDependency[Session], candidate_id: FromPath[UUID]
    ) -> Response[Any]:
        """Give a candidate up from its page."""
        planning_round = candidates.drop_candidate(session, candidate_id)
        return _lead_to(f"/planning/{planning_round.id}")


def _lead_to(address: str) -> Response[Any]:
    return Redirect(address, status_code=HTTP_303_SEE_OTHER)


def _round_in(form: Values) -> PlanningRoundIn:
    return read_form(PlanningRoundIn, typed(form), lists=("field_codes",))
