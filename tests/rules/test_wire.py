"""What crosses the wire is never a table: routes take closed schemas and give views, and no answer is shared."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from pydantic import BaseModel
from sqlmodel import SQLModel

import fund_service
import models
from fund_service.app import create_app, handlers_of
from fund_service.settings import Settings
from fund_service.wire import ClosedModel


@pytest.fixture(scope="module")
def handlers(settings: Settings) -> list[BaseRouteHandler]:
    """Every handler of the application."""
    app: Litestar = create_app(settings, sa.create_engine("postgresql+psycopg://"))
    return list(handlers_of(app))


def types_in(annotation: Any, seen: set[Any]) -> Iterator[type]:
    """Give every class that a value of the annotation may hold, at any depth."""
    if isinstance(annotation, type) and annotation not in seen:
        seen.add(annotation)
        yield annotation
        if issubclass(annotation, BaseModel):
            for field in annotation.model_fields.values():
                yield from types_in(field.annotation, seen)
    for part in get_args(annotation):
        yield from types_in(part, seen)


def tables_in(annotation: Any) -> list[type]:
    return [kind for kind in types_in(annotation, set()) if issubclass(kind, SQLModel)]


def test_no_route_takes_or_gives_a_table(handlers):
    looked_at = 0
    for handler in handlers:
        signature = handler.parsed_fn_signature
        for parameter in [*signature.parameters.values(), signature.return_type]:
            assert tables_in(parameter.raw) == tables_in(parameter.annotation) == [], handler
            looked_at += 1
    assert looked_at > 100


def test_the_search_would_find_one():
    class Leak(BaseModel):
        """A view with a row in it."""

        rows: list[models.person.Person] | None

    assert tables_in(dict[str, Leak]) == [models.person.Person]


def test_every_body_is_a_closed_schema(handlers):
    bodies = [handler.parsed_fn_signature.parameters.get("data") for handler in handlers]
    given = [body.annotation for body in bodies if body is not None]
    assert len(given) >= 6
    for body in given:
        assert issubclass(body, ClosedModel), body
        inner = [kind for kind in types_in(body, set()) if issubclass(kind, BaseModel)]
        assert all(kind.model_config.get("extra") == "forbid" for kind in inner), inner


def test_every_schema_a_form_is_read_into_is_closed():
    """`read_form(Schema, ...)` is how a form reaches a command."""
    for path in Path(fund_service.__file__).parent.rglob("controller.py"):
        module = importlib.import_module(f"fund_service.{path.parent.name}.controller")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "read_form":
                schema = getattr(module, node.args[0].id)
                assert issubclass(schema, ClosedModel), schema


def test_no_answer_is_kept_for_the_next_reader(handlers):
    """Litestar's cache goes by method, path and query: the next reader would get this one's answer."""
    for handler in handlers:
        if isinstance(handler, HTTPRouteHandler):
            assert handler.cache is False, handler


def test_every_table_is_imported_with_the_models():
    """Alembic and the tests see only what has been imported."""
    names = {module.name for module in pkgutil.iter_modules(models.__path__)}
    with_tables = {
        name
        for name in names
        if any(
            isinstance(kind, type) and issubclass(kind, SQLModel) and kind.__module__ == f"models.{name}"
            and hasattr(kind, "__table__")
            for kind in vars(importlib.import_module(f"models.{name}")).values()
        )
    }  # fmt: skip
    assert with_tables == set(models.__all__)
    for name in with_tables:
        assert hasattr(models, name)
