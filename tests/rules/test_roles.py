"""The table of operations and roles against the routes there are, and against what each role is for."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from fund_service.accounts.authentication import refuse_forged_request
from fund_service.app import create_app, handlers_of
from fund_service.guards import operation_of, require_role
from fund_service.operations import ANYONE, OPERATIONS
from fund_service.settings import Settings
from models.person import Role

OPEN_TO_ANYONE = {
    *("assets", "read_schema", "view_schema", "live", "ready"),
    *("sign_in_page", "sign_in", "choose_language"),
    *("ending_page", "end_mails"),
}
OF_ONES_OWN_SESSION = {
    *("sign_in", "sign_out", "choose_language", "submit_password", "change_password"),
    *("mark_notice", "submit_notice_opened", "mark_all_notices", "submit_all_notices_read", "choose_notice_ways"),
    *("submit_notice_ways", "submit_address_code_wanted", "submit_address_code", "end_mails"),
}
DELIVERIES = {"send_delivery_again", "submit_delivery_again"}
"""Of what was sent the administrator sees where it went, not what was in it."""
ACCOUNTS = {
    *("create_person", "submit_person", "update_person", "submit_person_edit"),
    *("reset_password", "submit_password_reset", "confirm_person", "submit_confirmation"),
}
DEMAND = {name for name in OPERATIONS if "signal" in name or "match" in name or "withdrawal" in name}


@pytest.fixture(scope="module")
def app(settings: Settings) -> Litestar:
    """The application on no database: nothing here is asked of it."""
    return create_app(settings, sa.create_engine("postgresql+psycopg://"))


def changing(app: Litestar) -> Iterator[BaseRouteHandler]:
    for handler in handlers_of(app):
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods - {"GET", "HEAD"}:
            yield handler


def test_every_route_has_an_entry_and_every_entry_a_route(app: Litestar):
    assert {operation_of(handler) for handler in handlers_of(app)} == set(OPERATIONS)


def test_no_two_routes_share_an_operation(app: Litestar):
    named = [
        operation_of(handler)
        for handler in {id(handler.fn): handler for handler in handlers_of(app)}.values()
        if handler.opt.get("operation") is None
    ]
    assert sorted(named) == sorted(set(named))


def test_every_route_stands_behind_both_guards(app: Litestar):
    for handler in handlers_of(app):
        assert {require_role, refuse_forged_request} <= set(handler.resolve_guards()), handler


def test_little_is_open_to_anyone():
    assert {name for name, permitted in OPERATIONS.items() if permitted == ANYONE} == OPEN_TO_ANYONE


def test_an_auditor_changes_nothing(app: Litestar):
    for handler in changing(app):
        operation = operation_of(handler)
        assert operation in OF_ONES_OWN_SESSION or Role.AUDITOR not in OPERATIONS[operation], operation


def test_an_administrator_neither_sees_demand_nor_keeps_records(app: Litestar):
    assert not [name for name in DEMAND if Role.ADMINISTRATOR in OPERATIONS[name]]
    for handler in changing(app):
        operation = operation_of(handler)
        permitted = OPERATIONS[operation]
        assert operation in OF_ONES_OWN_SESSION | ACCOUNTS | DELIVERIES or Role.ADMINISTRATOR not in permitted, (
            operation
        )
    assert all(OPERATIONS[operation] == {Role.ADMINISTRATOR} for operation in ACCOUNTS)


def test_a_planner_sees_no_single_signal_and_an_investor_makes_no_release():
    assert not [name for name in DEMAND if Role.PLANNER in OPERATIONS[name]]
    made = [name for name in OPERATIONS if "release" in name and ("create" in name or "submit" in name)]
    assert made
    assert not [name for name in made if Role.INVESTOR in OPERATIONS[name]]


def test_only_investors_change_signals(app: Litestar):
    for handler in changing(app):
        if operation_of(handler) in DEMAND:
            assert OPERATIONS[operation_of(handler)] == {Role.INVESTOR}, handler


def test_accounts_are_listed_for_those_who_answer_for_them():
    assert OPERATIONS["list_people"] == OPERATIONS["metrics"] == {Role.ADMINISTRATOR, Role.AUDITOR}
