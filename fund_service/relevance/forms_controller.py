"""Forms of reviews: propose, decide, contribute."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer
from fund_service.keyed import keyed_form, typed
from fund_service.relevance import cases, reviewing
from fund_service.relevance.schemas import (
    ContributionIn,
    ProposalDecisionIn,
    ProposalIn,
    ReviewForm,
)
from models.clock import utc_now


class RelevanceFormsController(Controller):
    """The forms of the relevance watch."""

    path = "/relevance"
    include_in_schema = False

    @get(
        "/reviews/{review_id:uuid}/proposing",
        operation_id="propose_page",
        template="relevance/proposal_form.html",
        sync_to_thread=True,
    )
    def propose_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], review_id: FromPath[UUID]
    ) -> ReviewForm:
        """Show the form to propose what to do with a project."""
        return cases.proposal_form(session, review_id, caller=caller)

    @post(
        "/reviews/{review_id:uuid}/proposing",
        operation_id="submit_proposal",
        template="relevance/proposal_form.html",
        sync_to_thread=True,
    )
    def submit_proposal(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        review_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Record a proposal from the form, or show the form again with what is at fault."""
        address = f"/relevance/reviews/{review_id}"

        def effect() -> Answer:
            reviewing.propose(session, review_id, read_form(ProposalIn, typed(form)), caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=address)

        keyed = keyed_form(session, caller, f"{address}/proposing", form)
        return submitted(
            session,
            form,
            lambda: keyed.once("submit_proposal", effect),
            blank=lambda: cases.proposal_form(session, review_id, caller=caller),
        )

    @get(
        "/proposals/{proposal_id:uuid}/deciding",
        operation_id="decide_proposal_page",
        template="relevance/decision_form.html",
        sync_to_thread=True,
    )
    def decide_proposal_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], proposal_id: FromPath[UUID]
    ) -> ReviewForm:
        """Show the form to decide on what was proposed."""
        return cases.decision_form(session, proposal_id, caller=caller)

    @post(
        "/proposals/{proposal_id:uuid}/deciding",
        operation_id="submit_proposal_decision",
        template="relevance/decision_form.html",
        sync_to_thread=True,
    )
    def submit_proposal_decision(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        proposal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Record a decision from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            data = read_form(ProposalDecisionIn, typed(form))
            review = reviewing.decide(session, proposal_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/relevance/reviews/{review.id}")

        keyed = keyed_form(session, caller, f"/relevance/proposals/{proposal_id}/deciding", form)
        return submitted(
            session,
            form,
            lambda: keyed.once("submit_proposal_decision", effect),
            blank=lambda: cases.decision_form(session, proposal_id, caller=caller),
        )

    @get(
        "/reviews/{review_id:uuid}/contributing",
        operation_id="contribute_page",
        template="relevance/contribution_form.html",
        sync_to_thread=True,
    )
    def contribute_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], review_id: FromPath[UUID]
    ) -> ReviewForm:
        """Show the team the form to say something to the review of its project."""
        return cases.review_form(session, review_id, caller=caller)

    @post(
        "/reviews/{review_id:uuid}/contributing",
        operation_id="submit_contribution",
        template="relevance/contribution_form.html",
        sync_to_thread=True,
    )
    def submit_contribution(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        review_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Record what the team says from the form, or show the form again with what is at fault."""
        address = f"/relevance/reviews/{review_id}"

        def effect() -> Answer:
            data = read_form(ContributionIn, typed(form))
            reviewing.contribute(session, review_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=address)

        keyed = keyed_form(session, caller, f"{address}/contributing", form)
        return submitted(
            session,
            form,
            lambda: keyed.once("submit_contribution", effect),
            blank=lambda: cases.review_form(session, review_id, caller=caller),
        )
