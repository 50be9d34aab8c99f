"""Signatures: of what webhooks are sent, as the Standard Webhooks specification says, and of addresses in e-mails."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

PREFIX = "whsec_"
"""What a webhook's secret begins with where people see it."""
MAC_LENGTH = 32


def new_webhook_secret() -> str:
    """Make a secret: base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, moment: datetime, body: bytes) -> str:
    """Sign a message: HMAC-SHA256 over its id, its moment in seconds and its body, with dots between.

    Source: Standard Webhooks specification 1.0.0, "Signature scheme" (symmetric, ``v1``).
    """
    signed = b".".join([message_id.encode(), str(int(moment.timestamp())).encode(), body])
    mac = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def signed_headers(keys: Iterable[str], message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """Give the headers of a message, with a signature for each secret that holds."""
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signature(key, message_id, moment, body) for key in keys),
    }


def new_secret() -> str:
    """Make a person's secret, which signs addresses in e-mails to them."""
    return secrets.token_hex(32)


def ending_token(secret: str, person_id: UUID, what: str) -> str:
    """Make the token under which e-mails of a kind, or a digest, can be ended without signing in."""
    return f"{person_id.hex}.{what}.{_mac(secret, person_id, what)}"


def read_ending_token(token: str) -> tuple[UUID, str, str] | None:
    """Read whose e-mails a token ends, which, and its signature; none: it is no token."""
    owner, _, rest = token.partition(".")
    what, _, mac = rest.partition(".")
    try:
        return UUID(hex=owner), what, mac
    except ValueError:
        return None


def ends(secret: str, person_id: UUID, what: str, mac: str) -> bool:
    """Say whether a token was made by us for this person and this kind."""
    return hmac.compare_digest(_mac(secret, person_id, what).encode(), mac.encode())


def _mac(secret: str, person_id: UUID, what: str) -> str:
    said = f"end e-mails\n{person_id.hex}\n{what}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:MAC_LENGTH]
