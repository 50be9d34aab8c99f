"""Themes: speed, the same again, stability and agreement with labels: ``python -m tests.benchmarks.themes [HOME]``.

Peers on the same vectors: k-means with as many clusters as ours has themes, and BERTopic as it comes, where it can be
imported (``pip install bertopic`` in an environment of its own that sees this one's packages: it is no part of the
project). HOME keeps the encoded records; encoding 59,000 short texts takes a quarter of an hour on two quiet cores.
"""

import gzip
import importlib.util
import json
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fund_service.matches.encoders import encoder_of
from fund_service.matches.glossary import glossary
from fund_service.settings import read_settings
from matching.brief import Passage, passages_of, readable_text
from matching.encoding.encoder import encode_whole
from matching.themes.finder import FieldSeed, SeedText, ThemeFinder, Themes, ThemeSignal
from matching.themes.stability import Standing
from tests.benchmarks.figures import SHARED, Row, show

DATA = SHARED / "data"
MANY = 50_000
LEAD = 240
"""Characters of an abstract that make a statement of it."""
LOSSES = 5
"""Times that a tenth is left out."""
BATCH = 256
ALL = FieldSeed(code="00", name_ko="전체", name_en="All", texts=(SeedText(passages=passages_of("all")),))


def read(name: str) -> list[dict[str, Any]]:
    content = (DATA / name).read_bytes()
    lines = (gzip.decompress(content) if name.endswith(".gz") else content).decode().split("\n")
    return [json.loads(line) for line in lines if line]


def demand() -> list[tuple[str, str]]:
    """Give 2,280 Korean project titles, 160 RFPs and 1,116 mandates: whose each is, and what it says."""
    titles = [(row["file"], row["title"]) for row in read("kr_rnd_announcements/rnd_titles_ko.jsonl.gz")]
    rfps = read("kr_rnd_announcements/rfps_ko.jsonl")
    mandates = read("vc_mandates/funds.jsonl.gz")
    return [
        *titles,
        *((row["announcement"], f"{row['title']}\n{row['body'][:1500]}") for row in rfps),
        *(
            (row["firm"], f"{row['thesis']}. Sectors: {', '.join(row['sectors'])}. {row['geography']}")
            for row in mandates
        ),
    ]


def companies() -> list[dict[str, Any]]:
    """Give the companies that say what they do."""
    rows = read("yc_companies/companies.jsonl.gz")
    for row in rows:
        row["text"] = f"{row['one_liner'] or ''}\n{row['long_description'] or ''}".strip()
    return [row for row in rows if row["text"]]


def many() -> list[tuple[str, str]]:
    """Give 50,000 awards: the firm, and the title with the beginning of the abstract."""
    files = ("sbir/awards_phase2_2001_2018.jsonl.gz", "sbir/awards_other_1983_2000_and_phase1.jsonl.gz")
    rows = [row for file in files for row in read(file) if row["abstract"]][:MANY]
    return [(row["firm"], f"{row['title']}\n{row['abstract'][:LEAD]}") for row in rows]


def signals(home: Path, name: str, said: Sequence[tuple[str, str]]) -> list[ThemeSignal]:
    """Give texts as signals of one field, with vectors that are kept in HOME."""
    pivoted = glossary().pivoted([passages_of(text) for _, text in said])
    vectors = kept_vectors(home / f"{name}.npy", pivoted)
    return [
        ThemeSignal(
            key=f"s{at:05d}",
            group=group,
            passages=passages,
            fields=frozenset({ALL.code}),
            vector=vector if vector.any() else None,
        )
        for at, ((group, _), passages, vector) in enumerate(zip(said, pivoted, vectors, strict=True))
    ]


def kept_vectors(path: Path, texts: Sequence[tuple[Passage, ...]]) -> NDArray[np.float32]:
    if path.exists():
        return np.load(path)
    encoder = encoder_of(read_settings())
    readable = {at: text for at, passages in enumerate(texts) if (text := readable_text(passages, encoder.languages))}
    order = sorted(readable, key=lambda at: len(readable[at]))
    vectors = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        vectors[some] = encode_whole([readable[at] for at in some], encoder)
    np.save(path, vectors)
    return vectors


def labels_of(found: Themes) -> dict[str, str]:
    return {key: theme.code for theme in found.themes for key in theme.members}


def published(found: Themes) -> set[str]:
    return {key for theme in found.themes if theme.standing is not Standing.DISSOLVES for key in theme.members}


def stability(home: Path) -> Iterator[Row]:
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - only here

    given = signals(home, "demand", demand())
    finder = ThemeFinder([ALL])
    found = finder.find(given)
    again = finder.find(list(reversed(given)))
    yield Row(figure="themes found twice, the second time in reverse order", ours=str(found == again), bar="True")
    whole, shown = labels_of(found), published(found)
    indices = []
    for loss in range(LOSSES):
        kept = np.random.default_rng(loss).random(len(given)) >= 0.1
        part = labels_of(finder.find([signal for signal, keep in zip(given, kept, strict=True) if keep]))
        keys = sorted(part.keys() & shown)
        indices.append(adjusted_rand_score([whole[key] for key in keys], [part[key] for key in keys]))
    yield Row(
        figure=f"adjusted Rand index of the published themes, 10 % left out, {LOSSES} times",
        ours=f"mean {np.mean(indices):.3f}, least {min(indices):.3f}; {len(found.themes)} themes, "
        f"{len(shown) / len(given):.0%} of {len(given):,} signals in published ones",
        bar=">= 0.8",
    )


def agreement(home: Path) -> Iterator[Row]:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - only here
    from sklearn.metrics import v_measure_score  # noqa: PLC0415 - only here

    rows = companies()
    given = signals(home, "companies", [(row["slug"], row["text"]) for row in rows])
    vectors = np.load(home / "companies.npy")
    found = labels_of(ThemeFinder([ALL]).find(given))
    ours = [found[signal.key] for signal in given]
    peers: dict[str, Sequence[Any]] = {
        f"k-means with {len(set(ours))}": KMeans(len(set(ours)), n_init=10, random_state=0).fit_predict(vectors)
    }
    if importlib.util.find_spec("bertopic"):
        from bertopic import BERTopic  # noqa: PLC0415 - no part of the project

        for run in ("first run", "second run"):
            peers[f"BERTopic, {run}"] = BERTopic().fit_transform([row["text"] for row in rows], embeddings=vectors)[0]
    for label in ("industry", "subindustry"):
        truth = [row[label] for row in rows]
        yield Row(
            figure=f"v-measure of {len(rows):,} companies against their {label}",
            ours=f"{v_measure_score(truth, ours):.3f} with {len(set(ours))} themes",
            peer=", ".join(f"{v_measure_score(truth, peer):.3f} ({name})" for name, peer in peers.items()),
            bar="above both",
        )


def speed(home: Path) -> Iterator[Row]:
    given = signals(home, "many", many())
    ThemeFinder([ALL]).find(given[:200])  # compiled and loaded
    wall, processor = time.perf_counter(), time.process_time()
    found = ThemeFinder([ALL]).find(given)
    yield Row(
        figure=f"{len(given):,} signals of one field themed, vectors given",
        ours=f"{time.perf_counter() - wall:.1f} s, {time.process_time() - processor:.1f} s of processor, "
        f"{len(found.themes)} themes, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MiB at most",
        bar="<= 60 s",
    )


def rows(home: Path) -> Iterator[Row]:
    """Measure everything; without the records nothing."""
    if DATA.exists():
        yield from stability(home)
        yield from agreement(home)
        yield from speed(home)


if __name__ == "__main__":
    show(rows)
