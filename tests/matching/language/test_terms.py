from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.brief import Passage, Wording, passages_of
from matching.language.terms import is_korean, is_syllable_pair, occurrences, stems_of, terms_of
from matching.language.text import Language

KOREAN = "전력반도체의 SiC 소재를 8인치로 개발한다"


def test_english_words_meet_in_their_stems():
    assert stems_of("Batteries, battery_cells: 3.5 V!") == ["batteri", "batteri", "cell", "3", "5", "v"]


def test_korean_nouns_lose_their_particles_and_latin_names_stay():
    [terms] = terms_of(passages_of(KOREAN))
    assert {"전력", "반도체", "소재", "인치"} <= set(terms.nouns)
    assert terms.stems == ["sic", "8"]
    assert "#전력" in terms.pairs
    assert "#체의" in terms.pairs
    assert "#의S" not in terms.pairs


def test_a_term_stands_where_it_is_said_to_stand():
    [passage] = passages_of("😀 " + KOREAN)
    found = occurrences(passage)[Language.KOREAN]
    written = {term: passage.text[start:end] for term, start, end in found}
    assert written["반도체"] == "반도체"
    assert written["sic"] == "SiC"
    assert written["#소재"] == "소재"
    starts = [start for term, start, _ in found if not is_syllable_pair(term)]
    assert starts == sorted(starts)


def counted(passage):
    return {language: Counter(term for term, _, _ in found) for language, found in occurrences(passage).items()}


@pytest.mark.parametrize("text", [KOREAN, "Batteries and cells", "", "가", "ㅋㅋㅋ 그래핀그래핀"])
def test_counting_and_finding_terms_agree(text):
    passage = Passage(language=Language.KOREAN if is_korean(text) else Language.ENGLISH, text=text)
    assert counted(passage) == dict(terms_of([passage])[0].by_language(passage.language))


@given(st.text(alphabet="aA1_-é µ Ⅳİß漢", max_size=30))
def test_any_letters_can_be_counted_and_found(text):
    passage = Passage(language=Language.ENGLISH, text=text)
    assert counted(passage) == dict(terms_of([passage])[0].by_language(passage.language))


def test_english_wordings_stand_where_the_korean_does():
    wording = Wording(start=0, end=5, english=("power semiconductor", "power device"))
    passage = Passage(language=Language.KOREAN, text=KOREAN, pivot=(wording,))
    assert occurrences(passage)[Language.ENGLISH] == [("power", 0, 5), ("semiconductor", 0, 5), ("devic", 0, 5)]
    assert counted(passage) == dict(terms_of([passage])[0].by_language(Language.KOREAN))


def test_many_passages_are_analysed_as_one_by_one():
    passages = passages_of(KOREAN, "Silicon carbide wafers", "수소 저장 용기")
    assert terms_of(passages) == [terms_of([passage])[0] for passage in passages]
