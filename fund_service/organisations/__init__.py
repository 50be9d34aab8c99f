"""Organisations: who takes part, under whose ownership, in which projects."""
