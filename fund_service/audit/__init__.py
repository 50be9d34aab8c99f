"""Audit: whether what is stored is still what was decided, checked and posted."""
