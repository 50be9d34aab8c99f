"""Files that somebody is about to import: held until they have seen what the file would do and said yes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Row


class StagedFile(Row, table=True):
    """A file between its preview and its import; a person's next one for the same import takes its place."""

    __tablename__ = "staged_file"
    __table_args__ = (
        UniqueConstraint("person_id", "operation"),
        CheckConstraint("octet_length(content) BETWEEN 1 AND 10485760", name="content_size"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    operation: str = Field(max_length=100)
    """The import it is for."""
    name: str = Field(max_length=255)
    content: bytes
