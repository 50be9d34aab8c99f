"""Every sentence and every label the service says exists in Korean, and labels exist in English too."""

import ast
import csv
import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from fund_service import locales
from models import errors
from models.person import PreferredLanguage

ROOT = Path(locales.__file__).parent.parent
TEMPLATES = sorted((ROOT / "fund_service" / "templates").rglob("*.html"))
MODULES = sorted(path for package in ("models", "fund_service") for path in (ROOT / package).rglob("*.py"))
GATES = ROOT / "matching" / "facts" / "gates.py"
"""Enums of the matcher that views carry and pages label."""

JINJA_OPTIONS = {
    "extensions": "jinja2.ext.i18n",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
CODED = (
    "TechnologyField",
    "Region",
    "TargetUnit",
    "MatchComponent",
    "Likelihood",
    "ModelKind",
    "Verdict",
    "AcceptanceFigure",
    "AnswerButton",
    "Quota",
    "Intensity",
    "ConsultationAct",
    "ConsultationActHint",
    "ConsultationWordsHint",
    "HoldStage",
    "SpilloverCriterion",
)
"""Kinds of codes, other than enums, whose words the catalogues carry under ``Kind.code``."""
TABLES = frozenset({
    "SENTENCES", "SENTENCE_OF", "FAULTS", "TITLES", "HEADINGS", "UNKNOWN", "NO_LIMIT", "COMPARED", "CHANGES", "UP_TO",
    "EXPECTED", "NOTICE_KINDS",
})  # fmt: skip
"""Tables of sentences that are looked up by what happened, and said through a variable."""
UNSEEN = {"MailSecurity", "Lookup", "CellState", "IndexAxis", "RoundFile", "ThreadStart", "RegisterFile", "ReportScope"}
"""Enums that steer the code and are never shown to anybody."""


def template_messages() -> Iterator[tuple[str, str]]:
    """Give each message of the templates and where it stands; both forms of a counted one."""
    for path in TEMPLATES:
        with path.open("rb") as lines:
            for line, _, found, _ in babel_extract(lines, ("_", "gettext", "ngettext"), (), JINJA_OPTIONS):
                for message in [found] if isinstance(found, str) else found or ():
                    if isinstance(message, str):
                        yield message, f"{path.relative_to(ROOT)}:{line}"


def error_names() -> set[str]:
    """Name the error family, wherever its members are defined."""
    names = {errors.FundError.__name__}
    classes = [node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while True:
        grown = names | {node.name for node in classes if {name_of(base) for base in node.bases} & names}
        if grown == names:
            return names
        names = grown


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in MODULES}


def name_of(node: ast.expr) -> str:
    """Give the last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def calls(names: Iterable[str]) -> Iterator[tuple[ast.Call, str]]:
    """Give the calls of the functions and classes named, and where they stand."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in names:
                yield node, f"{path.relative_to(ROOT)}:{node.lineno}"


def constants(call: ast.Call, count: int) -> list[str]:
    """Give the strings among the first arguments, both branches of a choice between two."""
    branches = [
        branch
        for argument in call.args[:count]
        for branch in ([argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument])
    ]
    return [node.value for node in branches if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def python_messages() -> Iterator[tuple[str, str]]:
    """Give each message that Python code says to people, and where it stands."""
    for call, place in calls(error_names()):
        for message in constants(call, 1):
            yield message, place
    for call, place in calls({"gettext", "ngettext", "sentence", "Reason", "NotUnderstood", "refusal"}):
        for message in constants(call, 2):
            yield message, place
    for call, place in calls({"refuse", "check_order", "_found"}):
        for message in constants(call, 3):
            if " " in message:
                yield message, place
    yield from tabled_messages()


def tabled_messages() -> Iterator[tuple[str, str]]:
    """Give the sentences of the tables; what has no space in it is a code."""
    for path, tree in trees().items():
        for line in tree.body:
            targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
            named = {part.id for target in targets if target for part in ast.walk(target) if isinstance(part, ast.Name)}
            value = getattr(line, "value", None)
            if named & TABLES and value is not None:
                for node in table_values(value):
                    yield node, f"{path.relative_to(ROOT)}:{line.lineno}"


def table_values(table: ast.expr) -> Iterator[str]:
    """Give the sentences of a table: of a mapping its values; a string without a space or capital is a code."""
    for root in table.values if isinstance(table, ast.Dict) else [table]:
        for node in ast.walk(root):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and (" " in value or not value.islower()):
                yield value


@cache
def enum_labels() -> dict[str, str]:
    """Give the message id of every enum member's label, and where the enum stands."""
    labels = {}
    for path, tree in {**trees(), GATES: ast.parse(GATES.read_text())}.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ClassDef) or node.name in UNSEEN:
                continue
            if "StrEnum" in {name_of(base) for base in node.bases}:
                for line in node.body:
                    if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                        labels[f"{node.name}.{line.value.value}"] = f"{path.relative_to(ROOT)}:{line.lineno}"
    return labels


def messages() -> dict[str, str]:
    """Give every message of templates and code, each with one place where it is said."""
    return {message: place for message, place in [*template_messages(), *python_messages()] if is_sentence(message)}


def is_sentence(message: str) -> bool:
    return message not in enum_labels()


def is_code(message: str) -> bool:
    kind, dot, _ = message.partition(".")
    return bool(dot) and kind in CODED


def placeholders(message: str) -> set[str]:
    """Name what a message leaves open, in either notation."""
    if "%(" in message:
        return set(re.findall(r"%\((\w+)\)[sd]", message))
    try:
        return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
    except ValueError:
        return set()


def words(language: PreferredLanguage) -> dict[str, str]:
    with (locales.CATALOGUES / f"{language.value}.po").open("rb") as lines:
        return {str(entry.id): str(entry.string) for entry in read_po(lines) if entry.id}


KOREAN, ENGLISH = words(PreferredLanguage.KOREAN), words(PreferredLanguage.ENGLISH)


def test_every_sentence_has_korean_words() -> None:
    missing = {message: place for message, place in messages().items() if not KOREAN.get(message)}
    assert not missing


def test_a_translation_leaves_open_what_the_sentence_leaves_open() -> None:
    differing = {
        message: KOREAN[message]
        for message in messages()
        if message in KOREAN and placeholders(message) != placeholders(KOREAN[message])
    }
    assert not differing


@pytest.mark.parametrize("language", list(PreferredLanguage))
def test_every_enum_member_has_a_label(language: PreferredLanguage) -> None:
    catalogue = KOREAN if language is PreferredLanguage.KOREAN else ENGLISH
    missing = {label: place for label, place in enum_labels().items() if not catalogue.get(label)}
    assert not missing


def test_the_catalogues_hold_no_words_that_nobody_says() -> None:
    said = messages().keys() | enum_labels().keys()
    for catalogue in (KOREAN, ENGLISH):
        unused = {message for message in catalogue.keys() - said if not is_code(message)}
        assert not unused


def test_both_catalogues_label_the_same_codes() -> None:
    korean = {message for message in KOREAN if is_code(message)}
    english = {message for message in ENGLISH if is_code(message)}
    assert korean == english


def test_what_is_said_through_a_variable_stands_in_a_table() -> None:
    tabled = {
        path
        for path, tree in trees().items()
        if TABLES & {name_of(node) for node in ast.walk(tree) if isinstance(node, ast.expr)}
    }
    speakers = {ROOT / "fund_service" / name for name in ("locales.py", "sentences.py", "imports/faults.py")}
    untold = {
        place
        for call, place in calls({"gettext"})
        if not constants(call, 1) and ROOT / place.split(":")[0] not in tabled | speakers
    }
    assert not untold, "name the table of sentences in TABLES"


def test_an_error_can_be_said_in_another_language() -> None:
    composed = {place for call, place in calls(error_names()) if call.args and isinstance(call.args[0], ast.JoinedStr)}
    assert not composed, "give FundError a template and facts, not an f-string"


@pytest.mark.parametrize(
    ("kind", "file"),
    [("TechnologyField", "technology_fields.csv"), ("Region", "regions.csv")],
    ids=["fields", "regions"],
)
def test_codes_of_the_plan_are_labelled_with_its_own_names(kind: str, file: str) -> None:
    lines = (ROOT / "seeds" / "data" / file).read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert {f"{kind}.{row['code']}": row["name_ko"] for row in rows} == {
        message: label for message, label in KOREAN.items() if message.startswith(f"{kind}.")
    }
    assert {f"{kind}.{row['code']}": row["name_en"] for row in rows} == {
        message: label for message, label in ENGLISH.items() if message.startswith(f"{kind}.")
    }
