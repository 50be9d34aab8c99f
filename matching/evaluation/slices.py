"""Cut judged pairs into slices, by the languages of both sides and by length."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.brief import Brief, readable_text
from matching.encoding.encoder import Encoder
from matching.language.text import Language

SHORT_QUERY, SHORT_DOCUMENT = 64, 128
"""Word pieces up to which a text is short: two sentences, and half of what the packaged model reads."""

Judged = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some of the judgements, and what they have in common."""

    name: str
    judgements: Judged


def slices_of(queries: Sequence[Brief], documents: Sequence[Brief], judged: Judged, encoder: Encoder) -> list[Slice]:
    """Return the slices that hold a relevant document, each query with the relevant documents in the slice alone.

    ``language ko-en`` are Korean queries with English documents; ``query`` and ``document`` are cut at the word pieces
    of what the model reads, at the most that it reads, and ``unread`` where there is nothing it could read.
    """
    spoken = {brief.key: _language(brief) for brief in (*queries, *documents)}
    wanted = {document for gains in judged.values() for document, gain in gains.items() if gain > 0}
    asked = _lengths(queries, SHORT_QUERY, encoder)
    answered = _lengths([brief for brief in documents if brief.key in wanted], SHORT_DOCUMENT, encoder)
    return [
        *_cut(judged, lambda query, document: f"language {spoken[query]}-{spoken[document]}"),
        *_cut(judged, lambda query, _: f"query {asked[query]}"),
        *_cut(judged, lambda _, document: f"document {answered[document]}"),
    ]


def _cut(judged: Judged, name_of: Callable[[str, str], str]) -> Iterator[Slice]:
    """Yield the judgements of relevant documents by the name of their slice, in the order of names."""
    cut: dict[str, dict[str, dict[str, int]]] = {}
    for query, gains in judged.items():
        for document, gain in gains.items():
            if gain > 0:
                cut.setdefault(name_of(query, document), {}).setdefault(query, {})[document] = gain
    for name in sorted(cut):
        yield Slice(name=name, judgements=cut[name])


def _language(brief: Brief) -> str:
    """Return the language that most of a brief is written in, Korean where both are equal or there is no text."""
    letters = {
        language: sum(len(passage.text) for passage in brief.passages if passage.language == language)
        for language in Language
    }
    return max((Language.KOREAN, Language.ENGLISH), key=lambda language: letters[language]).value


def _lengths(briefs: Sequence[Brief], short: int, encoder: Encoder) -> dict[str, str]:
    """Return the length of each brief in words."""
    texts = [readable_text(brief.passages, encoder.languages) for brief in briefs]
    counts = encoder.count_tokens([text or "" for text in texts])
    return {
        brief.key: _length(count, short, encoder.max_tokens) if text else "unread"
        for brief, text, count in zip(briefs, texts, counts, strict=True)
    }


def _length(tokens: int, short: int, most: int) -> str:
    if tokens > most:
        return f"over {most} word pieces"
    return f"up to {short} word pieces" if tokens <= short else f"{short + 1} to {most} word pieces"
