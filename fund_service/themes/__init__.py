"""Themes of demand: their identity from summary to summary, and the names people give them."""
