"""What the pages say of disclosure control; the rules themselves stand in `matching.disclosure`."""

from matching.disclosure import rounding, rules

MIN_GROUPS = rules.MIN_GROUPS
"""Ownership groups from which on figures stand by themselves."""
ROUNDED_TO_KRW = rounding.STEP_KRW
"""Amounts are published in steps of 10억 won."""
