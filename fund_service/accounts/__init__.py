"""Accounts: who a request comes from, sign-in, sessions, tokens."""
