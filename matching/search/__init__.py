"""Exact search of the best pairs among very many, both ways, and of the nearest among a million vectors."""
