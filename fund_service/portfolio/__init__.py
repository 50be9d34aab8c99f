"""Choosing a portfolio: which deals before the committee to fund under all envelopes and limit rules."""
