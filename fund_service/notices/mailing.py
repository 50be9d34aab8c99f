"""E-mails: what one with notices says, and the way it takes to the mail server."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from types import TracebackType
from typing import Self
from uuid import UUID

from jinja2 import Environment

from fund_service import locales
from fund_service.notices.showing import Said
from fund_service.settings import MailSecurity, MailServer
from fund_service.templating import make_environment

SECONDS = 10
"""How long the mail server may take for each thing it is asked."""
FOR_GOOD = 500
"""SMTP replies from here on will not change by asking again (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An e-mail before it is written: to whom, about what, and how such e-mails are ended."""

    delivery_id: UUID
    address: str
    name: str
    subject: str
    said: Sequence[Said] = ()
    code: str | None = None
    end_url: str | None = None
    public_url: str = ""


def write(letter: Letter, *, sender: str, at: datetime) -> EmailMessage:
    """Write an e-mail, in plain text and HTML, in the language at hand.

    Its subject is a phrase of ours alone; a header with a line break in it is refused by the library.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = f"[{locales.gettext('Commercialization Fund')}] {letter.subject}"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.delivery_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.end_url is not None:
        message["List-Unsubscribe"] = f"<{letter.end_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_environment().get_template("notices/mail.txt").render(letter=letter))
    message.add_alternative(_environment().get_template("notices/mail.html").render(letter=letter), subtype="html")
    return message


@cache
def _environment() -> Environment:
    return make_environment()


@dataclass(slots=True)
class MailRoute:
    """The way to the mail server, opened with the first e-mail and kept for those that follow."""

    server: MailServer | None
    _open: smtplib.SMTP | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Hand an e-mail over; the server has it when this returns.

        Raises
        ------
        smtplib.SMTPException, OSError
            When it does not take it.
        """
        try:
            if self._open is None:
                self._open = self._connect()
            self._open.send_message(message)
        except (smtplib.SMTPException, OSError):
            self._close()
            raise

    def _connect(self) -> smtplib.SMTP:
        if self.server is None:
            raise smtplib.SMTPNotSupportedError("no mail server is set")
        server = self.server
        if server.security is MailSecurity.TLS:
            route: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
            )
        else:
            route = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        try:
            if server.security is MailSecurity.STARTTLS:
                route.starttls(context=ssl.create_default_context())
            if server.user is not None:
                route.login(server.user, server.password or "")
        except (smtplib.SMTPException, OSError):
            route.close()
            raise
        return route

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def reply_code(error: Exception) -> int | None:
    """Give what the server replied, where it did."""
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return None
