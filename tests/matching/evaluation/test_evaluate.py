import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.encoding.encoder import HashingEncoder
from matching.evaluation.evaluate import Setting, System, evaluate
from matching.evaluation.metrics import mrr_at_k, ndcg_at_k, recall_at_k
from matching.evaluation.sets import EvaluationSetError, read_beir
from matching.language.pivot import Glossary
from matching.parameters import MatchParameters

DOCUMENTS = st.lists(st.sampled_from("abcdefgh"), unique=True)
JUDGED = st.dictionaries(st.sampled_from("abcdefghxyz"), st.integers(-1, 3))


def slow_ndcg(ranking, judged, k):
    def gained(documents):
        total = 0.0
        for rank in range(1, k + 1):
            if rank <= len(documents):
                total += max(judged.get(documents[rank - 1], 0), 0) / (math.log(rank + 1) / math.log(2))
        return total

    best = gained(sorted(judged, key=lambda document: -judged[document]))
    return gained(ranking) / best if best > 0 else 0.0


def slow_recall(ranking, judged, k):
    relevant = [document for document in judged if judged[document] > 0]
    found = [document for document in relevant if document in ranking[:k]]
    return len(found) / len(relevant) if relevant else 0.0


def slow_mrr(ranking, judged, k):
    for place in range(min(k, len(ranking))):
        if judged.get(ranking[place], 0) > 0:
            return 1 / (place + 1)
    return 0.0


@given(DOCUMENTS, JUDGED, st.integers(1, 10))
def test_metrics_are_what_the_obvious_reading_gives(ranking, judged, k):
    assert ndcg_at_k(ranking, judged, k) == pytest.approx(slow_ndcg(ranking, judged, k))
    assert recall_at_k(ranking, judged, k) == pytest.approx(slow_recall(ranking, judged, k))
    assert mrr_at_k(ranking, judged, k) == pytest.approx(slow_mrr(ranking, judged, k))


def test_metrics_of_a_worked_example():
    judged = {"a": 2, "b": 1, "c": 0}
    assert ndcg_at_k(["c", "b", "a"], judged, 3) == pytest.approx((1 / math.log2(3) + 1) / (2 + 1 / math.log2(3)))
    assert recall_at_k(["c", "b"], judged, 2) == 0.5
    assert mrr_at_k(["c", "b"], judged, 2) == 0.5


CORPUS = [
    {"_id": "1", "title": "Battery", "text": "Solid battery with ceramic electrolyte"},
    {"_id": "2", "title": "", "text": "Antibody drug for lung cancer"},
    {"_id": "3", "title": "연료전지", "text": "수소 연료전지 스택 소재"},
    {"_id": "4", "text": "Laser cutting of steel"},
]
QUERIES = [
    {"_id": "q1", "text": "ceramic battery electrolytes"},
    {"_id": "q2", "text": "수소 연료전지 소재"},
    {"_id": "q3", "text": "nobody judged this"},
]
JUDGEMENTS = "query-id\tcorpus-id\tscore\nq1\t1\t2\nq2\t3\t1\n\nq2\t2\t0\n"


def write_set(folder, *, corpus=CORPUS, queries=QUERIES, judgements=JUDGEMENTS):
    (folder / "qrels").mkdir(exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(judgements, encoding="utf-8")
    return folder


@pytest.mark.parametrize("system", list(System))
def test_every_system_ranks_the_obvious_answer_first(tmp_path, system):
    steps = []
    figures = evaluate(
        write_set(tmp_path),
        encoder=HashingEncoder(),
        glossary=Glossary({}),
        system=system,
        progress=lambda step, done, total: steps.append((step, done, total)),
    )
    assert list(figures) == [
        "system",
        "encoder",
        "queries",
        "documents",
        "ndcg@10",
        "recall@10",
        "recall@100",
        "mrr@10",
        "encode_seconds",
        "search_seconds",
        "intervals",
    ]
    assert (figures["system"], figures["encoder"], figures["queries"], figures["documents"]) == (
        system,
        "hashing",
        2,
        4,
    )
    assert (figures["ndcg@10"], figures["recall@10"], figures["recall@100"], figures["mrr@10"]) == (1, 1, 1, 1)
    assert steps[-1] == ("search", 2, 2)
    assert (("encode", 6, 6) in steps) == (system is not System.LEXICAL)
    json.dumps(figures)


def test_another_k_names_its_figures(tmp_path):
    figures = evaluate(write_set(tmp_path), encoder=HashingEncoder(), glossary=Glossary({}), k=3)
    assert {"ndcg@3", "recall@3", "mrr@3", "recall@100"} <= figures.keys()
    assert figures["system"] == "hybrid"


def test_titles_are_part_of_a_document_and_unjudged_queries_are_left_out(tmp_path):
    labelled = read_beir(write_set(tmp_path))
    assert labelled.documents["1"] == "Battery\nSolid battery with ceramic electrolyte"
    assert labelled.documents["4"] == "Laser cutting of steel"
    assert list(labelled.queries) == ["q1", "q2"]
    assert labelled.judgements == {"q1": {"1": 2}, "q2": {"3": 1, "2": 0}}


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"corpus": ["{"]}, "corpus.jsonl, line 1: not JSON"),
        ({"corpus": ["[]"]}, "line 1: expected an object with a string _id"),
        ({"corpus": [{"_id": 7, "text": "x"}]}, "a string _id"),
        ({"corpus": [{"_id": "7", "title": "x"}]}, "expected strings in title, text"),
        ({"corpus": [{"_id": "7", "text": None}]}, "expected strings in title, text"),
        ({"corpus": [*CORPUS, CORPUS[0]]}, "line 5: _id 1 stands there twice"),
        ({"judgements": "q1\t1\n"}, "line 1: expected query-id"),
        ({"judgements": "q1\t1\thigh\n"}, "the score a whole number"),
        ({"judgements": "q9\t1\t1\n"}, "q9 or 1 is in no other file"),
        ({"judgements": "q1\t9\t1\n"}, "q1 or 9 is in no other file"),
        ({"judgements": "query-id\tcorpus-id\tscore\n"}, "no judgement in it"),
        ({"judgements": "query-id\tcorpus-id\tscore\nq1\t1\t0\n"}, "no judgement above 0 in it"),
    ],
)
def test_a_broken_set_is_refused_with_file_and_line(tmp_path, broken, message):
    with pytest.raises(EvaluationSetError, match=message):
        read_beir(write_set(tmp_path, **broken))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EvaluationSetError, match=r"corpus\.jsonl is missing"):
        read_beir(tmp_path)


def test_a_file_that_is_not_text_is_named(tmp_path):
    write_set(tmp_path)
    (tmp_path / "corpus.jsonl").write_bytes(b'{"_id": "\xff"}')
    with pytest.raises(EvaluationSetError, match=r"corpus\.jsonl is not UTF-8"):
        read_beir(tmp_path)


def test_an_unknown_system_is_refused(tmp_path):
    with pytest.raises(ValueError, match="oracle"):
        evaluate(write_set(tmp_path), encoder=HashingEncoder(), glossary=Glossary({}), system="oracle")


def measured(folder, **options):
    return evaluate(write_set(folder), encoder=HashingEncoder(), glossary=Glossary({}), **options)


def without_times(figures):
    if not isinstance(figures, dict):
        return figures
    return {name: without_times(value) for name, value in figures.items() if not name.endswith("_seconds")}


def test_every_mean_lies_in_its_interval_and_is_the_same_on_every_run(tmp_path):
    figures = measured(tmp_path, by_slice=True, legs=True, against={"dense_share": "0.9"})
    for name, bounds in figures["intervals"].items():
        assert bounds["low"] <= figures[name] <= bounds["high"]
    again = measured(tmp_path, by_slice=True, legs=True, against={"dense_share": "0.9"})
    assert without_times(again) == without_times(figures)


def test_both_legs_stand_beside_the_hybrid(tmp_path):
    legs = measured(tmp_path, legs=True)["legs"]
    assert {name: leg["system"] for name, leg in legs.items()} == {"dense": "dense", "lexical": "lexical"}
    for system in legs:
        alone = measured(tmp_path, system=system)
        assert without_times(legs[system]) == without_times(alone)


def test_slices_are_by_language_pair_and_length(tmp_path):
    slices = measured(tmp_path, by_slice=True)["slices"]
    assert list(slices) == [
        "language en-en", "language ko-ko", "query up to 64 word pieces", "document up to 128 word pieces"
    ]  # fmt: skip
    assert [part["queries"] for part in slices.values()] == [1, 1, 2, 2]
    assert all(part["ndcg@10"] == 1 for part in slices.values())


def test_a_setting_compared_with_itself_differs_in_nothing(tmp_path):
    compared = measured(tmp_path, against={})["against"]
    for change in compared["changes"].values():
        assert change == {"change": 0, "interval": {"low": 0, "high": 0}, "p": 1}


def test_another_encoder_is_another_setting(tmp_path):
    compared = measured(tmp_path, other_encoder=HashingEncoder(dimensions=64))["against"]
    assert compared["setting"] == {}
    assert compared["encoder"] == "hashing"


def test_a_setting_is_changed_by_the_names_of_its_parameters():
    setting = Setting(encoder=HashingEncoder())
    changed = setting.changed({"system": "lexical", "headroom": "1.2", "reference_queries": "8"})
    assert changed.system is System.LEXICAL
    assert changed.parameters == MatchParameters(headroom=1.2, reference_queries=8)
    assert changed.effective.dense_share == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sharpness": "1"}, "no parameter sharpness; there are system, dense_share"),
        ({"headroom": "much"}, "much"),
        ({"system": "oracle"}, "oracle"),
    ],
)
def test_a_setting_there_is_not_is_refused(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        measured(tmp_path, against=changes)
