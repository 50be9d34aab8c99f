"""HTTP of reported figures that come in a file: looked at first, then reported all together or not at all."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values
from fund_service.imports.controller import confirmed, imported, looked_at, provide_upload
from fund_service.imports.schemas import FileIn, ImportOutcome, ImportPage
from fund_service.imports.uploads import Upload
from fund_service.keyed import Keyed
from fund_service.plan.importing import FIGURES
from fund_service.problems import documented


class FiguresImportController(Controller):
    """Reported figures from a file; each waits for a second person like any other."""

    path = "/plan/reported"
    tags = ("plan",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @post("/imports", operation_id="import_figures", sync_to_thread=True, status_code=HTTP_200_OK,
          responses=documented(409, 413, 415, 422))  # fmt: skip
    def import_figures(self, keyed: NamedDependency[Keyed], data: JSONBody[FileIn]) -> Response[ImportOutcome]:
        """Report the figures of a file, all of them or none; a dry run only says what it would report."""
        return imported(keyed, FIGURES, data)

    @get("/import", operation_id="import_figures_page", template="plan/import.html", sync_to_thread=True,
         include_in_schema=False)  # fmt: skip
    def import_figures_page(self) -> ImportPage:
        """Show the form to choose a file of figures."""
        return FIGURES.page()

    @post("/import", operation_id="submit_figures_file", template="plan/import.html", sync_to_thread=True,
          status_code=HTTP_200_OK, include_in_schema=False)  # fmt: skip
    def submit_figures_file(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], upload: NamedDependency[Upload | None]
    ) -> Response[ImportPage]:
        """Show which figures a file would report, or every reason against it."""
        return looked_at(session, FIGURES, upload, caller=caller)

    @post("/import/confirm", operation_id="submit_figures_import", template="plan/import.html", sync_to_thread=True,
          include_in_schema=False)  # fmt: skip
    def submit_figures_import(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Report the figures of the file that was looked at, or show every reason against it."""
        return confirmed(session, FIGURES, form, caller=caller, path="/plan/reported")
