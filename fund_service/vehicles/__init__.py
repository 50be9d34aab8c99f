"""Vehicles, envelopes and limit rules: where money sits, what it is set aside for, how far it may lean one way."""
