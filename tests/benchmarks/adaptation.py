"""Learn the matrix that ``matching.encoding.adapted_encoder`` ships: ``python -m tests.benchmarks.adaptation OUT.npy``.

From awards alone: a title belongs to its abstract and the first two sentences of an abstract to the rest of it, rather
than to those of the other awards in the same batch. Awards with the title of a topic are left out, since those are the
ones that the judged statements have as answers. An hour on two cores, nearly all of it encoding, which is kept in
FUND_HOME/evaluation. Nothing here is tuned on judged statements but the weight of what is added (.01 or .03), the
temperature (.05, .07 or .1) and the number of rounds (3 or 6), between which the judged sets hardly differ.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fund_service.matches.encoders import shipped_model
from fund_service.settings import read_settings
from matching.brief import passages_of, text_project
from matching.dense import on_grid
from matching.encoding.adapted_encoder import STEP
from matching.encoding.encoder import Encoder, Vectors, vectors_of
from matching.evaluation.vector_cache import RememberingEncoder
from matching.language.text import normalise, sentences
from tests.benchmarks.figures import SHARED

RECORDS = SHARED / "data" / "sbir"
FIRST_YEAR = 2008
"""Awards from then on are learned from: those that the judged set ranks."""
LEAD = 2
"""Sentences that stand for what is asked."""
FEWEST_SENTENCES = 5
FEWEST_TITLE_WORDS = 4
REST = 1_000
"""Characters of the rest of an abstract that are read."""
ROUNDS = 3
BATCH = 512
TEMPERATURE = 0.05
WEIGHT = 0.01
LEARNING_RATE = 1e-3
AT_ONCE = 2_000

Pairs = tuple[Vectors, Vectors]


def main() -> None:
    """Encode the texts, learn, and write the matrix."""
    awards = list(_awards())
    settings = read_settings()
    encoder = RememberingEncoder(shipped_model(settings.threads), settings.home / "evaluation")
    whole = _encoded([award["abstract"] for award in awards], encoder)
    titles = _encoded([award["title"] for award in awards], encoder)
    cut = [found for award in awards if len(found := sentences(award["abstract"])) >= FEWEST_SENTENCES]
    leads = _encoded([" ".join(found[:LEAD]) for found in cut], encoder)
    rests = _encoded([" ".join(found[LEAD:])[:REST] for found in cut], encoder)
    learned = learn([(titles, whole), (leads, rests)])
    np.save(sys.argv[1], np.rint(learned / STEP).astype(np.int16))


def _awards() -> Iterator[dict[str, Any]]:
    """Yield the awards of the judged set's years whose title is nobody's topic."""
    topics = {_words(topic["title"]) for topic in _read(RECORDS / "topics.jsonl.gz")}
    for award in _read(RECORDS / "awards_phase2_2001_2018.jsonl.gz"):
        title = award["title"]
        if award["year"] >= FIRST_YEAR and _words(title) not in topics and len(title.split()) >= FEWEST_TITLE_WORDS:
            yield award


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        yield from map(json.loads, lines)


def _words(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.lower()))


def _encoded(texts: list[str], encoder: Encoder) -> Vectors:
    """Return the vectors of texts, some at a time so that what is done is kept."""
    briefs = [text_project(str(at), passages_of(normalise(text))) for at, text in enumerate(texts)]
    parts = [vectors_of(briefs[at : at + AT_ONCE], encoder) for at in range(0, len(briefs), AT_ONCE)]
    return on_grid(np.concatenate(parts))


def learn(families: list[Pairs]) -> Vectors:
    """Return what to add to the unit matrix, by contrast with the other pairs of a batch (InfoNCE, van den Oord 2018).

    The same matrix turns both sides of a pair; ``WEIGHT`` times the sum of its squares keeps it small.
    """
    import torch  # noqa: PLC0415 - takes seconds
    from torch.nn.functional import cross_entropy, normalize  # noqa: PLC0415 - the same

    shuffling = torch.Generator().manual_seed(0)
    pairs = [(torch.tensor(asked), torch.tensor(given)) for asked, given in families]
    size = families[0][0].shape[1]
    added = torch.zeros(size, size, requires_grad=True)
    optimiser = torch.optim.Adam([added], lr=LEARNING_RATE)
    for _ in range(ROUNDS):
        batches = [
            (family, rows)
            for family, (asked, _) in enumerate(pairs)
            for rows in torch.randperm(len(asked), generator=shuffling).split(BATCH)
        ]
        for at in torch.randperm(len(batches), generator=shuffling).tolist():
            family, rows = batches[at]
            turn = torch.eye(size) + added
            asked, given = (normalize(side[rows] @ turn, dim=1) for side in pairs[family])
            nearness = asked @ given.T / TEMPERATURE
            own = torch.arange(len(rows))
            loss = (cross_entropy(nearness, own) + cross_entropy(nearness.T, own)) / 2 + WEIGHT * (added**2).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return added.detach().numpy()


if __name__ == "__main__":
    main()
