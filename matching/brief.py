"""What the matcher knows of a project and of a demand signal, as plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matching.language.text import Language, language_of, normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a term is worded in English, the usual wording first, and where it stands in its Korean passage."""

    start: int
    end: int
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSpan:
    """A piece of a brief's text: characters ``start`` to ``end`` of its passage with this number, as written."""

    passage: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of normalised text in one language; ``passages_of`` makes them from raw text.

    ``pivot`` holds the English wordings of a Korean passage in order of place; ``Glossary.pivoted`` puts them there.
    """

    language: Language
    text: str
    pivot: tuple[Wording, ...] = ()

    @property
    def in_english(self) -> str:
        """The usual English wordings one after another: what an English model reads of a Korean passage."""
        return " ".join(wording.english[0] for wording in self.pivot)


class ConsortiumShape(StrEnum):
    """Who stands together in a project."""

    ANCHORED = "anchored"
    """An anchor company, and firms or institutes beside it."""
    ANCHOR_ALONE = "anchor_alone"
    """An anchor company and nobody to supply it."""
    NO_ANCHOR = "no_anchor"
    """Members, and no anchor company among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectBrief:
    """What is compared of one R&D project; ``None`` and an empty set mean that it is not known.

    Field codes are ``"01"`` to ``"12"``, a region is a two-digit province code, TRLs run from 1 to 9, ``need_krw`` is
    the money still sought in whole won. ``stage`` is one of ``stages.STAGES``, ``parties`` are the keys of all who
    take part and of those who own them; ``region_specific`` says whether it is made for its regions.
    """

    key: str
    passages: tuple[Passage, ...]
    fields: frozenset[str]
    region: str | None
    trl_now: int | None
    trl_target: int | None
    need_krw: int | None
    stage: str | None = None
    parties: frozenset[str] = frozenset()
    consortium: ConsortiumShape | None = None
    region_specific: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalBrief:
    """What is compared of one demand signal; ``None`` and an empty set mean "no condition".

    ``trl_min`` and ``trl_max`` bound the maturity wanted, ``ticket_min_krw`` and ``ticket_max_krw`` one investment,
    ``available_krw`` what is left to spend, all in whole won. ``expires_on`` is the last day the signal stands.
    ``region_bound`` says that law or statute binds the money to the regions, which are a wish otherwise; ``stages``
    are those its rules allow it to serve. ``bound_to`` are the keys of all whose projects its owner must not judge:
    itself, its owners and what it has an interest in.
    """

    key: str
    passages: tuple[Passage, ...]
    fields: frozenset[str]
    regions: frozenset[str]
    trl_min: int | None
    trl_max: int | None
    ticket_min_krw: int | None
    ticket_max_krw: int | None
    available_krw: int | None
    expires_on: date | None
    live: bool
    excluded_fields: frozenset[str]
    excluded_terms: tuple[str, ...]
    region_bound: bool = False
    stages: frozenset[str] = frozenset()
    bound_to: frozenset[str] = frozenset()
    anchor_wanted: bool = False
    region_specific_wanted: bool = False


Brief = ProjectBrief | SignalBrief
"""Either side of a match."""


def passages_of(*texts: str | None) -> tuple[Passage, ...]:
    """Return the texts as passages: normalised, with their language found, empty and repeated ones left out."""
    normalised = dict.fromkeys(normalise(text) for text in texts if text)
    return tuple(Passage(language=language_of(text), text=text) for text in normalised if text)


def text_project(key: str, passages: tuple[Passage, ...]) -> ProjectBrief:
    """Return a project of which nothing but the text is known."""
    return ProjectBrief(
        key=key, passages=passages, fields=frozenset(), region=None, trl_now=None, trl_target=None, need_krw=None
    )


def text_signal(key: str, passages: tuple[Passage, ...]) -> SignalBrief:
    """Return a live signal that makes no condition."""
    return SignalBrief(
        key=key,
        passages=passages,
        fields=frozenset(),
        regions=frozenset(),
        trl_min=None,
        trl_max=None,
        ticket_min_krw=None,
        ticket_max_krw=None,
        available_krw=None,
        expires_on=None,
        live=True,
        excluded_fields=frozenset(),
        excluded_terms=(),
    )


def readable_text(passages: Iterable[Passage], languages: frozenset[Language]) -> str | None:
    """Return the one text by which a brief is embedded: its passages in these languages, a newline between them.

    Of a Korean passage an English model reads the English wordings. ``None`` when there is nothing an encoder of these
    languages could read: raw Hangul must not reach an English model, which answers it with noise.
    """
    read = (passage.text if passage.language in languages else passage.in_english for passage in passages)
    return "\n".join(text for text in read if text) or None


def texts_in(passages: Sequence[Passage], language: Language) -> list[str]:
    """Return the texts of the passages in one language, in their order."""
    return [passage.text for passage in passages if passage.language == language]
