"""Sentences kept as facts: what happened is stored once and said to every reader in their own language."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Self

from fund_service import locales


class Krw(int):
    """An amount of won, said as people read it."""


class Named(NamedTuple):
    """A record by its two names; the reader's own comes first."""

    ko: str | None
    en: str | None


Fact = str | int | StrEnum | Krw | Named | Sequence["Fact"]
"""What a sentence leaves open: enum members are said by their labels, several facts one after the other."""


class Sentence(str):  # noqa: SLOT000 - it carries what it was made of
    """A sentence in the language at hand that knows what it was made of, so that it can be said in another.

    It is text wherever text is wanted; whoever stores it may keep ``template`` and ``facts`` instead.
    """

    template: str
    facts: Mapping[str, Any]
    """What it leaves open, as JSON keeps it."""

    def __new__(cls, template: str, facts: Mapping[str, Fact]) -> Self:
        """Say ``template``, a message id of the catalogues, of ``facts``."""
        kept = {name: _kept(fact) for name, fact in facts.items()}
        made = super().__new__(cls, say(template, kept))
        made.template, made.facts = template, kept
        return made


def sentence(template: str, **facts: Fact) -> Sentence:
    """Make a sentence of a message id of the catalogues, in English, and of what it leaves open."""
    return Sentence(template, facts)


def say(template: str, kept: Mapping[str, Any]) -> str:
    """Say a kept sentence in the language at hand."""
    return locales.gettext(template).format(**{name: _said(fact) for name, fact in kept.items()})


def _kept(fact: Fact) -> Any:  # noqa: ANN401 - JSON
    if isinstance(fact, Sentence):
        return {"template": fact.template, "facts": dict(fact.facts)}
    if isinstance(fact, StrEnum):
        return {"label": f"{type(fact).__name__}.{fact.value}"}
    if isinstance(fact, Krw):
        return {"krw": int(fact)}
    if isinstance(fact, Named):
        return fact._asdict()
    if isinstance(fact, str | int):
        return fact
    return [_kept(one) for one in fact]


def _said(kept: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(kept, list):
        return ", ".join(_said(one) for one in kept)
    if not isinstance(kept, Mapping):
        return str(kept)
    if "template" in kept:
        return say(kept["template"], kept["facts"])
    if "label" in kept:
        return locales.gettext(kept["label"])
    return locales.won(kept["krw"]) if "krw" in kept else locales.pick(kept["ko"], kept["en"])
