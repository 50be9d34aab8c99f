"""Notices: what happened, told to whom it concerns, in the service, by e-mail and to their own systems."""
