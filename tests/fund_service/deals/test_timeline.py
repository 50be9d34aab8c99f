"""What happened is told to every reader in their own language; what people wrote stays as they wrote it."""

import pytest
from sqlmodel import Session, select

from fund_service import locales
from fund_service.deals.timeline import record_activity
from fund_service.sentences import Krw, Named, Sentence, say, sentence
from models.clock import utc_now
from models.instruction import InstructionKind, InstructionState
from models.person import PreferredLanguage
from models.timeline import ActivityKind, DealActivity

pytestmark = pytest.mark.usefixtures("reference_data")

ENGLISH, KOREAN = PreferredLanguage.ENGLISH, PreferredLanguage.KOREAN


def told(client, deal_id):
    return [item["words"] for item in client.get(f"/deals/{deal_id}").json()["items"]]


def test_a_deal_told_to_be_another_is_named_in_the_readers_language(manager, english, said, read):
    first = manager.post("/deals", json=said | {"title_en": "Hydrogen tanks"}).json()["deal"]["id"]
    second = manager.post("/deals", json=said | {"distinct_from": [first]}).json()["deal"]["id"]
    assert told(manager, second)[0] == "검토 결과 수소 저장 용기 양산 투자건과는 다른 투자건입니다."
    assert told(english, second)[0] == "Looked at, and another one than Hydrogen tanks."
    [stored] = read.exec(select(DealActivity).where(DealActivity.subject_id == first))
    assert stored.facts == {"deal": {"ko": "수소 저장 용기 양산", "en": "Hydrogen tanks"}}


def test_what_the_service_says_of_money_is_said_to_each_reader(manager, english, make_deal, database, read):
    deal = make_deal()
    words = sentence(
        "{kind}, {amount}: {state}",
        kind=InstructionKind.DEAL_COMMITMENT,
        amount=Krw(5 * 10**9),
        state=InstructionState.PENDING,
    )
    with Session(database) as session:
        record_activity(session, deal.id, ActivityKind.MONEY, person_id=None, words=words, at=utc_now())
        session.commit()
    [korean], [in_english] = told(manager, deal.id), told(english, deal.id)
    assert korean == words
    assert "50억원" in korean
    assert "KRW 5 billion" in in_english
    assert not any("가" <= letter <= "힣" for letter in in_english)


def test_what_people_wrote_is_never_changed(manager, english, make_deal):
    deal = make_deal()
    text = "{amount} is no place to fill, and %s neither"
    assert manager.post(f"/deals/{deal.id}/diligence/notes", json={"text": text}).status_code == 201
    assert told(english, deal.id) == told(manager, deal.id) == [text]


def test_what_was_told_before_facts_were_kept_stays_as_it_was_told(manager, english, make_deal, store):
    deal = make_deal()
    store(DealActivity(deal_id=deal.id, kind=ActivityKind.MONEY, words="약정, 50억원: 대기"))
    assert told(english, deal.id) == told(manager, deal.id) == ["약정, 50억원: 대기"]


def test_a_merge_and_its_undoing_are_told_in_both_languages(manager, english, make_deal):
    kept, merged = make_deal(), make_deal()
    body = {"into_id": str(kept.id), "words": "같은 기업이다."}
    assert manager.post(f"/deals/{merged.id}/merge", json=body, headers={"If-Match": '"1"'}).status_code == 200
    assert manager.post(f"/deals/{merged.id}/merge/undo", headers={"If-Match": '"2"'}).status_code == 200
    assert told(manager, kept.id) == ["병합을 되돌렸습니다.", "같은 기업이다."]
    assert told(english, kept.id) == ["The merge was undone.", "같은 기업이다."]


def test_a_sentence_is_text_and_knows_what_it_was_made_of():
    inner = sentence("{reason}: {party}", reason=InstructionState.POSTED, party=Named(None, "Garam {x}"))
    whole = sentence("{position}. {milestone}: {parts}", position=2, milestone="{parts}", parts=[inner, "끝"])
    assert isinstance(whole, Sentence)
    assert whole.endswith("Garam {x}, 끝")
    assert whole.startswith("2. {parts}: ")
    for language in PreferredLanguage:
        with locales.speaking(language):
            assert say(whole.template, whole.facts) == sentence(
                "{position}. {milestone}: {parts}", position=2, milestone="{parts}", parts=[inner, "끝"]
            )
    with locales.speaking(ENGLISH):
        in_english = say(whole.template, whole.facts)
    with locales.speaking(KOREAN):
        assert say(whole.template, whole.facts) != in_english
