"""What minutes say in words, the same in every file."""

from fund_service import locales
from fund_service.committee.recusals import Recusal
from fund_service.committee.schemas import ItemView, MeetingView, MemberView
from fund_service.committee.wording import recusal_words
from models.committee import ItemState, MeetingState


def minutes_title(view: MeetingView) -> str:
    """Give the title, which says so where the meeting is not over."""
    if view.state is MeetingState.CLOSED:
        return locales.gettext("Minutes of the investment committee")
    return locales.gettext("Minutes of the investment committee (draft)")


def item_title(item: ItemView) -> str:
    """Name the deal of an item."""
    return locales.pick(item.deal.title_ko, item.deal.title_en)


def share(basis_points: int) -> str:
    """Say a share in percent, exactly."""
    return f"{basis_points // 100}.{basis_points % 100:02d} %"


def attendance(item: ItemView, member: MemberView) -> str:
    """Say whether a member took part in an item."""
    if member.recusal is not None:
        return locales.gettext("recused")
    if member.voted:
        return locales.gettext("voted")
    return locales.gettext("has not voted yet") if item.state is ItemState.PENDING else locales.gettext("did not vote")


def recusal_line(member: MemberView) -> str:
    """Say why a member is recused; nothing for others."""
    if member.recusal is None:
        return ""
    return recusal_words(Recusal(member.recusal.reason, member.recusal.party_ko, member.recusal.party_en))


def decision_line(item: ItemView) -> str:
    """Say what became of an item; a decision that was voided later is shown as such."""
    return locales.label(item.state)


def count_line(item: ItemView) -> str:
    """Say how the votes fell, or how many there are while they are hidden."""
    tally = item.tally
    if tally.votes_for is None:
        return locales.gettext("{voted} of {eligible} members not recused voted; {needed} make the quorum.").format(
            voted=tally.voted, eligible=tally.eligible, needed=tally.needed
        )
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
