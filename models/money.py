"""Money: whole won in a BIGINT, shares in basis points, nothing that rounds."""

MAX_KRW = 2**53 - 1
"""The largest amount: JavaScript reads it exactly, BIGINT holds it, the fund is a nine-thousandth of it."""

LARGE_PROJECT_KRW = 10_000_000_000
"""From this budget on a project counts as large (the plan: large projects to 30 % by 2030)."""
