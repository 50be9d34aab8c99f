"""Demand signals: receive what investors and demand-side companies want funded, and show it to those who may see it."""
