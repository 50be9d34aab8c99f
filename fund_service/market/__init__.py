"""Market demand: what live signals ask for together, summarised and frozen, shown only where nobody can be told apart."""
