"""The organisations and ownership groups that rows of a file may name, by every name they are known under."""

import re
import unicodedata
from collections import defaultdict
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from fund_service.imports.faults import NotUnderstood
from models.identity import new_id
from models.organisation import OwnershipGroup


def name_key(name: str) -> str:
    """Give the form in which names of organisations are compared: compatibility forms, case and blanks folded."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class OrganisationDirectory:
    """All recorded organisations and those that the file brings along."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str], UUID] = {}
        self._by_external_id: dict[str, set[UUID]] = defaultdict(set)
        self._by_number: dict[str, UUID] = {}
        self._by_id: dict[str, set[UUID]] = {}
        self._by_name: dict[str, set[UUID]] = defaultdict(set)

    @classmethod
    def read(cls, session: Session) -> "OrganisationDirectory":
        """Read every organisation."""
        directory = cls()
        table = SQLModel.metadata.tables["organisation"].c
        columns = (table.id, table.source, table.external_id, table.registration_number, table.name_ko, table.name_en)
        for row in session.execute(sa.select(*columns)):
            directory.add(row[0], source=row[1], external_id=row[2], number=row[3], names=row[4:])
        return directory

    def add(
        self,
        organisation: UUID,
        *,
        source: str,
        external_id: str | None,
        number: str | None,
        names: tuple[str | None, ...],
    ) -> None:
        """Enter an organisation under all its names."""
        self._by_id[str(organisation)] = {organisation}
        if external_id:
            self._by_key[source, external_id] = organisation
            self._by_external_id[external_id].add(organisation)
        if number:
            self._by_number[number] = organisation
        for name in names:
            if name:
                self._by_name[name_key(name)].add(organisation)

    def recorded(self, source: str, external_id: str, *, number: str | None) -> UUID | None:
        """Find an organisation by its natural key, else by its registration number."""
        return self._by_key.get((source, external_id)) or (self._by_number.get(number) if number else None)

    def find(self, name: str, *, source: str) -> UUID:
        """Find the one organisation that a cell names by external id, id, registration number or name.

        Raises
        ------
        NotUnderstood
            When none or several are so called.
        """
        number = re.sub(r"[\s-]", "", name)
        candidates = (
            {self._by_key[source, name]} if (source, name) in self._by_key else set(),
            self._by_external_id.get(name, set()),
            self._by_id.get(name, set()),
            {self._by_number[number]} if number in self._by_number else set(),
            self._by_name.get(name_key(name), set()),
        )
        found = next((some for some in candidates if some), None)
        if found is None:
            raise NotUnderstood("expected a recorded organisation, by external id, registration number or name")
        if len(found) > 1:
            raise NotUnderstood("several organisations are so called; expected a registration number")
        return next(iter(found))

    def called(self, organisation: UUID, *names: str | None, source: str) -> str:
        """Give the first of its names under which a file of a source finds an organisation again, else its id."""
        for name in names:
            try:
                if name and self.find(name, source=source) == organisation:
                    return name
            except NotUnderstood:
                continue
        return str(organisation)


class NewGroup(NamedTuple):
    """An ownership group that a file names and that is not recorded yet."""

    id: UUID
    name: str
    source: str


class GroupDirectory:
    """All recorded ownership groups by name, and those that the file brings along."""

    def __init__(self) -> None:
        self._by_name: dict[str, set[UUID]] = defaultdict(set)
        self.newcomers: list[NewGroup] = []
        """Groups to be written before their organisations; the caller writes and clears them."""

    @classmethod
    def read(cls, session: Session) -> "GroupDirectory":
        """Read every group."""
        directory = cls()
        for row in session.execute(select(OwnershipGroup.id, OwnershipGroup.name_ko, OwnershipGroup.name_en)):
            for name in row[1:]:
                if name:
                    directory._by_name[name_key(name)].add(row[0])
        return directory

    def resolve(self, name: str, *, source: str) -> UUID:
        """Find the group of a name, or announce a new one.

        Raises
        ------
        NotUnderstood
            When several groups are so called.
        """
        found = self._by_name[name_key(name)]
        if len(found) > 1:
            raise NotUnderstood("several ownership groups are so called; expected one of another name")
        if not found:
            group = NewGroup(new_id(), name, source)
            self.newcomers.append(group)
            found.add(group.id)
        return next(iter(found))
