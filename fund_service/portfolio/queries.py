"""Reads of the choice: what is on record, chosen from, explained and sampled, beside another scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from fund_service.portfolio.charts import portfolio_chart
from fund_service.portfolio.checker import Finding, check, unexplained
from fund_service.portfolio.choice import CLOSE, EXACT, Choice, Effort, choose
from fund_service.portfolio.conflicts import clashes
from fund_service.portfolio.explanation import DealReason, Explanation, RuleReason, explain
from fund_service.portfolio.problem import Rule
from fund_service.portfolio.reading import Asking, Board, read_board
from fund_service.portfolio.sampling import (
    ALL_SAMPLES_UP_TO,
    SAMPLES,
    Robustness,
    choose_on_samples,
    sample_count,
)
from fund_service.portfolio.scenarios import gone, problem_of, query_of
from fund_service.portfolio.schemas import (
    CandidateView,
    ClashView,
    Comparison,
    DealRef,
    Name,
    PortfolioView,
    RuleRef,
    RuleView,
    Scenario,
    Totals,
)
from fund_service.portfolio.scores import WEIGHTS, sampled_values
from models.errors import ValueNotAllowed


@dataclass(frozen=True, slots=True)
class _Answer:
    """A choice with all that is said of it."""

    choice: Choice
    explanation: Explanation
    robustness: Robustness
    findings: Mapping[str, Finding]


class _Names:
    """Says deals and rules by their keys."""

    def __init__(self, board: Board) -> None:
        self._deals = {asking.position.key: asking.deal for asking in board.asking}
        self._rules = {rule.key: rule for rule in board.rules}
        self._board = board

    def deal(self, key: str) -> DealRef:
        deal = self._deals[key]
        title = Name(ko=deal.title_ko or deal.title_en or "", en=deal.title_en or deal.title_ko or "")
        return DealRef(deal_id=deal.id, title=title)

    def rule(self, key: str, subject: str = "") -> RuleRef:
        return RuleRef(
            rule=key,
            kind=self._rules[key].kind,
            name=self._board.rule_names[key],
            subject=self._board.subjects.get(subject),
        )

    def rules(self, keys: Sequence[tuple[str, str]]) -> list[RuleRef]:
        return [self.rule(key, subject) for key, subject in keys]


def portfolio_view(session: Session, scenario: Scenario, *, against: Scenario | None, on: date) -> PortfolioView:
    """Choose under a scenario and say why, beside another scenario or, where it changes something, the record.

    Raises
    ------
    ValueNotAllowed
        When no set was found in the time there is.
    """
    board = read_board(session, on=on)
    names = _Names(board)
    choice = _choose(board, scenario)
    answer = _Answer(
        choice=choice,
        explanation=explain(choice, effort=_effort(board)),
        robustness=_robustness(board, choice),
        findings={finding.rule: finding for finding in check(choice.problem, choice.chosen)},
    )
    candidates = _candidates(board, answer, names)
    return PortfolioView(
        on=on,
        scenario=scenario,
        query=query_of(scenario),
        gone=gone(scenario, candidates=[asking.position for asking in board.asking], rules=board.rules),
        candidates=candidates,
        left_out=board.left_out,
        asked_krw=sum(asking.deal.amount_krw for asking in board.asking),
        totals=_totals(choice),
        gap=choice.gap,
        rules=_rules(board, answer, names),
        clashes=_clashes(choice, names),
        samples=answer.robustness.samples,
        samples_planned=SAMPLES,
        comparison=_comparison(board, choice, scenario, against, names),
        weights=dict(WEIGHTS),
        chart=portfolio_chart(candidates),
    )


def _choose(board: Board, scenario: Scenario) -> Choice:
    problem = problem_of(
        scenario,
        candidates=[asking.position for asking in board.asking],
        stages={asking.position.key: asking.deal.stage for asking in board.asking},
        funded=board.funded,
        rules=board.rules,
    )
    try:
        choice = choose(problem, effort=_effort(board))
    except TimeoutError as error:
        raise ValueNotAllowed("No set of deals was found in the time there is; let a rule go.") from error
    faults = unexplained(problem, choice.chosen, excused={rule for rule, _ in choice.broken})
    if faults:
        raise RuntimeError(f"the set chosen breaks rules that can be kept: {faults}")
    return choice


def _effort(board: Board) -> Effort:
    """Search for the very best among few candidates, within a thousandth of it among many."""
    return EXACT if len(board.asking) <= ALL_SAMPLES_UP_TO else CLOSE


def _robustness(board: Board, choice: Choice) -> Robustness:
    ordered = sorted(board.asking, key=lambda asking: asking.position.key)
    draws = sampled_values(
        [asking.deal.amount_krw for asking in ordered],
        [asking.score for asking in ordered],
        samples=sample_count(len(ordered)) if ordered else 0,
    )
    return choose_on_samples(choice, draws)


def _candidates(board: Board, answer: _Answer, names: _Names) -> list[CandidateView]:
    asking = {it.position.key: it for it in board.asking}
    views = [
        _candidate(asking[reason.key], reason, column, answer, names)
        for column, reason in enumerate(answer.explanation.deals)
    ]
    return sorted(views, key=lambda view: (not view.chosen, -view.value_krw / view.amount_krw, view.deal_id))


def _candidate(asking: Asking, reason: DealReason, column: int, answer: _Answer, names: _Names) -> CandidateView:
    deal = asking.deal
    return CandidateView(
        **names.deal(reason.key).model_dump(),
        company=asking.company,
        stage=deal.stage,
        vehicle=asking.vehicle,
        vehicle_assumed=deal.vehicle_id is None,
        amount_krw=deal.amount_krw,
        score=round(asking.score.mean, 2),
        score_error=round(asking.score.error, 2),
        reviews=asking.score.reviews,
        value_krw=asking.position.value,
        chosen=reason.key in answer.choice.chosen,
        verdict=reason.verdict,
        other_value_krw=reason.other_value,
        difference_krw=reason.difference,
        approximate=reason.approximate,
        leave=[names.deal(key) for key in reason.leave],
        enter=[names.deal(key) for key in reason.enter],
        rule=None if reason.rule is None else names.rule(*reason.rule),
        rule_price=reason.price,
        blocked_by=names.rules(reason.blocked_by),
        standing=answer.robustness.standing(column),
        chosen_in=answer.robustness.chosen[column],
    )


def _rules(board: Board, answer: _Answer, names: _Names) -> list[RuleView]:
    stated = {rule.key: rule for rule in board.rules}
    reasons = {reason.rule: reason for reason in answer.explanation.rules}
    in_order = {rule.key: number for number, rule in enumerate(board.rules)}
    return [
        _rule(rule, stated[rule.key], reasons[rule.key], answer.findings[rule.key], names)
        for rule in sorted(answer.choice.problem.rules, key=lambda rule: in_order[rule.key])
    ]


def _rule(rule: Rule, stated: Rule, reason: RuleReason, finding: Finding, names: _Names) -> RuleView:
    return RuleView(
        **names.rule(rule.key, finding.subject).model_dump(),
        number=rule.number,
        stated_number=stated.number,
        held=rule.held,
        held_on_record=stated.held,
        ceiling=finding.ceiling,
        counted_krw=finding.counted_krw,
        limit_krw=finding.limit_krw,
        slack_krw=finding.slack_krw,
        breach_krw=finding.breach_krw,
        price=reason.price,
        cost_krw=reason.cost,
        approximate=reason.approximate,
    )


def _clashes(choice: Choice, names: _Names) -> list[ClashView]:
    if not choice.broken:
        return []
    return [
        ClashView(
            rules=names.rules(clash.rules),
            wanted=[names.deal(key) for key in clash.wanted],
            unwanted=[names.deal(key) for key in clash.unwanted],
        )
        for clash in clashes(choice.problem, choice.model)
    ]


def _totals(choice: Choice) -> Totals:
    held = {rule.key for rule in choice.problem.rules if rule.held}
    return Totals(
        deals=len(choice.chosen),
        amount_krw=sum(it.amount_krw for it in choice.problem.candidates if it.key in choice.chosen),
        value_krw=choice.value,
        breach_krw=sum(it.breach_krw for it in check(choice.problem, choice.chosen) if it.rule in held),
    )


def _comparison(
    board: Board, choice: Choice, scenario: Scenario, against: Scenario | None, names: _Names
) -> Comparison | None:
    """Choose under the other scenario: the one asked for, else what is on record, if this one changes anything."""
    other = against or Scenario()
    if other == scenario:
        return None
    beside = _choose(board, other)
    return Comparison(
        query=query_of(other),
        totals=_totals(beside),
        only_here=[names.deal(key) for key in sorted(choice.chosen - beside.chosen)],
        only_there=[names.deal(key) for key in sorted(beside.chosen - choice.chosen)],
    )
