"""Why a pair scores as it does: shared terms, sentences that answer each other, and what would change it."""
