"""Letters: what an e-mail of a delivery says to its receiver, in their language."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.notices.mailing import Letter
from fund_service.notices.showing import say
from fund_service.notices.signing import ending_token
from fund_service.settings import Settings
from models.delivery import DeliveryWay, NoticeDelivery
from models.notice import Notice, NoticeAddress


@contextmanager
def letter_of(
    delivery: NoticeDelivery, caller: Caller, notices: Sequence[Notice], *, proved: NoticeAddress, settings: Settings
) -> Iterator[Letter]:
    """Give the letter of a delivery; inside, what is said is said in its receiver's language."""
    what = delivery.way.value if delivery.way is not DeliveryWay.AT_ONCE else notices[0].kind.value
    with locales.speaking(caller.language):
        yield Letter(
            delivery_id=delivery.id,
            address=caller.email,
            name=caller.name,
            subject=_subject(delivery, notices),
            said=[say(notice) for notice in notices],
            code=delivery.code,
            end_url=None
            if delivery.way is DeliveryWay.CODE
            else f"{settings.public_url}/notices/ending/{quote(ending_token(proved.secret, caller.person_id, what))}",
            public_url=settings.public_url,
        )


def _subject(delivery: NoticeDelivery, notices: Sequence[Notice]) -> str:
    """Say what an e-mail is about by the kind alone: a subject is shown on locked screens and in logs."""
    if delivery.way is DeliveryWay.CODE:
        return locales.gettext("Your code for e-mails")
    if delivery.way is DeliveryWay.AT_ONCE:
        return locales.label(notices[0].kind)
    return locales.gettext("Your notices: {count}").format(count=len(notices))
