"""Settings: read once from the environment, prefix ``FUND_``, frozen from then on."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path

from platformdirs import user_data_path

from models.errors import ValueNotAllowed

ASSETS = Path(__file__).parent / "assets"
"""Front-end assets, installed here from npm at set-up."""


SENDER = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
MAX_PORT = 65_535


class MailSecurity(StrEnum):
    """How the way to the mail server is protected."""

    NONE = "none"
    """Not at all: a server on this machine or within a closed network."""
    STARTTLS = "starttls"
    """Begun in the open and then over TLS, usually on port 587; refused where the server offers no TLS."""
    TLS = "tls"
    """Over TLS from the first byte, usually on port 465."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The SMTP server that notices are sent through."""

    host: str
    """``FUND_SMTP_HOST``."""
    sender: str
    """``FUND_SMTP_SENDER``: the address that e-mails come from."""
    security: MailSecurity = MailSecurity.STARTTLS
    """``FUND_SMTP_SECURITY``: starttls (unless said otherwise), tls or none."""
    port: int = 587
    """``FUND_SMTP_PORT``; none: 587, 465 over TLS, 25 in the open."""
    user: str | None = None
    """``FUND_SMTP_USER``; none: the server asks for nobody."""
    password: str | None = field(default=None, repr=False)
    """``FUND_SMTP_PASSWORD``."""


STANDARD_PORTS = {MailSecurity.NONE: 25, MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides."""

    home: Path
    """``FUND_HOME``: where the embedded database and caches live."""
    database_url: str | None
    """``FUND_DATABASE_URL``: a PostgreSQL cluster to use instead of the embedded one."""
    encoder: str | None
    """``FUND_ENCODER``: path or name of a sentence-transformers model on this machine; none: the one shipped."""
    public_url: str
    """``FUND_PUBLIC_URL``: how browsers reach the service; https turns on Secure cookies, __Host- names and HSTS."""
    threads: int | None = None
    """``FUND_THREADS``: processors that encoding and matching may use at a time; none: all. Changes no result; where
    several workers share a machine, what they add up to should be what it has."""

    mail: MailServer | None = None
    """Where e-mails go; none: nothing is e-mailed, and nobody is offered it."""
    webhook_networks: tuple[str, ...] = ()
    """``FUND_WEBHOOK_NETWORKS``: private networks, by commas, that webhooks may reach, without TLS too; none: public
    addresses over https alone."""

    @property
    def secure(self) -> bool:
        """Whether browsers reach the service over TLS."""
        return self.public_url.startswith("https://")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises
    ------
    ValueNotAllowed
        When a value cannot mean anything.
    """
    database_url = environment.get("FUND_DATABASE_URL") or None
    if database_url and not database_url.startswith("postgresql+psycopg://"):
        raise ValueNotAllowed(
            "FUND_DATABASE_URL must start with postgresql+psycopg:// ; no other database is supported.",
            field="FUND_DATABASE_URL",
        )
    public_url = environment.get("FUND_PUBLIC_URL") or "http://127.0.0.1:8000"
    if not public_url.startswith(("http://", "https://")):
        raise ValueNotAllowed("FUND_PUBLIC_URL must start with http:// or https:// .", field="FUND_PUBLIC_URL")
    threads = environment.get("FUND_THREADS") or None
    if threads and (not threads.isdecimal() or int(threads) == 0):
        raise ValueNotAllowed("FUND_THREADS must be a whole number from 1.", field="FUND_THREADS")
    home = environment.get("FUND_HOME")
    return Settings(
        home=Path(home).expanduser().resolve() if home else user_data_path("fund-service"),
        database_url=database_url,
        encoder=environment.get("FUND_ENCODER") or None,
        public_url=public_url.rstrip("/"),
        threads=int(threads) if threads else None,
        mail=_read_mail_server(environment),
        webhook_networks=_read_networks(environment.get("FUND_WEBHOOK_NETWORKS") or ""),
    )


def _read_mail_server(environment: Mapping[str, str]) -> MailServer | None:
    host = environment.get("FUND_SMTP_HOST")
    if not host:
        return None
    said = environment.get("FUND_SMTP_SECURITY") or MailSecurity.STARTTLS.value
    if said not in set(MailSecurity):
        raise ValueNotAllowed("FUND_SMTP_SECURITY must be starttls, tls or none.", field="FUND_SMTP_SECURITY")
    security = MailSecurity(said)
    port = environment.get("FUND_SMTP_PORT") or str(STANDARD_PORTS[security])
    if not port.isdecimal() or not 1 <= int(port) <= MAX_PORT:
        raise ValueNotAllowed("FUND_SMTP_PORT must be a port from 1 to 65535.", field="FUND_SMTP_PORT")
    sender = environment.get("FUND_SMTP_SENDER") or ""
    if SENDER.fullmatch(sender) is None:
        raise ValueNotAllowed("FUND_SMTP_SENDER must be an e-mail address.", field="FUND_SMTP_SENDER")
    return MailServer(
        host=host,
        sender=sender,
        security=security,
        port=int(port),
        user=environment.get("FUND_SMTP_USER") or None,
        password=environment.get("FUND_SMTP_PASSWORD") or None,
    )


def _read_networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueNotAllowed(
            "FUND_WEBHOOK_NETWORKS must be networks such as 10.0.0.0/8, by commas.", field="FUND_WEBHOOK_NETWORKS"
        ) from error
