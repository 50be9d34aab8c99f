"""Planning rounds: collect, propose, deliberate, decide, publish, and answer everybody who spoke."""
