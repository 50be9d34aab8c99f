"""Morphemes of Korean text, by Kiwi."""

import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

_NOUN_TAGS = frozenset({"NNG", "NNP", "XR"})


class Token(NamedTuple):
    """A morpheme: as Kiwi writes it, its tag of the Sejong set, its first character and the one after its last."""

    form: str
    tag: str
    start: int
    end: int


class _Analyser:
    """Kiwi, loaded when the first Korean text comes (about 2 s and 500 MB) and then kept."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: Any = None

    def tokens(self, texts: Iterable[str]) -> list[list[Token]]:
        with self._loading:
            if self._loaded is None:
                from kiwipiepy import Kiwi  # noqa: PLC0415 - loads its model: only where Korean is analysed

                self._loaded = Kiwi()
        return [
            [Token(token.form, token.tag, token.start, token.start + token.len) for token in tokens]
            for tokens in self._loaded.tokenize(texts)
        ]


_analyser = _Analyser()


def tokens_of(texts: Iterable[str]) -> list[list[Token]]:
    """Return the morphemes of each text in order of place; many texts at once are analysed side by side."""
    return _analyser.tokens(texts)


def is_noun(token: Token) -> bool:
    """Tell whether a morpheme is a noun or a noun-like root."""
    return token.tag in _NOUN_TAGS
