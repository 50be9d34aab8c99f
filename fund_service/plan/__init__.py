"""The plan: pillars, initiatives and targets with their sources, and the taxonomies the service speaks in."""
