"""The one family of errors of this service, named as facts; HTTP and the shell map them once."""


class FundError(Exception):
    """Something the data or the rules refuse.

    ``code`` is stable and machine-readable. The message is a sentence a person can act on: ``template`` in English,
    to be filled with ``facts``, so that it can be said in another language. ``field`` names the input at fault.
    """

    code = "refused"

    def __init__(self, template: str, *, field: str | None = None, **facts: object) -> None:
        self.template = template
        self.facts = facts
        self.field = field
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.template.format(**self.facts)


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


class SignInRefused(FundError):  # noqa: N818 - errors are named as facts
    """Who is asking could not be established."""

    code = "sign_in_refused"


class TooManyAttempts(FundError):  # noqa: N818 - errors are named as facts
    """Too many failed attempts; wait before the next."""

    code = "too_many_attempts"


class TooManyRecords(FundError):  # noqa: N818 - errors are named as facts
    """More records of a kind than one ownership group may write within an hour."""

    code = "too_many_records"


class MoneyNotThere(FundError):  # noqa: N818 - errors are named as facts
    """More won were asked for than an account, envelope or commitment has."""

    code = "money_not_there"


class LimitBroken(FundError):  # noqa: N818 - errors are named as facts
    """A limit rule of the portfolio would be broken."""

    code = "limit_broken"


class GateClosed(FundError):  # noqa: N818 - errors are named as facts
    """A step lacks something that must come before it; the message names what."""

    code = "gate_closed"


class FourEyesNeeded(FundError):  # noqa: N818 - errors are named as facts
    """Somebody would decide on what they made, decided already, or have an interest in."""

    code = "four_eyes"


class KeyNeeded(FundError):  # noqa: N818 - errors are named as facts
    """A write of money or a decision came without an Idempotency-Key."""

    code = "idempotency_key_needed"


class KeyReused(FundError):  # noqa: N818 - errors are named as facts
    """An Idempotency-Key came again with another request."""

    code = "idempotency_key_reused"
