"""Market demand: what live signals ask for together, frozen in summaries, shown where nobody can be told apart."""
