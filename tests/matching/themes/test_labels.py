import numpy as np

from matching.brief import Passage, Wording, passages_of
from matching.language.text import Language
from matching.themes.labels import class_terms
from matching.themes.reading import read


def terms_in(*classes):
    said = [passages for one in classes for passages in one]
    numbers = np.repeat(np.arange(len(classes)), [len(one) for one in classes])
    return class_terms(read(said), numbers, np.arange(len(said)))


def of(*texts):
    return [passages_of(text) for text in texts]


def test_names_use_the_usual_spelling_and_prefer_compounds():
    power = of("SiC power semiconductor", "Power semiconductors on SiC wafers", "SiC power semiconductors, cheap")
    robots = [passages_of("물류 로봇", "cheap robots")] * 3
    one, other = terms_in(power, robots)
    assert one[Language.ENGLISH][:2] == ("power semiconductors", "SiC")
    assert other[Language.KOREAN] == ("물류 로봇",)
    assert "cheap" not in one[Language.ENGLISH]


def test_a_single_class_is_named_by_what_its_texts_share():
    [terms] = terms_in(of(*["graphene film"] * 3))
    assert terms == {Language.ENGLISH: ("graphene film",), Language.KOREAN: ()}


def test_a_generic_word_names_nothing():
    [terms, _] = terms_in(of(*["battery grade lithium hydroxide technology"] * 3), of(*["radar"] * 3))
    assert all("grade" not in term and "technology" not in term for term in terms[Language.ENGLISH])


def test_korean_demand_is_named_in_english_by_its_wordings():
    text = "전고체 전지"
    wording = Wording(start=0, end=6, english=("solid-state battery", "ssb"))
    passage = Passage(language=Language.KOREAN, text=text, pivot=(wording,))
    [terms] = terms_in([(passage,)] * 3)
    assert terms[Language.ENGLISH] == ("solid-state battery",)


def test_a_term_that_two_groups_use_is_never_named():
    said = of(*["graphene film"] * 9)
    reading = read(said)
    classes, groups = np.zeros(9, dtype=np.int64), np.arange(9) % 2
    assert class_terms(reading, classes, groups) == [{Language.KOREAN: (), Language.ENGLISH: ()}]
    assert class_terms(reading, classes, np.arange(9) % 3)[0][Language.ENGLISH] == ("graphene film",)


def test_terms_of_a_name_are_used_by_different_texts():
    said = [*["laser diode with gallium nitride"] * 4, *["micro lens"] * 3, *["radar"] * 3]
    one, _ = terms_in(of(*said[:7]), of(*said[7:]))
    assert "micro lens" in one[Language.ENGLISH][:2]


def test_without_classes_there_are_no_names():
    assert class_terms(read([]), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)) == []


def test_what_is_too_long_to_be_a_word_is_never_named():
    [terms] = terms_in(of(*["x" * 51 + " radar"] * 3))
    assert terms[Language.ENGLISH] == ("radar",)
