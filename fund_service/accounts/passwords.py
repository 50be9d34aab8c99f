"""Passwords: argon2id, with the library's current parameters."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")
"""Verified for unknown e-mail addresses, so that they take as long as known ones."""


def hash_password(password: str) -> str:
    """Hash a password for storage."""
    return _HASHER.hash(password)


def password_fits(password: str, password_hash: str | None) -> bool:
    """Say whether a password is the stored one; ``None`` (no such account) never fits and takes as long."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None
