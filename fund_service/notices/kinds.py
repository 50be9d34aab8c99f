"""Kinds of notices: the sentence of each, the page it leads to, and who may see it when it is read or sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from fund_service import locales
from fund_service.notices import sight
from fund_service.notices.sight import Seen
from models.notice import NoticeKind

_K = NoticeKind


@dataclass(frozen=True, slots=True)
class Kind:
    """How notices of a kind are said, and to whom."""

    sentence: str
    """With the names of its facts in braces; never with words that somebody wrote."""
    path: str
    """The page it leads to; ``{subject}`` and facts are put in."""
    operation: str
    """What the receiver must be permitted, now."""
    seen: Seen = sight.everything
    """Which of the rows told of they may see, now."""

    def said(self, facts: Mapping[str, Any]) -> str:
        """Say it in the language at hand: amounts and days as people read them."""
        return locales.gettext(self.sentence).format_map({name: _told(name, fact) for name, fact in facts.items()})


def _told(name: str, fact: int | str) -> str:
    if name.endswith("_krw") and isinstance(fact, int):
        return locales.won(fact)
    if name.endswith("_on") and isinstance(fact, str):
        return locales.day(date.fromisoformat(fact))
    return locales.number(fact) if isinstance(fact, int) else fact


NOTICE_KINDS: Mapping[NoticeKind, Kind] = MappingProxyType({
    _K.PLANNING_ANSWERED: Kind(
        "A planning round was published and answers your signals: {count}.",
        path="/planning/answers", operation="list_planning_answers", seen=sight.answered_rounds,
    ),
    _K.OBJECTION_FILED: Kind(
        "An objection to an answer of a planning round waits for its reply.",
        path="/planning/objections/{subject}/replying", operation="reply_to_objection_page",
        seen=sight.open_objections,
    ),
    _K.OBJECTION_ANSWERED: Kind(
        "Your objection has its reply.",
        path="/planning/answers", operation="list_planning_answers", seen=sight.answered_objections,
    ),
    _K.SIGNAL_MATCHED: Kind(
        "Your signal has new matches: {count}.",
        path="/signals/{subject}/matches", operation="list_signal_matches", seen=sight.own_live_signals,
    ),
    _K.TEAM_ANSWERED: Kind(
        "A project's team answered a match of your signal.",
        path="/signals/{signal_id}/answers/{project_id}", operation="read_answers", seen=sight.answers_of_teams,
    ),
    _K.INVESTOR_ANSWERED: Kind(
        "An investor shows interest in your project.",
        path="/projects/{project_id}/answers/{signal_id}", operation="read_team_answers",
        seen=sight.answers_of_investors,
    ),
    _K.INSTRUCTION_TO_CHECK: Kind(
        "An instruction to move {amount_krw} waits for your approval.",
        path="/ledger/instructions/{subject}", operation="check_instruction", seen=sight.unchecked_instructions,
    ),
    _K.STEP_TO_VERIFY: Kind(
        "A step of the commitment ladder waits for a verifier.",
        path="/commitments/{subject}", operation="decide_step", seen=sight.undecided_steps,
    ),
    _K.STEP_DECIDED: Kind(
        "The fund decided on a step of your commitment.",
        path="/commitments/{subject}", operation="claim_step", seen=sight.decided_steps,
    ),
    _K.STEP_EXPIRING: Kind(
        "A step of your commitment holds until {expires_on}; renew it before, or your signal falls back.",
        path="/commitments/{subject}", operation="claim_step", seen=sight.expiring_steps,
    ),
    _K.POLICY_TO_APPROVE: Kind(
        "A candidate was adopted by policy; somebody else has to stand for it.",
        path="/planning/candidates/{subject}", operation="approve_decision", seen=sight.unapproved_decisions,
    ),
    _K.POLICY_FIGURE_TO_CONFIRM: Kind(
        "A figure of policy was proposed; another member of the committee has to confirm it.",
        path="/policy", operation="confirm_policy", seen=sight.unconfirmed_figures,
    ),
    _K.CALL_ISSUED: Kind(
        "Capital was called: {amount_krw}, due on {due_on}.",
        path="/ledger/instructions/{instruction_id}", operation="read_instruction", seen=sight.outstanding_calls,
    ),
    _K.CALL_OVERDUE: Kind(
        "A capital call was due on {due_on}, and {outstanding_krw} of it have not come in.",
        path="/ledger/instructions/{instruction_id}", operation="read_instruction", seen=sight.outstanding_calls,
    ),
    _K.RELEASE_PUBLISHED: Kind(
        "Release {number} of market demand was published, as of {as_of_on}.",
        path="/market/releases/{number}", operation="read_release",
    ),
    _K.WORK_DUE: Kind(
        "Work on a deal that is yours to do is due on {due_on}.",
        path="/deals/{deal_id}/diligence", operation="read_deal_diligence", seen=sight.own_open_work,
    ),
    _K.MILESTONE_DUE: Kind(
        "The milestone of a tranche is due on {due_on}.",
        path="/deals/{deal_id}/settlement", operation="read_deal_settlement", seen=sight.unmet_milestones,
    ),
    _K.RELEVANCE_FLAGGED: Kind(
        "The relevance watch opened a review of a running project.",
        path="/relevance/reviews/{subject}", operation="read_relevance_review", seen=sight.relevance_reviews,
    ),
    _K.CONSULTATION_DUE: Kind(
        "A regulatory consultation is due on {due_on}.",
        path="/consultations/{subject}", operation="read_consultation", seen=sight.waiting_consultations,
    ),
    _K.WEBHOOK_STOPPED: Kind(
        "A webhook of your organisation no longer gets through and was stopped.",
        path="/notices/webhooks/{subject}", operation="read_webhook", seen=sight.own_webhooks,
    ),
})  # fmt: skip
"""Every kind has its entry."""


def path_of(kind: NoticeKind, subject: object, facts: Mapping[str, Any]) -> str:
    """Give the page that a notice leads to."""
    return NOTICE_KINDS[kind].path.format_map({**facts, "subject": subject})
