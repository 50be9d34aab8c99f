"""Gates in words: what each says of a pair, and the one change that would open it, in two languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from fund_service import locales
from fund_service.matches.schemas import GateView
from matching.facts.gates import GateChange, GateCode, GateStatus
from matching.parameters import MatchParameters
from models.person import PreferredLanguage
from models.project import DevelopmentStage, ProjectType

Names = Mapping[str, tuple[str, str]]
"""Korean and English name of each code."""

UNKNOWN = {
    GateCode.TICKET: "The project does not say how much it seeks, so this keeps nothing out.",
    GateCode.TRL: "The project does not state its TRL, so this keeps nothing out.",
    GateCode.STAGE: "The project states neither its stage nor its TRL, so this keeps nothing out.",
    GateCode.REGION: "The project states no region, so this keeps nothing out.",
    GateCode.CONFLICT: "The project names no consortium, so this keeps nothing out.",
    GateCode.EXCLUDED_FIELD: "The project states no technology field, so this keeps nothing out.",
    GateCode.EXCLUDED_TERM: "The project has no text to search, so this keeps nothing out.",
    GateCode.EXPIRED: "The signal has no last day.",
    GateCode.WITHDRAWN: "The signal is live.",
}
NO_LIMIT = {
    GateCode.TICKET: "The signal sets no ticket.",
    GateCode.TRL: "The signal sets no TRL range.",
    GateCode.STAGE: "The rules of the money allow every stage.",
    GateCode.REGION: "No law binds the money to a region.",
    GateCode.CONFLICT: "No tie between the two sides is known.",
    GateCode.EXCLUDED_FIELD: "The signal excludes no technology field.",
    GateCode.EXCLUDED_TERM: "The signal excludes no words.",
    GateCode.EXPIRED: "The signal has no last day.",
    GateCode.WITHDRAWN: "The signal is live.",
}
COMPARED = {
    GateCode.TICKET: "The project seeks {project}; the signal offers {signal}.",
    GateCode.TRL: "The project is at TRL {project}; the signal wants TRL {signal}.",
    GateCode.STAGE: "The project is in the stage {project}; the rules of the money allow {signal}.",
    GateCode.REGION: "The project is in {project}; the money is bound to {signal}.",
    GateCode.EXCLUDED_FIELD: "The project is in {project}; the signal excludes {signal}.",
    GateCode.EXCLUDED_TERM: "The signal excludes {signal}.",
    GateCode.EXPIRED: "The last day of the signal is {signal}.",
    GateCode.WITHDRAWN: "The signal has been withdrawn.",
}
CHANGES = {
    GateChange.RAISE_TICKET_MAX: "It would come in if the largest ticket rose by {shortfall}.",
    GateChange.RAISE_AVAILABLE: "It would come in if the money available rose by {shortfall}.",
    GateChange.LOWER_TICKET_MIN: "It would come in if the smallest ticket fell by {shortfall}.",
    GateChange.LOWER_TRL_MIN: "It would come in if the lowest TRL fell by {shortfall}.",
    GateChange.RAISE_TRL_MAX: "It would come in if the highest TRL rose by {shortfall}.",
    GateChange.ADD_STAGE: "It would come in if the rules of the money allowed one of these stages: {shortfall}.",
    GateChange.ADD_REGION: "It would come in if the money were bound to {shortfall} as well, or to no region.",
    GateChange.ALLOW_FIELDS: "It would come in if the signal allowed {shortfall}.",
    GateChange.ALLOW_TERMS: "It would come in if the signal allowed the words {shortfall}.",
    GateChange.EXTEND: "It would come in if the signal were extended by {shortfall} days.",
    GateChange.RENEW: "It would come in if the signal were live again.",
}
TICKET_FACTOR = 1 + MatchParameters().ticket_tolerance_bp / 10_000
UP_TO, AT_LEAST, BETWEEN = "up to {upper}", "at least {lower}", "{lower} to {upper}"


def gate_view(stored: Mapping[str, Any], *, regions: Names, fields: Names) -> GateView:
    """Put a stored gate result into words; region and field codes are said by name."""
    sentences = {}
    for language in PreferredLanguage:
        with locales.speaking(language):
            sentences[language] = gate_sentence(stored, regions=regions, fields=fields)
    return GateView(
        **stored,
        sentence_ko=sentences[PreferredLanguage.KOREAN],
        sentence_en=sentences[PreferredLanguage.ENGLISH],
    )


def gate_sentence(stored: Mapping[str, Any], *, regions: Names, fields: Names) -> str:
    """Say a stored gate result in the language at hand."""
    code, status = GateCode(stored["code"]), GateStatus(stored["status"])
    names = {GateCode.REGION: regions, GateCode.EXCLUDED_FIELD: fields}.get(code, {})
    if status is GateStatus.UNKNOWN:
        return locales.gettext(UNKNOWN[code])
    if stored["signal_value"] is None and status is GateStatus.PASSED:
        return locales.gettext(NO_LIMIT[code])
    sentence = locales.gettext(COMPARED[code]).format(
        signal=_said(code, stored["signal_value"], names), project=_said(code, stored["project_value"], names)
    )
    if code is GateCode.TICKET and _is_outside(stored["project_value"], *stored["signal_value"]):
        tolerance = locales.gettext(
            "A need of up to {factor} times the upper limit, or the lower limit divided by {factor}, still passes."
        )
        sentence = f"{sentence} {tolerance.format(factor=f'{TICKET_FACTOR:g}')}"
    if stored["change"] is None:
        return sentence
    change = locales.gettext(CHANGES[GateChange(stored["change"])])
    return f"{sentence} {change.format(shortfall=_said(code, stored['shortfall'], names))}"


def type_sentences(kind: ProjectType, hosts: Sequence[str], *, regions: Names) -> tuple[str, str] | None:
    """Say for which regions a project is made, in Korean and in English; nothing of a nationwide one."""
    if kind is ProjectType.NATIONWIDE:
        return None
    said = []
    for language in (PreferredLanguage.KOREAN, PreferredLanguage.ENGLISH):
        with locales.speaking(language):
            made_for = ", ".join(locales.pick(*regions[code]) for code in hosts)
            sentence = locales.gettext("The project is region-specific ({type}), made for {regions}.")
            said.append(sentence.format(type=locales.label(kind), regions=made_for))
    return said[0], said[1]


def _is_outside(need: int, lower: int | None, upper: int | None) -> bool:
    return need < (lower or 0) or (upper is not None and need > upper)


def _said(code: GateCode, value: Any, names: Names) -> str:  # noqa: ANN401 - any JSON value of a gate
    if value is None:
        return locales.gettext("not stated")
    if isinstance(value, list) and code in {GateCode.TICKET, GateCode.TRL}:
        return _range(code, *value)
    if code is GateCode.STAGE and isinstance(value, str):
        return locales.label(DevelopmentStage(value))
    if isinstance(value, list):
        return ", ".join(_said(code, part, names) for part in value) or locales.gettext("none")
    if isinstance(value, int):
        return locales.won(value) if code is GateCode.TICKET else str(value)
    return locales.pick(*names[value]) if value in names else str(value)


def _range(code: GateCode, lower: int | None, upper: int | None) -> str:
    said = locales.won if code is GateCode.TICKET else str
    if lower is None or upper is None or lower == upper:
        template = "{lower}" if lower == upper else UP_TO if lower is None else AT_LEAST
    else:
        template = BETWEEN
    return locales.gettext(template).format(lower=said(lower or 0), upper=said(upper or 0))
