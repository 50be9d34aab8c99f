"""HTTP of limit rules."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.pages import Page
from fund_service.parameters import etag_of
from fund_service.problems import documented
from fund_service.vehicles import commands, rule_queries
from fund_service.vehicles.deal_limits_controller import Format, findings_file
from fund_service.vehicles.rule_views import LimitRuleForm, LimitRulePage, LimitRulesView
from fund_service.vehicles.schemas import LimitRuleEdit, LimitRuleIn, PercentTyped
from models.clock import business_date, utc_now
from models.errors import FundError


class LimitRulesController(Controller):
    """Limit rules."""

    path = "/limit-rules"
    tags = ("vehicles",)

    @get(
        operation_id="list_limit_rules",
        template="vehicles/limit_rules.html",
        sync_to_thread=True,
        responses=documented(),
    )
    def list_limit_rules(self, session: NamedDependency[Session]) -> LimitRulesView:
        """Show all limit rules with where they come from, and how those in force stand now."""
        return rule_queries.limit_rules(session, on=business_date(utc_now()))

    @get(
        "/export",
        operation_id="export_limit_rules",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_limit_rules(
        self, session: NamedDependency[Session], kind: Format = ExportFormat.XLSX
    ) -> Response[bytes]:
        """Download how the rules in force stand now as a table."""
        return findings_file(rule_queries.limit_rules(session, on=business_date(utc_now())).findings, kind)

    @post(operation_id="create_limit_rule", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def create_limit_rule(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[LimitRuleIn]
    ) -> Response[LimitRulePage]:
        """Record a limit rule, with the reason for it."""
        rule = commands.record_rule(session, data, person_id=caller.person_id, at=utc_now())
        return Response(
            _page(session, rule.id),
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/limit-rules/{rule.id}", "ETag": etag_of(rule.version)},
        )

    @get(
        "/new",
        operation_id="new_limit_rule_page",
        template="vehicles/limit_rule_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_limit_rule_page(self, session: NamedDependency[Session]) -> LimitRuleForm:
        """Show the form to record a limit rule."""
        return rule_queries.limit_rule_form(session)

    @post(
        "/new",
        operation_id="submit_limit_rule",
        template="vehicles/limit_rule_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_limit_rule(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Record a limit rule from the form, or show the form again with what is at fault."""
        try:
            data = read_form(LimitRuleIn, _with_share(form))
            rule = commands.record_rule(session, data, person_id=caller.person_id, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: rule_queries.limit_rule_form(session))
        return Redirect(f"/limit-rules/{rule.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{rule_id:uuid}",
        operation_id="read_limit_rule",
        template="vehicles/limit_rule.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_limit_rule(self, session: NamedDependency[Session], rule_id: FromPath[UUID]) -> Response[LimitRulePage]:
        """Show a limit rule, how it stands now, and who set it, when and why."""
        view = _page(session, rule_id)
        return Page(view, headers={"ETag": etag_of(view.rule.version)})

    @put(
        "/{rule_id:uuid}",
        operation_id="update_limit_rule",
        sync_to_thread=True,
        responses=documented(404, 412, 413, 415, 422, 428),
    )
    def update_limit_rule(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        rule_id: FromPath[UUID],
        data: JSONBody[LimitRuleEdit],
    ) -> Response[LimitRulePage]:
        """Change a limit rule's share, force or basis, with the reason; needs If-Match."""
        commands.edit_rule(session, rule_id, data, version=version, person_id=caller.person_id, at=utc_now())
        view = _page(session, rule_id)
        return Response(view, headers={"ETag": etag_of(view.rule.version)})

    @get(
        "/{rule_id:uuid}/edit",
        operation_id="edit_limit_rule_page",
        template="vehicles/limit_rule_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_limit_rule_page(self, session: NamedDependency[Session], rule_id: FromPath[UUID]) -> LimitRuleForm:
        """Show the form to change a limit rule."""
        return _edit_form(session, rule_id)

    @post(
        "/{rule_id:uuid}/edit",
        operation_id="submit_limit_rule_edit",
        template="vehicles/limit_rule_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_limit_rule_edit(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        rule_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Change a limit rule from the form, or show the form again with what is at fault."""
        try:
            data = read_form(LimitRuleEdit, _with_share(form))
            version = version_of(form)
            commands.edit_rule(session, rule_id, data, version=version, person_id=caller.person_id, at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _edit_form(session, rule_id))
        return Redirect(f"/limit-rules/{rule_id}", status_code=HTTP_303_SEE_OTHER)


def _page(session: Session, rule_id: UUID) -> LimitRulePage:
    return rule_queries.limit_rule_page(session, rule_id, on=business_date(utc_now()))


def _edit_form(session: Session, rule_id: UUID) -> LimitRuleForm:
    return rule_queries.limit_rule_form(session, rule_queries.find_rule(session, rule_id))


def _with_share(form: Values) -> Values:
    """Give what was typed with the share, typed in percent, in basis points."""
    share = read_form(PercentTyped, {"share_percent": form.get("share_percent", "")})
    plain = {name: value for name, value in form.items() if name not in {"version", "share_percent"}}
    return {**plain, "share_bp": str(share.share_percent)}
