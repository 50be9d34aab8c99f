"""Texts as they are read: normalised, told apart by language, cut into terms, and Korean led to English."""
