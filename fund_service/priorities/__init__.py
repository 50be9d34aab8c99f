"""Priorities of planning rounds: weights, comparisons, the ranking, and what demand alone may change."""
