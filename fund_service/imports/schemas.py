"""What an import is asked for and what it answers."""

from dataclasses import dataclass
from enum import StrEnum


class ImportKind(StrEnum):
    """What the rows of a file are."""

    PROJECTS = "projects"
    """R&D projects (연구개발과제)."""
    SIGNALS = "signals"
    """Demand signals (수요신호)."""
    ORGANISATIONS = "organisations"
    """Organisations (기관)."""
    DEALS = "deals"
    """Deals (투자건): facts and terms; never a stage that the committee or the ledger decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What one import did, or would have done in a dry run."""

    kind: ImportKind
    mapping: str
    """Name of the mapping used: a preset, a mapping file, or ``own`` for the service's own format."""
    added: int
    changed: int
    unchanged: int
    notices: tuple[str, ...]
    """Sentences about what was read otherwise than it stands in the file, or not at all."""
