"""What the committee says in words: a decision with its counts and recusals, for the timeline and the minutes."""

from fund_service import locales
from fund_service.committee.counting import Tally
from fund_service.committee.proceedings import Proceeding
from fund_service.committee.recusals import Recusal


def decision_words(proceeding: Proceeding, tally: Tally, *, words: str) -> str:
    """Tell a decision on the deal's timeline: the outcome, the count, who was recused and why, the reasoning."""
    sentences = [f"{proceeding.meeting.title}: {locales.label(proceeding.item.state)}.", tally_words(tally)]
    names = {seat.person_id: seat.name for seat in proceeding.seats}
    recused = [f"{names[person_id]} ({recusal_words(recusal)})" for person_id, recusal in proceeding.recused.items()]
    if recused:
        sentences.append(locales.gettext("Recused: {names}.").format(names=", ".join(recused)))
    return " ".join([*sentences, words])


def tally_words(tally: Tally) -> str:
    """Say a count in a sentence."""
    return locales.gettext(
        "{votes_for} for, {votes_against} against, {abstentions} abstained; {voted} of {eligible} members not recused "
        "voted."
    ).format(
        votes_for=tally.votes_for,
        votes_against=tally.votes_against,
        abstentions=tally.abstentions,
        voted=tally.voted,
        eligible=tally.eligible,
    )


def recusal_words(recusal: Recusal) -> str:
    """Say why somebody is recused, and by which party."""
    party = locales.pick(recusal.party_ko, recusal.party_en)
    reason = locales.label(recusal.reason)
    return f"{reason}: {party}" if party else reason
