"""Forms of judgement and of hearing: review, decide, approve, object, reply."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer
from fund_service.keyed import keyed_form, typed
from fund_service.planning import answering, forms, judging
from fund_service.planning.bodies import DecisionIn, ObjectionIn, ReplyIn, ReviewIn
from fund_service.planning.schemas import JudgingForm, ObjectionForm, ReplyForm
from models.clock import utc_now


class JudgingController(Controller):
    """The forms in which candidates are judged, and answers objected to."""

    path = "/planning"
    include_in_schema = False

    @get(
        "/candidates/{candidate_id:uuid}/reviewing",
        operation_id="review_candidate_page",
        template="planning/review_form.html",
        sync_to_thread=True,
    )
    def review_candidate_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], candidate_id: FromPath[UUID]
    ) -> JudgingForm:
        """Show the form to review a candidate."""
        return forms.review_form(session, candidate_id, caller=caller)

    @post(
        "/candidates/{candidate_id:uuid}/reviewing",
        operation_id="submit_candidate_review",
        template="planning/review_form.html",
        sync_to_thread=True,
    )
    def submit_candidate_review(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        candidate_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Record a review from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(ReviewIn, typed(form))
            judging.review_candidate(session, candidate_id, data, caller=caller, at=utc_now())
            return Redirect(f"/planning/candidates/{candidate_id}", status_code=HTTP_303_SEE_OTHER)

        return submitted(session, form, act, blank=lambda: forms.review_form(session, candidate_id, caller=caller))

    @get(
        "/candidates/{candidate_id:uuid}/deciding",
        operation_id="decide_candidate_page",
        template="planning/decision_form.html",
        sync_to_thread=True,
    )
    def decide_candidate_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], candidate_id: FromPath[UUID]
    ) -> JudgingForm:
        """Show the form to decide on a candidate."""
        return forms.decision_form(session, candidate_id, caller=caller)

    @post(
        "/candidates/{candidate_id:uuid}/deciding",
        operation_id="submit_candidate_decision",
        template="planning/decision_form.html",
        sync_to_thread=True,
    )
    def submit_candidate_decision(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        candidate_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Record a decision from the form, or show the form again with what is at fault."""
        address = f"/planning/candidates/{candidate_id}"

        def effect() -> Answer:
            data = read_form(DecisionIn, typed(form))
            judging.decide_candidate(session, candidate_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=address)

        keyed = keyed_form(session, caller, f"{address}/deciding", form)
        blank = partial(forms.decision_form, session, candidate_id, caller=caller)
        return submitted(session, form, lambda: keyed.once("decide_candidate", effect), blank=blank)

    @post("/candidates/{candidate_id:uuid}/approving", operation_id="submit_decision_approval", sync_to_thread=True)
    def submit_decision_approval(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        candidate_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Stand for a decision by policy, from the candidate's page."""
        address = f"/planning/candidates/{candidate_id}"

        def effect() -> Answer:
            judging.approve_decision(session, candidate_id, caller=caller)
            return Answer(HTTP_303_SEE_OTHER, location=address)

        return keyed_form(session, caller, f"{address}/approving", form).once("approve_decision", effect)

    @get(
        "/answers/{answer_id:uuid}/objection/new",
        operation_id="new_objection_page",
        template="planning/objection_form.html",
        sync_to_thread=True,
    )
    def new_objection_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], answer_id: FromPath[UUID]
    ) -> ObjectionForm:
        """Show an answer with the form to object to it."""
        return forms.objection_form(session, answer_id, caller=caller, at=utc_now())

    @post(
        "/answers/{answer_id:uuid}/objection/new",
        operation_id="submit_objection",
        template="planning/objection_form.html",
        sync_to_thread=True,
    )
    def submit_objection(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        answer_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Object to an answer from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(ObjectionIn, typed(form))
            answering.file_objection(session, answer_id, data.words, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location="/planning/answers")

        keyed = keyed_form(session, caller, f"/planning/answers/{answer_id}/objection/new", form)
        blank = partial(forms.objection_form, session, answer_id, caller=caller, at=utc_now())
        return submitted(session, form, lambda: keyed.once("create_objection", effect), blank=blank)

    @get(
        "/objections/{objection_id:uuid}/replying",
        operation_id="reply_to_objection_page",
        template="planning/reply_form.html",
        sync_to_thread=True,
    )
    def reply_to_objection_page(self, session: NamedDependency[Session], objection_id: FromPath[UUID]) -> ReplyForm:
        """Show an objection with the form to reply."""
        return forms.reply_form(session, objection_id)

    @post(
        "/objections/{objection_id:uuid}/replying",
        operation_id="submit_objection_reply",
        template="planning/reply_form.html",
        sync_to_thread=True,
    )
    def submit_objection_reply(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        objection_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Reply from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(ReplyIn, typed(form))
            replied = answering.reply_to_objection(session, objection_id, data.words, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/planning/{replied.round_id}")

        keyed = keyed_form(session, caller, f"/planning/objections/{objection_id}/replying", form)
        blank = partial(forms.reply_form, session, objection_id)
        return submitted(session, form, lambda: keyed.once("reply_to_objection", effect), blank=blank)
