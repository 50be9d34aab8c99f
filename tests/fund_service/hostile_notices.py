"""Notices and their deliveries, with a text of one's choice in the one thing that people write of them: an address."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import SQLModel

from fund_service.notices.signing import ending_token
from models.delivery import DeliveryAttempt, DeliveryState, DeliveryWay, NoticeDelivery, Webhook
from models.notice import Notice, NoticeAddress, NoticeKind
from models.person import Person, Role
from models.signal import DemandSignal


def hostile_notices(people: Mapping[Role, Person], signal: DemandSignal, text: str) -> list[SQLModel]:
    """Make the rows, parents before children."""
    hooks, deliveries = [], []
    for role in (Role.PROJECT_TEAM, Role.INVESTOR):
        person = people[role]
        hooks.append(
            Webhook(
                organisation_id=person.organisation_id,
                person_id=person.id,
                url=f"https://{text}",
                kinds=[],
                secret="0" * 44,
            )
        )
        deliveries.append(NoticeDelivery(webhook_id=hooks[-1].id, way=DeliveryWay.PING, state=DeliveryState.DEAD))
    return [
        Notice(
            person_id=people[Role.INVESTOR].id,
            kind=NoticeKind.SIGNAL_MATCHED,
            subject_id=signal.id,
            facts={"count": 1},
        ),
        NoticeAddress(person_id=people[Role.INVESTOR].id, email=people[Role.INVESTOR].email, secret="s" * 64),
        *hooks,
        *deliveries,
        *(DeliveryAttempt(delivery_id=one.id, failure=text[:100], milliseconds=1) for one in deliveries),
    ]


def noticed_identifiers(rows: Sequence[SQLModel], reader: Person) -> dict[str, Any]:
    """Give what stands in the addresses of pages of notices."""
    address = next(row for row in rows if isinstance(row, NoticeAddress))
    return {"ending": ending_token(address.secret, reader.id, NoticeKind.SIGNAL_MATCHED.value)}
