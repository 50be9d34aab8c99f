"""Fund performance: figures that are sums of ledger lines, as of any past day, each with the lines behind it."""
