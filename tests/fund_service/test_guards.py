import asyncio
import csv
import io
from itertools import combinations
from types import SimpleNamespace

import pytest
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException

from fund_service import guards, operations
from models.person import Role

EVERY_SET_OF_ROLES = [frozenset(roles) for count in range(len(Role) + 1) for roles in combinations(Role, count)]


def handler(operation: str | None) -> SimpleNamespace:
    return SimpleNamespace(operation_id=operation, opt={})


def connection(*roles: Role, path: str = "/", signed_in: bool = True) -> SimpleNamespace:
    caller = SimpleNamespace(roles=frozenset(roles)) if signed_in else None
    return SimpleNamespace(scope={"user": caller, "path": path, "method": "GET"})


class TestRequireRole:
    @pytest.mark.parametrize("operation", operations.OPERATIONS)
    def test_the_table_decides(self, operation):
        permitted = operations.OPERATIONS[operation]

        async def ask_as_each_set_of_roles() -> None:
            for roles in EVERY_SET_OF_ROLES:
                if permitted == operations.ANYONE or roles & permitted:
                    await guards.require_role(connection(*roles), handler(operation))
                else:
                    with pytest.raises(PermissionDeniedException):
                        await guards.require_role(connection(*roles), handler(operation))

        asyncio.run(ask_as_each_set_of_roles())

    @pytest.mark.parametrize(
        "operation", [name for name, who in operations.OPERATIONS.items() if who != operations.ANYONE]
    )
    def test_a_visitor_is_asked_to_sign_in(self, operation):
        with pytest.raises(NotAuthorizedException):
            asyncio.run(guards.require_role(connection(signed_in=False), handler(operation)))

    @pytest.mark.parametrize("operation", [None, "", "no_such_operation"])
    def test_what_the_table_does_not_know_is_permitted_to_nobody(self, operation):
        with pytest.raises(PermissionDeniedException):
            asyncio.run(guards.require_role(connection(*Role), handler(operation)))


class TestStartUp:
    def test_a_route_without_an_entry_stops_it(self):
        handlers = [handler(operation) for operation in (*operations.OPERATIONS, "open_the_vault")]
        with pytest.raises(RuntimeError, match="open_the_vault"):
            guards.check_every_route_has_an_entry(handlers)

    def test_an_unnamed_route_stops_it(self):
        with pytest.raises(RuntimeError, match="None"):
            guards.check_every_route_has_an_entry([*map(handler, operations.OPERATIONS), handler(None)])

    def test_an_entry_without_a_route_stops_it(self):
        with pytest.raises(RuntimeError, match="create_signal"):
            guards.check_every_route_has_an_entry(
                [handler(operation) for operation in operations.OPERATIONS if operation != "create_signal"]
            )

    def test_the_two_alike_start(self):
        guards.check_every_route_has_an_entry([handler(operation) for operation in operations.OPERATIONS])


def test_the_csv_says_what_the_table_says():
    lines = list(csv.DictReader(io.StringIO(operations.roles_csv())))
    assert [line["operation"] for line in lines] == list(operations.OPERATIONS)
    for line in lines:
        permitted = operations.OPERATIONS[line["operation"]]
        anyone = permitted == operations.ANYONE
        assert (line["anonymous"] == "yes") is anyone
        assert {role for role in Role if line[role] == "yes"} == (set(Role) if anyone else set(permitted))


@pytest.mark.parametrize("path", ["/x\x00", "/" + "a" * 256, "/" + "가" * 86, "/a" * 1001])
def test_a_path_that_no_file_system_knows_names_nothing(path):
    with pytest.raises(NotFoundException):
        asyncio.run(guards.refuse_unusable_path(connection(path=path), handler("assets")))


@pytest.mark.parametrize("path", ["/", "/css/layout.css", "/" + "a" * 255, "/가"])
def test_other_paths_may_be_looked_up(path):
    assert asyncio.run(guards.refuse_unusable_path(connection(path=path), handler("assets"))) is None


@pytest.mark.parametrize("path", ["/", "/signals", "/people", "/sign-in"])
def test_asking_for_the_methods_of_a_path_needs_no_role(visit, path):
    answer = visit().options(path)
    assert answer.status_code == 204
    assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]
