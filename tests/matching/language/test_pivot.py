from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seeds
from matching.brief import passages_of, readable_text
from matching.encoding.encoder import HashingEncoder, vectors_of
from matching.explaining.reasons import Explainer
from matching.language.pivot import Glossary, GlossaryError
from matching.language.text import Language
from matching.lexical.index import LexicalIndex
from matching.lexical.weighing import TermWeighing
from tests.matching.makers import TODAY, make_matcher, make_project, make_signal

WORDS = {
    "전해질": ["electrolyte"],
    "고체 전해질": ["solid electrolyte", "solid-state electrolyte"],
    "이차전지": ["secondary battery", "rechargeable battery"],
    "전해액": ["liquid electrolyte"],
    "회로": ["circuit"],
}
GLOSSARY = Glossary(WORDS)
FILES = sorted((Path(seeds.__file__).parent / "glossary").glob("*.tsv"))


def worded(*texts):
    [passages] = GLOSSARY.pivoted([passages_of(*texts)])
    return passages


def said(*texts):
    return [passage.text[word.start : word.end] for passage in worded(*texts) for word in passage.pivot]


def brief_of(make, key, text):
    return make(key, text) if text.isascii() else make_with(make(key), worded(text))


def make_with(brief, passages):
    return type(brief)(
        **{name: getattr(brief, name) for name in brief.__slots__ if name != "passages"}, passages=passages
    )


def test_the_longest_term_is_put_into_english_whatever_its_spacing():
    assert said("이차전지용 고체전해질을 찾습니다") == ["이차전지", "고체전해질"]
    assert said("고체 전해질 소재") == ["고체 전해질"]
    [passage] = worded("이차전지용 고체전해질을 찾습니다")
    assert passage.in_english == "secondary battery solid electrolyte"


def test_terms_that_an_analyser_breaks_apart_are_found():
    assert said("새로운 전해액을 사용하는 전지") == ["전해액"]
    assert said("저전력 회로를 설계") == ["회로"]


def test_latin_names_go_along_in_their_place():
    [passage] = worded("SiC 기반 회로를 찾습니다")
    assert passage.in_english == "SiC circuit"


def test_a_brief_that_says_as_much_in_english_is_left_as_it_is():
    english = "Solid electrolytes for rechargeable batteries, ready for mass production"
    assert worded("고체 전해질과 이차전지", english) == passages_of("고체 전해질과 이차전지", english)
    assert worded("고체 전해질과 이차전지", "Electrolytes")[0].pivot


def test_english_alone_is_never_touched():
    assert worded("A solid electrolyte") == passages_of("A solid electrolyte")


def test_an_english_model_reads_the_english_wordings_and_no_hangul():
    passages = worded("이차전지용 고체전해질을 찾습니다", "Cells")
    assert readable_text(passages, frozenset({Language.ENGLISH})) == "secondary battery solid electrolyte\nCells"
    assert readable_text(passages_of("이차전지"), frozenset({Language.ENGLISH})) is None


@given(
    st.lists(
        st.sampled_from(["이차전지", "고체 전해질", "전해질", "회로를", "및", "SiC", "찾습니다", "ㅋ", "!"]),
        max_size=12,
    )
)
def test_wordings_lie_within_the_text_one_after_another(words):
    for passage in worded(" ".join(words)):
        ends = [0]
        for wording in passage.pivot:
            assert ends[-1] <= wording.start < wording.end <= len(passage.text)
            ends.append(wording.end)


def test_a_korean_signal_finds_the_english_project_that_says_the_same():
    projects = [
        brief_of(make_project, "a", "A solid electrolyte for rechargeable batteries"),
        brief_of(make_project, "b", "Welding robots for shipyards"),
    ]
    signal = brief_of(make_signal, "s", "이차전지용 고체전해질을 찾습니다")
    matcher = make_matcher(*projects)
    [found] = matcher.match([signal], vectors_of([signal], HashingEncoder(dimensions=64)), today=TODAY)
    assert [pair.project_key for pair in found.eligible] == ["a"]
    reasons = Explainer(matcher).explain(signal, projects[0], found.eligible[0], today=TODAY)
    [term] = [term for term in reasons.terms if term.signal[0].text == "고체전해질"]
    assert [span.text for span in term.project] == ["solid", "electrolyte"]
    assert sum(term.share for term in reasons.terms) == pytest.approx(1)


def test_more_wordings_of_a_term_ask_for_no_more():
    """Whichever alternative a project uses, the answer is worth what it is worth to a term with that wording alone."""
    project = make_project("a", "A rechargeable battery")
    matcher = make_matcher(project, make_project("b", "Welding robots"), make_project("c", "A secondary school"))
    weighing = TermWeighing(matcher.yardstick.statistics, matcher.parameters)
    index = LexicalIndex.build([project], weighing)
    both, one = (
        index.queries(
            [make_with(make_signal("s"), Glossary({"이차전지": english}).pivoted([passages_of("이차전지")])[0])]
        )
        for english in (["rechargeable battery", "secondary battery"], ["rechargeable battery"])
    )
    assert both.worth[Language.ENGLISH][0] == pytest.approx(one.worth[Language.ENGLISH][0])


class TestReading:
    def test_a_file_is_read(self, tmp_path):
        path = tmp_path / "terms.tsv"
        path.write_text("korean\tenglish\n고체 전해질\tsolid electrolyte|solid-state electrolyte\n", encoding="utf-8")
        glossary = Glossary.read([path])
        assert len(glossary) == 1
        assert glossary.digest != GLOSSARY.digest

    @pytest.mark.parametrize(
        "line", ["전해질", "전해질\t", "\telectrolyte", "전해질\telectrolyte|", "전해질\t전해질", "전해질\ta\tb"]
    )
    def test_a_line_that_says_nothing_is_named(self, tmp_path, line):
        path = tmp_path / "terms.tsv"
        path.write_text(f"korean\tenglish\n{line}\n", encoding="utf-8")
        with pytest.raises(GlossaryError, match=r"terms\.tsv, line 2"):
            Glossary.read([path])

    def test_a_term_stands_there_once(self, tmp_path):
        path = tmp_path / "terms.tsv"
        path.write_text("고체 전해질\tsolid electrolyte\n고체전해질\tsolid electrolyte\n", encoding="utf-8")
        with pytest.raises(GlossaryError, match="was there before"):
            Glossary.read([path])

    def test_our_own_glossary_is_whole(self):
        assert len(Glossary.read(FILES)) >= 1_500
        assert len(FILES) == 13
