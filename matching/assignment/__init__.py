"""Rounds: who looks at which projects within everybody's capacities, and what fairness costs."""
