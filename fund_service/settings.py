"""Settings: read once from the environment, prefix ``FUND_``, frozen from then on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from models.errors import ValueNotAllowed

ASSETS = Path(__file__).parent / "assets"
"""Front-end assets, installed here from npm at set-up."""


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
    )
