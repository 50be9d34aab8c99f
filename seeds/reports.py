"""What a load did, counted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """Rows added, changed and left as they were; reports of several tables add up."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "SeedReport") -> "SeedReport":
        return SeedReport(
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )

    def __str__(self) -> str:
        """Say the counts in the words of every import."""
        return f"added {self.added}, changed {self.changed}, unchanged {self.unchanged}"


ADDED = SeedReport(added=1)
"""One row was new."""
CHANGED = SeedReport(changed=1)
"""One row said something else before."""
UNCHANGED = SeedReport(unchanged=1)
"""One row said the same already."""
