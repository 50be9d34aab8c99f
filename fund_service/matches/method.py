"""The method in use: encoder, parameters and yardstick together give a score its meaning."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, select

from fund_service.matches.glossary import glossary
from matching.encoding.encoder import Encoder
from matching.language.passages import WINDOWS
from matching.parameters import MatchParameters
from models.embedding import StoredYardstick


@dataclass(frozen=True, slots=True)
class MatchMethod:
    """What scores are made with; equal digests make comparable scores."""

    encoder: str
    revision: str
    """Of the encoder, and of how long texts are cut for it: what stored vectors depend on."""
    parameters: MatchParameters
    glossary: str
    """Digest of the glossary through which Korean meets English."""

    @classmethod
    def of(cls, encoder: Encoder) -> "MatchMethod":
        """Name the method that uses an encoder with the parameters in force."""
        return cls(encoder.name, f"{encoder.revision}.{WINDOWS}", MatchParameters(), glossary().digest)

    def stored_yardstick(self, session: Session) -> StoredYardstick | None:
        """Read the newest yardstick of this encoder, if any was fitted."""
        return session.exec(
            select(StoredYardstick)
            .where(StoredYardstick.encoder == self.encoder, StoredYardstick.revision == self.revision)
            .order_by(col(StoredYardstick.recorded_at).desc())
            .limit(1)
        ).first()

    def digest(self, session: Session) -> str | None:
        """Give the digest of the method as it stands; ``None`` before anything was matched with this encoder."""
        found = session.exec(
            select(StoredYardstick.digest)
            .where(StoredYardstick.encoder == self.encoder, StoredYardstick.revision == self.revision)
            .order_by(col(StoredYardstick.recorded_at).desc())
            .limit(1)
        ).first()
        return None if found is None else self.digest_with(found)

    def digest_with(self, yardstick_digest: str) -> str:
        """Give the digest of the method with a certain yardstick."""
        parts = (self.encoder, self.revision, self.parameters.digest, self.glossary, yardstick_digest)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def described(self) -> dict[str, Any]:
        """Give the parameters as a match run records them."""
        return asdict(self.parameters)
