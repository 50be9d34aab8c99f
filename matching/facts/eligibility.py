"""The hard gates a pair must pass, kept apart from its score: for one pair with reasons, for many as bits."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.brief import ProjectBrief, SignalBrief
from matching.facts.exclusions import holds, searchable_passages
from matching.facts.fit import (
    LARGEST_KRW,
    UNKNOWN,
    ProjectFacts,
    in_order,
    readiness_of,
    stage_mask,
    stages_of,
    ticket_range,
)
from matching.facts.gates import NEVER_OPENED, GateChange, GateCode, GateResult, GateStatus, GateValue
from matching.parameters import MatchParameters

__all__ = ["GateChange", "GateCode", "GateResult", "GateStatus", "GateValue", "check_gates", "failed_gates"]

WHOLE_BP = 10_000
"""Basis points in a whole."""

GATE_BITS = {code: np.uint16(1 << place) for place, code in enumerate(GateCode)}
"""The bit that stands for a gate in ``failed_gates``."""

NEVER_OPENED_BITS = np.uint16(sum(int(GATE_BITS[code]) for code in NEVER_OPENED))
"""The bits of the gates that no change opens."""


def check_gates(
    signal: SignalBrief, project: ProjectBrief, *, today: date, parameters: MatchParameters
) -> tuple[GateResult, ...]:
    """Return what every gate says of a pair, in the order of ``GateCode``."""
    return (
        _ticket(signal, project, parameters=parameters),
        _stage(signal, project),
        _trl(signal, project, parameters=parameters),
        _region(signal, project),
        _excluded_field(signal, project),
        _excluded_term(signal, project),
        _conflict(signal, project),
        _expired(signal, today),
        _withdrawn(signal),
    )


def needs_within(signal: SignalBrief, parameters: MatchParameters) -> tuple[int | None, int | None]:
    """Return the least and most won a project may seek for its ticket gate to open; ``None`` for an open end."""
    lowest, highest = ticket_range(signal)
    stretched = WHOLE_BP + parameters.ticket_tolerance_bp
    least = None if lowest is None else -(-lowest * WHOLE_BP // stretched)
    most = None if highest is None else highest * stretched // WHOLE_BP
    return least, most


def readiness_within(signal: SignalBrief, parameters: MatchParameters) -> tuple[int | None, int | None]:
    """Return the lowest and highest readiness a project may have for its gate to open; ``None`` for an open end."""
    lowest = None if signal.trl_min is None else signal.trl_min - parameters.trl_tolerance
    highest = None if signal.trl_max is None else signal.trl_max + parameters.trl_tolerance
    return lowest, highest


def failed_gates(
    signal: SignalBrief,
    facts: ProjectFacts,
    *,
    excluded: NDArray[np.bool_],
    today: date,
    parameters: MatchParameters,
) -> NDArray[np.uint16]:
    """Return for each project the bits (``GATE_BITS``) of the gates that keep it out.

    ``excluded`` marks the projects whose text holds an excluded word. The result is what ``check_gates`` says, pair by
    pair.
    """
    bits = np.zeros(len(facts.need), dtype=np.uint16)
    least, most = needs_within(signal, parameters)
    if least is not None:
        bits[(facts.need != UNKNOWN) & (facts.need < min(least, LARGEST_KRW))] |= GATE_BITS[GateCode.TICKET]
    if most is not None:
        bits[facts.need > most] |= GATE_BITS[GateCode.TICKET]
    lowest, highest = readiness_within(signal, parameters)
    if lowest is not None:
        bits[(facts.trl_high != UNKNOWN) & (facts.trl_high < lowest)] |= GATE_BITS[GateCode.TRL]
    if highest is not None:
        bits[facts.trl_low > highest] |= GATE_BITS[GateCode.TRL]
    if signal.stages:
        bits[(facts.stages != 0) & ((facts.stages & stage_mask(signal.stages)) == 0)] |= GATE_BITS[GateCode.STAGE]
    if signal.region_bound and signal.regions:
        bits[(facts.region != UNKNOWN) & ~facts.in_regions(signal.regions)] |= GATE_BITS[GateCode.REGION]
    if signal.excluded_fields:
        bits[(facts.fields & facts.field_mask(signal.excluded_fields)) != 0] |= GATE_BITS[GateCode.EXCLUDED_FIELD]
    bits[excluded] |= GATE_BITS[GateCode.EXCLUDED_TERM]
    bits[facts.tied_to(signal.bound_to)] |= GATE_BITS[GateCode.CONFLICT]
    if signal.expires_on is not None and today > signal.expires_on:
        bits |= GATE_BITS[GateCode.EXPIRED]
    if not signal.live:
        bits |= GATE_BITS[GateCode.WITHDRAWN]
    return bits


def _ticket(signal: SignalBrief, project: ProjectBrief, *, parameters: MatchParameters) -> GateResult:
    """Compare the need with the ticket range."""
    wanted, need = ticket_range(signal), project.need_krw
    least, most = needs_within(signal, parameters)
    if wanted == (None, None):
        return GateResult(code=GateCode.TICKET, status=GateStatus.PASSED, project_value=need)
    if need is None:
        return GateResult(code=GateCode.TICKET, status=GateStatus.UNKNOWN, signal_value=wanted)
    stretched = WHOLE_BP + parameters.ticket_tolerance_bp
    lowest, highest = wanted
    change, shortfall = None, None
    if least is not None and lowest is not None and need < least:
        change, shortfall = GateChange.LOWER_TICKET_MIN, lowest - need * stretched // WHOLE_BP
    elif most is not None and highest is not None and need > most:
        capped = signal.available_krw is not None and signal.available_krw == highest
        change = GateChange.RAISE_AVAILABLE if capped else GateChange.RAISE_TICKET_MAX
        shortfall = -(-need * WHOLE_BP // stretched) - highest
    return _judged(GateCode.TICKET, change, signal_value=wanted, project_value=need, shortfall=shortfall)


def _trl(signal: SignalBrief, project: ProjectBrief, *, parameters: MatchParameters) -> GateResult:
    """Compare the readiness a project has and aims at with the wanted range."""
    wanted, found = (signal.trl_min, signal.trl_max), readiness_of(project)
    if wanted == (None, None):
        return GateResult(code=GateCode.TRL, status=GateStatus.PASSED, project_value=found)
    if found is None:
        return GateResult(code=GateCode.TRL, status=GateStatus.UNKNOWN, signal_value=wanted)
    lowest, highest = readiness_within(signal, parameters)
    change, shortfall = None, None
    if lowest is not None and found[1] < lowest:
        change, shortfall = GateChange.LOWER_TRL_MIN, lowest - found[1]
    elif highest is not None and found[0] > highest:
        change, shortfall = GateChange.RAISE_TRL_MAX, found[0] - highest
    return _judged(GateCode.TRL, change, signal_value=wanted, project_value=found, shortfall=shortfall)


def _stage(signal: SignalBrief, project: ProjectBrief) -> GateResult:
    """Look for a stage of the project among those that the rules of the money allow."""
    allowed, found = in_order(signal.stages), stages_of(project)
    if not allowed:
        return GateResult(code=GateCode.STAGE, status=GateStatus.PASSED, project_value=found or None)
    if not found:
        return GateResult(code=GateCode.STAGE, status=GateStatus.UNKNOWN, signal_value=allowed)
    change = None if signal.stages & set(found) else GateChange.ADD_STAGE
    return _judged(
        GateCode.STAGE, change, signal_value=allowed, project_value=found, shortfall=found if change else None
    )


def _region(signal: SignalBrief, project: ProjectBrief) -> GateResult:
    """Look the project's region up in those that the money is bound to."""
    if not (signal.region_bound and signal.regions):
        return GateResult(code=GateCode.REGION, status=GateStatus.PASSED, project_value=project.region)
    wanted = tuple(sorted(signal.regions))
    if project.region is None:
        return GateResult(code=GateCode.REGION, status=GateStatus.UNKNOWN, signal_value=wanted)
    change = None if project.region in signal.regions else GateChange.ADD_REGION
    shortfall = project.region if change else None
    return _judged(GateCode.REGION, change, signal_value=wanted, project_value=project.region, shortfall=shortfall)


def _excluded_field(signal: SignalBrief, project: ProjectBrief) -> GateResult:
    """Look the project's fields up in the excluded ones."""
    found = tuple(sorted(project.fields))
    if not signal.excluded_fields:
        return GateResult(code=GateCode.EXCLUDED_FIELD, status=GateStatus.PASSED, project_value=found)
    excluded = tuple(sorted(signal.excluded_fields))
    if not found:
        return GateResult(code=GateCode.EXCLUDED_FIELD, status=GateStatus.UNKNOWN, signal_value=excluded)
    met = tuple(sorted(signal.excluded_fields & project.fields))
    change = GateChange.ALLOW_FIELDS if met else None
    return _judged(GateCode.EXCLUDED_FIELD, change, signal_value=excluded, project_value=found, shortfall=met or None)


def _excluded_term(signal: SignalBrief, project: ProjectBrief) -> GateResult:
    """Look for the excluded words in the project's text."""
    if not signal.excluded_terms:
        return GateResult(code=GateCode.EXCLUDED_TERM, status=GateStatus.PASSED)
    if not project.passages:
        return GateResult(code=GateCode.EXCLUDED_TERM, status=GateStatus.UNKNOWN, signal_value=signal.excluded_terms)
    text = searchable_passages(project.passages)
    met = tuple(term for term in signal.excluded_terms if holds(text, term))
    change = GateChange.ALLOW_TERMS if met else None
    return _judged(
        GateCode.EXCLUDED_TERM, change, signal_value=signal.excluded_terms, project_value=met, shortfall=met or None
    )


def _conflict(signal: SignalBrief, project: ProjectBrief) -> GateResult:
    """Look for a party of the project that the signal's owner is bound to; none is named."""
    if not signal.bound_to:
        status = GateStatus.PASSED
    elif not project.parties:
        status = GateStatus.UNKNOWN
    else:
        status = GateStatus.FAILED if signal.bound_to & project.parties else GateStatus.PASSED
    return GateResult(code=GateCode.CONFLICT, status=status)


def _expired(signal: SignalBrief, today: date) -> GateResult:
    """Compare the signal's last day with today."""
    if signal.expires_on is None:
        return GateResult(code=GateCode.EXPIRED, status=GateStatus.PASSED)
    days = (today - signal.expires_on).days
    change = GateChange.EXTEND if days > 0 else None
    return _judged(
        GateCode.EXPIRED,
        change,
        signal_value=signal.expires_on.isoformat(),
        project_value=None,
        shortfall=days if change else None,
    )


def _withdrawn(signal: SignalBrief) -> GateResult:
    """Ask whether the signal is live."""
    change = None if signal.live else GateChange.RENEW
    return _judged(GateCode.WITHDRAWN, change, signal_value=None, project_value=None, shortfall=None)


def _judged(
    code: GateCode,
    change: GateChange | None,
    *,
    signal_value: GateValue,
    project_value: GateValue,
    shortfall: GateValue,
) -> GateResult:
    """Return a result that failed when something would have to change."""
    return GateResult(
        code=code,
        status=GateStatus.FAILED if change else GateStatus.PASSED,
        signal_value=signal_value,
        project_value=project_value,
        shortfall=shortfall,
        change=change,
    )
