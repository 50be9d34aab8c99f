import pytest

from matching.brief import passages_of
from matching.facts.exclusions import holds, searchable_passages


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("Autonomous weapons for ships", "weapon", True),
        ("Autonomous weapons for ships", "Autonomous  Weapon", True),
        ("Autonomous weapons for ships", "ship weapon", False),
        ("A spectrum analyser", "spec", False),
        ("원자력발전소의 안전 설비", "원자력 발전", True),
        ("원자력 발전 설비", "원자력발전", True),
        ("차세대 기술 개발", "술", False),
        ("전통 술 양조", "술", True),
        ("AI 반도체를 설계한다", "AI반도체", True),
        ("AI로 설계한 반도체", "AI 반도체", False),
        ("SiC 소자 개발", "sic", True),
        ("담배 대체품", "담배", True),
        ("아무 말", "??", False),
        ("아무 말", "", False),
        ("달린다", "달리", False),
        ("", "weapon", False),
    ],
)
def test_an_excluded_phrase_is_found_whatever_its_ending_and_spacing(text, phrase, found):
    assert holds(searchable_passages(passages_of(text)), phrase) is found
