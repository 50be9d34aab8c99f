"""Counting votes: quorum and majority by exact comparison of whole numbers, no share is ever divided."""

from dataclasses import dataclass

WHOLE_BP = 10_000
"""A whole, in basis points."""
MIN_VOTERS = 2
"""The fewest who decide anything, however few are called or left unrecused: nobody is a committee alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The votes on an item of those who may vote on it; votes of the recused are not among them."""

    eligible: int
    """Members called and not recused."""
    votes_for: int
    votes_against: int
    abstentions: int

    @property
    def voted(self) -> int:
        """How many voted, abstentions included."""
        return self.votes_for + self.votes_against + self.abstentions

    def has_quorum(self, quorum_bp: int) -> bool:
        """Say whether at least the share ``quorum_bp`` of those eligible voted, and two at least."""
        return self.voted >= voters_needed(self.eligible, quorum_bp=quorum_bp)

    def carries(self, approval_bp: int) -> bool:
        """Say whether at least the share ``approval_bp`` of the votes for or against is for.

        Abstentions count for the quorum alone. Without a single vote for, nothing carries: were all to abstain, zero
        would be a share of zero.
        """
        decisive = self.votes_for + self.votes_against
        return self.votes_for > 0 and self.votes_for * WHOLE_BP >= approval_bp * decisive


def voters_needed(eligible: int, *, quorum_bp: int) -> int:
    """Give the smallest number of voters that makes the quorum; two where fewer are eligible, so that none make it."""
    return max(MIN_VOTERS, -(-quorum_bp * eligible // WHOLE_BP))
