"""What a hard gate says of a pair, in codes and numbers that a reader of any language can be told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class GateCode(StrEnum):
    """The gates, in the order in which they are listed."""

    TICKET = "ticket"
    """The money a project seeks lies within the ticket range, give or take the tolerance."""
    STAGE = "stage"
    """The rules of the money allow it to serve a stage of development that the project is in or passes."""
    TRL = "trl"
    """The readiness a project has or aims at meets the wanted range."""
    REGION = "region"
    """The project lies in a region to which law or statute binds the money; mere wishes keep nothing out."""
    EXCLUDED_FIELD = "excluded_field"
    """The project has none of the excluded technology fields."""
    EXCLUDED_TERM = "excluded_term"
    """The project's text holds none of the excluded words."""
    CONFLICT = "conflict"
    """No party of the project is the signal's owner, under one owner with it, or one its owner has an interest in."""
    EXPIRED = "expired"
    """The signal's last day has not passed."""
    WITHDRAWN = "withdrawn"
    """The signal is live."""


class GateStatus(StrEnum):
    """What a gate says of a pair."""

    PASSED = "passed"
    """The condition holds, or the signal makes none."""
    FAILED = "failed"
    """The condition does not hold."""
    UNKNOWN = "unknown"
    """The project does not state what the condition is about; this keeps no pair out."""


class GateChange(StrEnum):
    """The change on the signal's side that would open a closed gate; ``shortfall`` says by how much or by what."""

    RAISE_TICKET_MAX = "raise_ticket_max"
    """The largest ticket must rise by this many won."""
    RAISE_AVAILABLE = "raise_available"
    """The money left to spend must rise by this many won."""
    LOWER_TICKET_MIN = "lower_ticket_min"
    """The smallest ticket must fall by this many won."""
    LOWER_TRL_MIN = "lower_trl_min"
    """The lowest readiness wanted must fall by this many levels."""
    ADD_STAGE = "add_stage"
    """The rules of the money would have to allow one of these stages."""
    RAISE_TRL_MAX = "raise_trl_max"
    """The highest readiness wanted must rise by this many levels."""
    ADD_REGION = "add_region"
    """The regions the money is bound to must take in this one."""
    ALLOW_FIELDS = "allow_fields"
    """These fields must no longer be excluded."""
    ALLOW_TERMS = "allow_terms"
    """These words must no longer be excluded."""
    EXTEND = "extend"
    """The last day must move by at least this many days."""
    RENEW = "renew"
    """The signal must be made live again."""


NEVER_OPENED = frozenset({GateCode.CONFLICT})
"""Gates that no change opens: a pair that fails one of them is no near miss, and nobody is told of it."""

GateValue = int | str | tuple[int | None, int | None] | tuple[str, ...] | None
"""A won amount, a readiness level or a count; a code or date; a range with open ends; several codes or words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What one gate says of one pair; ``shortfall`` and ``change`` are set only when it failed.

    Nothing opens a conflict of interest: it names no change, and no party either.
    """

    code: GateCode
    status: GateStatus
    signal_value: GateValue = None
    project_value: GateValue = None
    shortfall: GateValue = None
    change: GateChange | None = None

    @property
    def passed(self) -> bool:
        """Whether the gate lets the pair through; an unknown value does."""
        return self.status is not GateStatus.FAILED

    def sentence(self) -> str:
        """Return the result in one plain English sentence."""
        wanted, found = self._in_words(self.signal_value), self._in_words(self.project_value)
        if self.status is GateStatus.UNKNOWN:
            return f"{_TITLES[self.code]}: unknown, the signal says {wanted} and the project says nothing of it."
        values = [f"signal: {wanted}"] * bool(wanted) + [f"project: {found}"] * bool(found)
        detail = f" ({'; '.join(values)})" if values else ""
        if self.passed:
            return f"{_TITLES[self.code]}: passed{detail}."
        change = f" {_CHANGES[self.change].format(self._in_words(self.shortfall))}" if self.change else ""
        return f"{_TITLES[self.code]}: failed{detail}.{change}"

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain values for JSON."""
        return {
            "code": self.code.value,
            "status": self.status.value,
            "signal_value": _plain(self.signal_value),
            "project_value": _plain(self.project_value),
            "shortfall": _plain(self.shortfall),
            "change": self.change.value if self.change else None,
        }

    def _in_words(self, value: GateValue) -> str:
        """Return a value as it reads within a sentence, with the gate's unit; empty for none."""
        unit = _UNITS.get(self.code, "{}")
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, int):
            return unit.format(f"{value:,}")
        if self.code in _UNITS:
            low, high = (unit.format(f"{end:,}") if isinstance(end, int) else "" for end in value)
            if not low or not high:
                return f"up to {high}" if high else f"from {low}"
            return low if low == high else f"{low} to {high}"
        return ", ".join(str(part) for part in value)


_TITLES = {
    GateCode.TICKET: "Ticket",
    GateCode.STAGE: "Stage",
    GateCode.TRL: "Readiness",
    GateCode.REGION: "Region",
    GateCode.EXCLUDED_FIELD: "Excluded fields",
    GateCode.EXCLUDED_TERM: "Excluded words",
    GateCode.CONFLICT: "Conflict of interest",
    GateCode.EXPIRED: "Last day",
    GateCode.WITHDRAWN: "Live",
}
_UNITS = {GateCode.TICKET: "KRW {}", GateCode.TRL: "TRL {}"}
_CHANGES = {
    GateChange.RAISE_TICKET_MAX: "The largest ticket would have to rise by {}.",
    GateChange.RAISE_AVAILABLE: "The money left to spend would have to rise by {}.",
    GateChange.LOWER_TICKET_MIN: "The smallest ticket would have to fall by {}.",
    GateChange.LOWER_TRL_MIN: "The lowest readiness wanted would have to fall, levels: {}.",
    GateChange.RAISE_TRL_MAX: "The highest readiness wanted would have to rise, levels: {}.",
    GateChange.ADD_STAGE: "The rules of the money would have to allow one of: {}.",
    GateChange.ADD_REGION: "The regions the money is bound to would have to take in {}.",
    GateChange.ALLOW_FIELDS: "These fields would have to be allowed: {}.",
    GateChange.ALLOW_TERMS: "These words would have to be allowed: {}.",
    GateChange.EXTEND: "The last day would have to move, days: {}.",
    GateChange.RENEW: "The signal would have to be made live again.",
}


def _plain(value: GateValue) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value with lists for tuples."""
    return list(value) if isinstance(value, tuple) else value
