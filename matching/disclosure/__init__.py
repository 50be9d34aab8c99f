"""Disclosure control: what of a table of amounts may be published, so that nobody can be found in it."""
