"""A published planning round, and a deal of one of the signals behind its first priority."""

from tests.fund_service.market.conftest import world
from tests.fund_service.planning.conftest import play

__all__ = ["play", "world"]
