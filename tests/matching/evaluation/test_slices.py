from matching.brief import passages_of, text_project, text_signal
from matching.encoding.encoder import HashingEncoder
from matching.evaluation.slices import slices_of
from matching.language.text import Language


class English(HashingEncoder):
    """Reads English, 200 words of it."""

    languages = frozenset({Language.ENGLISH})
    max_tokens = 200


QUERIES = [
    text_signal("ko", passages_of("수소 연료전지 스택 소재 기술")),
    text_signal("en", passages_of("hydrogen " * 70)),
    text_signal("both", passages_of("수소", "hydrogen storage vessels")),
]
DOCUMENTS = [
    text_project("short", passages_of("hydrogen fuel cell")),
    text_project("long", passages_of("hydrogen " * 150)),
    text_project("over", passages_of("hydrogen " * 250)),
    text_project("korean", passages_of("수소 연료전지")),
    text_project("unwanted", passages_of("laser")),
    text_project("silent", ()),
]
JUDGED = {
    "ko": {"short": 1, "korean": 2, "unwanted": 0},
    "en": {"long": 1, "over": 1},
    "both": {"short": 1, "silent": 1},
}


def slices():
    return {part.name: part.judgements for part in slices_of(QUERIES, DOCUMENTS, JUDGED, English())}


def test_languages_are_those_of_query_and_document():
    found = slices()
    assert found["language ko-en"] == {"ko": {"short": 1}}
    assert found["language ko-ko"] == {"ko": {"korean": 2}}
    assert found["language en-en"] == {"en": {"long": 1, "over": 1}, "both": {"short": 1}}
    assert found["language en-ko"] == {"both": {"silent": 1}}


def test_lengths_are_counted_in_what_the_model_reads():
    found = slices()
    assert found["query unread"] == {"ko": {"short": 1, "korean": 2}}
    assert found["query up to 64 word pieces"] == {"both": {"short": 1, "silent": 1}}
    assert found["query 65 to 200 word pieces"] == {"en": {"long": 1, "over": 1}}
    assert found["document up to 128 word pieces"] == {"ko": {"short": 1}, "both": {"short": 1}}
    assert found["document 129 to 200 word pieces"] == {"en": {"long": 1}}
    assert found["document over 200 word pieces"] == {"en": {"over": 1}}
    assert found["document unread"] == {"ko": {"korean": 2}, "both": {"silent": 1}}


def test_every_relevant_pair_is_in_one_slice_of_each_kind():
    for kind in ("language", "query", "document"):
        pairs = [
            (query, document)
            for name, judgements in slices().items()
            if name.startswith(kind)
            for query, gains in judgements.items()
            for document in gains
        ]
        relevant = [(query, document) for query, gains in JUDGED.items() for document, gain in gains.items() if gain]
        assert sorted(pairs) == sorted(relevant)
