"""What a webhook is sent: identifiers, numbers, the moment and links; no texts, whoever wrote them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fund_service.notices.kinds import path_of
from fund_service.settings import Settings
from models.delivery import DeliveryWay, NoticeDelivery, Webhook
from models.notice import Notice


def body_of(delivery: NoticeDelivery, notices: Sequence[Notice], *, settings: Settings) -> bytes:
    """Write the body of a request; the same at each try, so that its receiver may compare."""
    said: dict[str, Any] = {"id": str(delivery.id)}
    if delivery.way is DeliveryWay.PING:
        said |= {"type": "ping", "timestamp": delivery.recorded_at.isoformat(), "data": {}}
    else:
        (notice,) = notices
        said |= {
            "type": notice.kind.value,
            "timestamp": notice.recorded_at.isoformat(),
            "data": {
                "notice_id": str(notice.id),
                "subject_id": str(notice.subject_id),
                "facts": notice.facts,
                "links": {"page": settings.public_url + path_of(notice.kind, notice.subject_id, notice.facts)},
            },
        }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def secrets_of(hook: Webhook, *, at: datetime) -> list[str]:
    """Give the secrets that sign at a moment: the present one, and for a day the one it replaced."""
    if hook.old_secret is not None and hook.old_secret_until is not None and at < hook.old_secret_until:
        return [hook.secret, hook.old_secret]
    return [hook.secret]
