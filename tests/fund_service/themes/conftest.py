"""The world of demand that the tests of the market have."""

from tests.fund_service.market.conftest import world

__all__ = ["world"]
