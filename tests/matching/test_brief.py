from matching.brief import passages_of, readable_text, texts_in
from matching.language.text import Language

ENGLISH = frozenset({Language.ENGLISH})


def test_passages_are_normalised_told_apart_and_named_once():
    passages = passages_of(" 수소  연료전지 ", None, "", "Fuel cell", "Fuel  cell", "\u200b")
    assert [(passage.language, passage.text) for passage in passages] == [
        (Language.KOREAN, "수소 연료전지"),
        (Language.ENGLISH, "Fuel cell"),
    ]


def test_an_english_encoder_is_never_given_hangul():
    passages = passages_of("수소 연료전지", "Fuel cell", "Stack")
    assert readable_text(passages, ENGLISH) == "Fuel cell\nStack"
    assert readable_text(passages_of("수소 연료전지"), ENGLISH) is None
    assert readable_text(passages, frozenset(Language)) == "수소 연료전지\nFuel cell\nStack"


def test_texts_are_picked_by_language():
    assert texts_in(passages_of("수소", "Fuel cell"), Language.KOREAN) == ["수소"]
