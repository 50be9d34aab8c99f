"""The only wiring: one factory that makes the application from its settings."""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.prometheus import PrometheusConfig
from litestar.routes import HTTPRoute
from litestar.static_files import create_static_files_router
from sqlalchemy.engine import Engine

from fund_service import guards, health
from fund_service.accounts.administration_controller import AdministrationController
from fund_service.accounts.authentication import IdentifyCaller, refuse_forged_request
from fund_service.accounts.callers import Caller
from fund_service.accounts.controller import AccountsController
from fund_service.answers.acceptance_controller import AcceptanceController
from fund_service.answers.controller import AnswersController
from fund_service.answers.team_controller import TeamAnswersController
from fund_service.commitments.claims_controller import ClaimsController
from fund_service.commitments.controller import CommitmentsController
from fund_service.committee.controller import CommitteeController
from fund_service.committee.deal_controller import ConditionsController, read_deal_committee
from fund_service.committee.decisions_controller import DecisionsController
from fund_service.committee.flags_controller import FlagsController
from fund_service.committee.interests_controller import InterestsController
from fund_service.committee.items_controller import AgendaItemsController
from fund_service.committee.meeting_forms_controller import MeetingFormsController
from fund_service.consultations.controller import ConsultationsController, ProjectConsultationsController
from fund_service.consultations.forms_controller import ConsultationFormsController
from fund_service.consultations.holds_controller import ConsultationHoldsController
from fund_service.database import provide_session
from fund_service.deals.controller import DealsController
from fund_service.deals.filters_controller import DealFiltersController
from fund_service.deals.making_controller import DealMakingController
from fund_service.diligence.checklist_controller import ChecklistController
from fund_service.diligence.controller import DiligenceController
from fund_service.diligence.documents_controller import DocumentsController
from fund_service.diligence.tasks_controller import TasksController
from fund_service.forms import provide_form
from fund_service.headers import ProtectiveHeaders
from fund_service.home.controller import home
from fund_service.idempotency import provide_request_text
from fund_service.imports.controller import DealsImportController, InstructionsImportController
from fund_service.keyed import provide_keyed
from fund_service.ledger.controller import InstructionsController
from fund_service.ledger.deal_controller import DealMoneyController
from fund_service.ledger.journal_controller import JournalController
from fund_service.ledger.resolving_controller import ResolvingController
from fund_service.market.controller import MarketController
from fund_service.market.gap_controller import GapController
from fund_service.market.releases_controller import ReleasesController
from fund_service.matches.contradictions_controller import ContradictionsController
from fund_service.matches.controller import MatchesController
from fund_service.matches.encoders import encoder_of
from fund_service.matches.method import MatchMethod
from fund_service.metrics.controller import PerformanceController
from fund_service.notices.controller import NoticesController
from fund_service.notices.deliveries_controller import DeliveriesController
from fund_service.notices.settings_controller import NoticeSettingsController
from fund_service.notices.webhooks_controller import WebhooksController
from fund_service.organisations.controller import OrganisationsController
from fund_service.pages import Page
from fund_service.parameters import DropEmptyParameters, provide_cursor, provide_looked_at, provide_version
from fund_service.plan.controller import read_plan
from fund_service.plan.import_controller import FiguresImportController
from fund_service.plan.register_controller import RegisterController
from fund_service.plan.reports_controller import ReportFormsController, ReportsController
from fund_service.planning.answers_controller import PlanningAnswersController
from fund_service.planning.candidates_controller import CandidatesController
from fund_service.planning.controller import PlanningController
from fund_service.planning.forms_controller import PlanningFormsController
from fund_service.planning.judging_controller import JudgingController
from fund_service.portfolio.controller import PortfolioController
from fund_service.priorities.controller import PrioritiesController
from fund_service.priorities.forms_controller import PrioritiesFormsController
from fund_service.problems import answer_error
from fund_service.projects.controller import ProjectsController
from fund_service.regional.spillover_controller import SpilloverController
from fund_service.regional.statements_controller import AnchorDemandController
from fund_service.relevance.controller import RelevanceController
from fund_service.relevance.forms_controller import RelevanceFormsController
from fund_service.rounds.controller import RoundsController
from fund_service.rounds.forms_controller import RoundFormsController
from fund_service.rounds.quotas_controller import RoundQuotasController
from fund_service.settings import ASSETS, Settings
from fund_service.settlement.controller import SettlementController
from fund_service.settlement.deal_controller import DealSettlementController
from fund_service.settlement.import_controller import ClaimsImportController
from fund_service.settlement.receipts_controller import ReceiptsController
from fund_service.settlement.reviews_controller import ReviewsController
from fund_service.settlement.samples_controller import SamplesController
from fund_service.settlement.tranches_controller import TranchesController
from fund_service.signals.controller import SignalsController
from fund_service.templating import template_config
from fund_service.themes.controller import ThemesController
from fund_service.thread.controller import read_thread
from fund_service.threads import use_handler_threads
from fund_service.vehicles.controller import FundController, VehiclesController
from fund_service.vehicles.deal_limits_controller import DealLimitsController
from fund_service.vehicles.envelope_controller import EnvelopesController
from fund_service.vehicles.policy_controller import PolicyController
from fund_service.vehicles.rule_controller import LimitRulesController

MAX_BODY_BYTES = 10 * 1024 * 1024
ROUTES = (
    health.live,
    health.ready,
    health.metrics,
    health.view_schema,
    AccountsController,
    AdministrationController,
    home,
    read_plan,
    RegisterController,
    ReportsController,
    ReportFormsController,
    FiguresImportController,
    OrganisationsController,
    ProjectsController,
    SpilloverController,
    AnchorDemandController,
    SignalsController,
    ClaimsController,
    CommitmentsController,
    MatchesController,
    ContradictionsController,
    AnswersController,
    TeamAnswersController,
    AcceptanceController,
    MarketController,
    ReleasesController,
    GapController,
    ThemesController,
    ConsultationsController,
    ProjectConsultationsController,
    ConsultationFormsController,
    ConsultationHoldsController,
    DealsController,
    DealMakingController,
    DealFiltersController,
    DealsImportController,
    DiligenceController,
    ChecklistController,
    TasksController,
    DocumentsController,
    SettlementController,
    ClaimsImportController,
    ReceiptsController,
    ReviewsController,
    DealSettlementController,
    TranchesController,
    SamplesController,
    FundController,
    VehiclesController,
    EnvelopesController,
    LimitRulesController,
    PolicyController,
    DealLimitsController,
    PerformanceController,
    CommitteeController,
    AgendaItemsController,
    DecisionsController,
    MeetingFormsController,
    ConditionsController,
    InterestsController,
    FlagsController,
    read_deal_committee,
    InstructionsController,
    InstructionsImportController,
    ResolvingController,
    JournalController,
    DealMoneyController,
    PortfolioController,
    RoundsController,
    RoundFormsController,
    RoundQuotasController,
    read_thread,
    PlanningController,
    CandidatesController,
    PlanningAnswersController,
    PlanningFormsController,
    JudgingController,
    RelevanceController,
    RelevanceFormsController,
    PrioritiesController,
    PrioritiesFormsController,
    NoticesController,
    NoticeSettingsController,
    DeliveriesController,
    WebhooksController,
)
"""Every handler but the assets', domain by domain."""


def provide_caller(request: Request[Any, Any, Any]) -> Caller | None:
    """Give a handler the caller that the middleware found."""
    caller: Caller | None = request.scope.get("user")
    return caller


def create_app(settings: Settings, engine: Engine) -> Litestar:
    """Make the application on an open database."""
    encoder = encoder_of(settings)
    method = MatchMethod.of(encoder)
    app = Litestar(
        route_handlers=[*ROUTES, *assets()],
        response_class=Page,
        template_config=template_config(),
        guards=[guards.require_role, refuse_forged_request],
        middleware=[
            ProtectiveHeaders(settings),
            PrometheusConfig(app_name="fund", prefix="fund", group_path=True, exclude="/assets").middleware,
            DropEmptyParameters(),
            IdentifyCaller(settings, engine),
        ],
        dependencies={
            "session": Provide(provide_session),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "form": Provide(provide_form),
            "after": Provide(provide_cursor, sync_to_thread=False),
            "version": Provide(provide_version, sync_to_thread=False),
            "looked_at": Provide(provide_looked_at, sync_to_thread=False),
            "method": Provide(lambda: method, sync_to_thread=False),
            "encoder": Provide(lambda: encoder, sync_to_thread=False),
            "request_text": Provide(provide_request_text),
            "keyed": Provide(provide_keyed, sync_to_thread=False),
        },
        exception_handlers={Exception: answer_error},
        on_startup=[use_handler_threads],
        logging_config=None,  # the process that serves decides what is logged, and where
        openapi_config=openapi(),
        request_max_body_size=MAX_BODY_BYTES,
    )
    app.state.engine = engine
    app.state.settings = settings
    guards.check_every_route_has_an_entry(handlers_of(app))
    return app


def assets() -> Iterator[Router]:
    """Serve the front-end assets installed at set-up, and our own."""
    yield create_static_files_router(
        path="/assets",
        directories=[ASSETS],
        opt={"operation": "assets"},
        guards=[guards.refuse_unusable_path],
        include_in_schema=False,
        name="assets",
    )


def openapi() -> OpenAPIConfig:
    """Describe the interface; the document and its viewer are our own routes, served from here."""
    return OpenAPIConfig(
        title="Fund service",
        version="1",
        description="Demand signals, matches, market demand and the plan. Korean and English.",
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", description="fund token create")}
        ),
        security=[{"bearer": []}],
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router("/schema", route_handlers=[], opt={"operation": "read_schema"}, include_in_schema=False),
    )


def handlers_of(app: Litestar) -> Iterator[BaseRouteHandler]:
    """Walk over every handler that a request can reach, but for the framework's own OPTIONS answers."""
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        for handler in handlers:
            if getattr(handler, "http_methods", None) != {"OPTIONS"}:
                yield handler
