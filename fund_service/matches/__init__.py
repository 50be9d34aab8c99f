"""Matches: embed, match, explain; and show each side what answers it."""
