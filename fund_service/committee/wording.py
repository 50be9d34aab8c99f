"""What the committee says in words: a decision with its counts and recusals, for the timeline and the minutes."""

from fund_service.committee.counting import Tally
from fund_service.committee.proceedings import Proceeding
from fund_service.committee.recusals import Recusal
from fund_service.sentences import Named, Sentence, sentence


def decision_words(proceeding: Proceeding, tally: Tally, *, words: str) -> Sentence:
    """Tell a decision on the deal's timeline: the outcome, the count, who was recused and why, the reasoning."""
    outcome, tallied = {"meeting": proceeding.meeting.title, "outcome": proceeding.item.state}, tally_words(tally)
    names = {seat.person_id: seat.name for seat in proceeding.seats}
    recused = [
        sentence("{name} ({reason})", name=names[person_id], reason=recusal_words(recusal))
        for person_id, recusal in proceeding.recused.items()
    ]
    if not recused:
        return sentence("{meeting}: {outcome}. {tally} {words}", **outcome, tally=tallied, words=words)
    return sentence(
        "{meeting}: {outcome}. {tally} Recused: {names}. {words}",
        **outcome,
        tally=tallied,
        names=recused,
        words=words,
    )


def tally_words(tally: Tally) -> Sentence:
    """Say a count in a sentence."""
    return sentence(
        "{votes_for} for, {votes_against} against, {abstentions} abstained; {voted} of {eligible} members not recused "
        "voted.",
        votes_for=tally.votes_for,
        votes_against=tally.votes_against,
        abstentions=tally.abstentions,
        voted=tally.voted,
        eligible=tally.eligible,
    )


def recusal_words(recusal: Recusal) -> Sentence:
    """Say why somebody is recused, and by which party."""
    if recusal.party_ko is None and recusal.party_en is None:
        return sentence("{reason}", reason=recusal.reason)
    return sentence("{reason}: {party}", reason=recusal.reason, party=Named(recusal.party_ko, recusal.party_en))
