"""The one family of errors of this service, named as facts; HTTP and the shell map them once."""


class FundError(Exception):
    """Something the data or the rules refuse.

    ``code`` is stable and machine-readable; the message is a sentence a person can act on; ``field`` names the
    input at fault where there is one.
    """

    code = "refused"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class RecordNotFound(FundError):  # noqa: N818 - errors are named as facts
    """The record does not exist, or the asker may not know that it does: both read the same."""

    code = "not_found"


class RecordConflicts(FundError):  # noqa: N818 - errors are named as facts
    """A record with the same natural key exists already, or other records still need this one."""

    code = "conflict"


class RecordChanged(FundError):  # noqa: N818 - errors are named as facts
    """Someone changed the record since it was read; read it again and repeat the change."""

    code = "stale"


class ValueNotAllowed(FundError):  # noqa: N818 - errors are named as facts
    """A value is outside what the rules allow."""

    code = "invalid"


class StepNotAllowed(FundError):  # noqa: N818 - errors are named as facts
    """The record cannot go from its present state to the one asked for."""

    code = "step_not_allowed"


class TooManyAttempts(FundError):  # noqa: N818 - errors are named as facts
    """Too many failed attempts; wait before the next."""

    code = "too_many_attempts"
