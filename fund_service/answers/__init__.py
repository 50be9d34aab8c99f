"""Answers of both sides to matches, and the ranking learned from them."""
