"""R&D projects: what is planned or being developed, by whom, and the money it needs."""
