"""Find the words and phrases a signal excludes in the text of a project."""

import functools
from collections.abc import Iterable, Sequence

from matching.brief import Passage
from matching.language.terms import PassageTerms, is_korean, stems_of, terms_of
from matching.language.text import Language, normalise

_SHORTEST_SUBSTRING = 3
"""Hangul letters from which on a phrase is also found within a longer word: "술" must not exclude every "기술"."""


def searchable_text(passages: Iterable[tuple[Passage, PassageTerms]]) -> str:
    """Return a project's words in a form in which ``holds`` finds phrases: stems, nouns, and Korean text run together.

    Inflection and spacing do not matter in it: "weapons" holds "weapon", "원자력 발전소" holds "원자력발전".
    """
    lines = []
    for passage, terms in passages:
        lines += [f" {' '.join(terms.stems)} ", f" {' '.join(terms.nouns)} "]
        if terms.nouns or terms.pairs:
            lines.append(_run_together(passage.text))
    return "\n".join(lines)


def searchable_passages(passages: Sequence[Passage]) -> str:
    """Return the searchable text of a project's passages."""
    return "\n".join(_searchable_passage(passage) for passage in passages)


@functools.lru_cache(maxsize=4096)
def phrase_forms(phrase: str) -> tuple[str, ...]:
    """Return the strings of which any, found in a searchable text, shows the phrase there; none for an empty one."""
    phrase = normalise(phrase)
    if not is_korean(phrase):
        stems = stems_of(phrase)
        return (f" {' '.join(stems)} ",) if stems else ()
    forms = []
    terms = terms_of([Passage(language=Language.KOREAN, text=phrase)])[0]
    if terms.nouns and not terms.stems:
        forms.append(f" {' '.join(terms.nouns)} ")
    together = _run_together(phrase)
    if len(together) >= _SHORTEST_SUBSTRING:
        forms.append(together)
    return tuple(forms)


def holds(searchable: str, phrase: str) -> bool:
    """Tell whether a searchable text holds a phrase."""
    return any(form in searchable for form in phrase_forms(phrase))


@functools.lru_cache(maxsize=4096)
def _searchable_passage(passage: Passage) -> str:
    """Return one passage's searchable text, kept since one project is looked at beside many signals."""
    return searchable_text([(passage, terms_of([passage])[0])])


def _run_together(text: str) -> str:
    """Return a text in lower case without blanks."""
    return "".join(text.lower().split())
