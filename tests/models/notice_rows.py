"""One valid row of every table of notices, and what breaks each of their CHECKs."""

from datetime import date

from sqlmodel import SQLModel

from models.delivery import DeliveryAttempt, DeliveryNotice, DeliveryWay, NoticeDelivery, Webhook
from models.notice import Notice, NoticeAddress, NoticeChoice, NoticeKind, NoticeWay
from models.organisation import Organisation
from models.person import Person

NOTICE_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_delivery_attempt_code_range": ("code = 99", "code = 1000"),
    "ck_delivery_attempt_milliseconds_not_negative": ("milliseconds = -1",),
    "ck_notice_address_code_for_a_while": ("code_digest = NULL", "code_until = NULL"),
    "ck_notice_address_tries_range": ("tries = -1", "tries = 6"),
    "ck_notice_delivery_attempts_range": ("attempts = -1", "attempts = 8"),
    "ck_notice_delivery_digest_of_a_day": ("period = NULL",),
    "ck_notice_delivery_left_out_not_negative": ("left_out = -1",),
    "ck_notice_delivery_sent_at_a_moment": ("state = 'sent'", "sent_at = now()"),
    "ck_notice_delivery_to_one": ("person_id = NULL",),
    "ck_notice_delivery_way_of_its_receiver": ("way = 'ping', period = NULL",),
    "ck_notice_facts_by_name": ("facts = '[]'",),
    "ck_notice_key_not_empty": ("key = ''",),
    "ck_webhook_old_secret_for_a_while": ("old_secret = 's'", "old_secret_until = now()"),
    "ck_webhook_stopped_for_a_reason": ("stopped_at = now()", "stopped_because = 'gone'"),
    "ck_webhook_url_scheme": ("url = 'ftp://example.org'",),
}


def notice_rows(organisation: Organisation, person: Person) -> list[SQLModel]:
    """Make the rows, parents before children."""
    notice = Notice(person_id=person.id, kind=NoticeKind.WORK_DUE, subject_id=person.id, facts={"n": 1}, key="k")
    delivery = NoticeDelivery(person_id=person.id, way=DeliveryWay.DAILY, period=date(2026, 11, 23))
    return [
        notice,
        NoticeChoice(person_id=person.id, kind=NoticeKind.WORK_DUE, way=NoticeWay.DAILY),
        NoticeAddress(
            person_id=person.id, email=person.email, secret="0" * 44, code_digest="d", code_until=person.recorded_at
        ),
        Webhook(
            organisation_id=organisation.id, person_id=person.id, url="https://example.org/", kinds=[], secret="0" * 44
        ),
        delivery,
        DeliveryNotice(notice_id=notice.id, receiver_id=person.id, delivery_id=delivery.id),
        DeliveryAttempt(delivery_id=delivery.id, milliseconds=1),
    ]
