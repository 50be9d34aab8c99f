"""Templates: Jinja with autoescape, undefined names refused, words in two languages, figures as people read them."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig

from fund_service import locales, operations
from fund_service.accounts.callers import Caller
from fund_service.idempotency import new_key
from models.person import PreferredLanguage

TEMPLATES = Path(__file__).parent / "templates"


@pass_context
def _caller(context: Context) -> Caller | None:
    found: Caller | None = context["request"].scope.get("user")
    return found


@pass_context
def _may(context: Context, operation: str) -> bool:
    """Say whether the reader may do an operation, so that pages offer only what will work."""
    caller = _caller(context)
    permitted = operations.OPERATIONS[operation]
    return permitted == operations.ANYONE or (caller is not None and bool(caller.roles & permitted))


@pass_context
def _csrf_token(context: Context) -> str:
    caller = _caller(context)
    return (caller.csrf_token or "") if caller else ""


@pass_context
def _here(context: Context) -> str:
    return str(context["request"].url.path)


def make_environment() -> Environment:
    """Make the Jinja environment that all pages share."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(locales.gettext, locales.ngettext, newstyle=True)  # type: ignore[attr-defined] # added by the i18n extension
    environment.filters |= {
        "won": locales.won,
        "number": locales.number,
        "day": locales.day,
        "moment": locales.moment,
        "label": locales.label,
    }
    environment.globals |= {
        "pick": locales.pick,
        "caller": _caller,
        "may": _may,
        "csrf_token": _csrf_token,
        "new_key": new_key,
        "here": _here,
        "language": lambda: locales.LANGUAGE.get().value,
        "languages": list(PreferredLanguage),
    }
    return environment


def template_config() -> TemplateConfig[Any]:
    """Configure Litestar's template engine with it."""
    environment = make_environment()
    engine = JinjaTemplateEngine.from_environment(environment)
    # Litestar has just put a csrf_token of its own over ours; it knows nothing of our sessions and says "".
    environment.globals["csrf_token"] = _csrf_token
    return TemplateConfig(instance=engine)
