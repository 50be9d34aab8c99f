"""Hypothesis as these tests need it: the same examples on every run, and time for a morphological analyser to load."""

from hypothesis import settings

settings.register_profile("matching", deadline=None, derandomize=True)
settings.load_profile("matching")
