"""Matching rounds: investors are assigned projects to look at, within everybody's quotas and with a floor for each."""
