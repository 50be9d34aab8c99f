"""What the matcher computes once and keeps: vectors of texts, and the yardstick scores are read against."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Row
from models.clock import UtcDateTime, utc_now


class Embedding(SQLModel, table=True):
    """The vector of one normalised text under one revision of one encoder; computed once, never changed."""

    __tablename__ = "embedding"

    encoder: str = Field(primary_key=True, max_length=200)
    revision: str = Field(primary_key=True, max_length=64)
    text_digest: str = Field(primary_key=True, max_length=64)
    """sha256 of the normalised text, hexadecimal."""
    vector: Any = Field(sa_column=Column(Vector(), nullable=False))
    """Unit length, float32; its dimension is the encoder's."""
    recorded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class StoredYardstick(Row, table=True):
    """Frozen statistics of a corpus (term frequencies, reference quantiles) that give a score its fixed meaning."""

    __tablename__ = "yardstick"
    __table_args__ = (CheckConstraint("documents >= 1", name="documents_from_one"),)

    digest: str = Field(max_length=64, unique=True)
    encoder: str = Field(max_length=200)
    revision: str = Field(max_length=64)
    documents: int
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
