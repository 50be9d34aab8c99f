"""HTTP of account administration: accounts and their roles, and everybody's own password."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts import administration, queries
from fund_service.accounts.authentication import session_cookie_name
from fund_service.accounts.callers import Caller, digest_secret
from fund_service.accounts.schemas import (
    NewPasswordView,
    PasswordForm,
    PasswordIn,
    PeoplePage,
    PersonForm,
    PersonIn,
    PersonView,
)
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.problems import documented
from fund_service.settings import Settings
from models.clock import utc_now
from models.errors import FundError


class AdministrationController(Controller):
    """Account administration."""

    tags = ("accounts",)

    @get(
        "/people",
        operation_id="list_people",
        template="accounts/people.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_people(
        self, session: NamedDependency[Session], after: NamedDependency[Cursor | None], limit: Limit = 20
    ) -> PeoplePage:
        """List the accounts and their roles."""
        return queries.list_people(session, cursor=after, limit=limit)

    @post("/people", operation_id="create_person", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def create_person(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[PersonIn]
    ) -> Response[NewPasswordView]:
        """Give somebody an account; the answer holds its first password, which is shown this once."""
        person, password = administration.create_person(session, data, by_id=caller.person_id)
        return Response(
            NewPasswordView(person=queries.person_view(session, person), password=password),
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/people/{person.id}", "ETag": etag_of(person.version)},
        )

    @get(
        "/people/new",
        operation_id="new_person_page",
        template="accounts/person_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_person_page(self, session: NamedDependency[Session]) -> PersonForm:
        """Show the form to give an account."""
        return queries.person_form(session)

    @post(
        "/people/new",
        operation_id="submit_person",
        template="accounts/person_form.html",
        sync_to_thread=True,
        include_in_schema=False,
        status_code=HTTP_200_OK,
    )
    def submit_person(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Give an account from the form and show its first password, or show the form again with what is at fault."""
        try:
            person, password = administration.create_person(session, _read(form), by_id=caller.person_id)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.person_form(session))
        return _with_password(session, person.id, password)

    @get("/people/{person_id:uuid}", operation_id="read_person", sync_to_thread=True, responses=documented(404))
    def read_person(self, session: NamedDependency[Session], person_id: FromPath[UUID]) -> Response[PersonView]:
        """Show an account."""
        view = queries.person_view(session, administration.find_person(session, person_id))
        return Response(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/people/{person_id:uuid}",
        operation_id="update_person",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_person(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        person_id: FromPath[UUID],
        data: JSONBody[PersonIn],
    ) -> Response[PersonView]:
        """Change an account, its roles, or whether it is active; needs If-Match."""
        person = administration.edit_person(
            session, person_id, data, version=version, by_id=caller.person_id, at=utc_now()
        )
        return Response(queries.person_view(session, person), headers={"ETag": etag_of(person.version)})

    @get(
        "/people/{person_id:uuid}/edit",
        operation_id="edit_person_page",
        template="accounts/person_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_person_page(self, session: NamedDependency[Session], person_id: FromPath[UUID]) -> PersonForm:
        """Show the form to change an account."""
        return _edit_form(session, person_id)

    @post(
        "/people/{person_id:uuid}/edit",
        operation_id="submit_person_edit",
        template="accounts/person_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_person_edit(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        person_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Change an account from the form, or show the form again with what is at fault."""
        try:
            version = version_of(form)
            administration.edit_person(
                session, person_id, _read(form), version=version, by_id=caller.person_id, at=utc_now()
            )
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _edit_form(session, person_id))
        return Redirect("/people", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/people/{person_id:uuid}/password",
        operation_id="reset_password",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409),
    )
    def reset_password(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], person_id: FromPath[UUID]
    ) -> Response[NewPasswordView]:
        """Give an account a new password, shown this once; whatever was signed in with it ends."""
        password = administration.reset_password(session, person_id, by_id=caller.person_id, at=utc_now())
        person = queries.person_view(session, administration.find_person(session, person_id))
        return Response(NewPasswordView(person=person, password=password))

    @post(
        "/people/{person_id:uuid}/new-password",
        operation_id="submit_password_reset",
        template="accounts/person_form.html",
        sync_to_thread=True,
        include_in_schema=False,
        status_code=HTTP_200_OK,
    )
    def submit_password_reset(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], person_id: FromPath[UUID]
    ) -> Response[PersonForm]:
        """Give an account a new password from its page, and show it this once."""
        try:
            password = administration.reset_password(session, person_id, by_id=caller.person_id, at=utc_now())
        except FundError as refusal:
            return show_again(session, refusal, {}, blank=lambda: _edit_form(session, person_id))
        return _with_password(session, person_id, password)

    @post(
        "/people/{person_id:uuid}/confirmation",
        operation_id="confirm_person",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409),
    )
    def confirm_person(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], person_id: FromPath[UUID]
    ) -> PersonView:
        """Confirm an account that another administrator issued, so that it may decide on money."""
        return queries.person_view(session, administration.confirm_person(session, person_id, by_id=caller.person_id))

    @post(
        "/people/{person_id:uuid}/confirm",
        operation_id="submit_confirmation",
        template="accounts/person_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_confirmation(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], person_id: FromPath[UUID]
    ) -> Response[Any]:
        """Confirm an account from its page."""
        try:
            administration.confirm_person(session, person_id, by_id=caller.person_id)
        except FundError as refusal:
            return show_again(session, refusal, {}, blank=lambda: _edit_form(session, person_id))
        return Redirect("/people", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/me/password",
        operation_id="password_page",
        template="accounts/password.html",
        sync_to_thread=False,
        include_in_schema=False,
    )
    def password_page(self) -> PasswordForm:
        """Show the form to change one's own password."""
        return PasswordForm()

    @post(
        "/me/password",
        operation_id="submit_password",
        template="accounts/password.html",
        sync_to_thread=True,
        include_in_schema=False,
        status_code=HTTP_200_OK,
    )
    def submit_password(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        form: NamedDependency[Values],
    ) -> Response[PasswordForm]:
        """Change one's own password; other sessions of the account end."""
        secret = request.cookies.get(session_cookie_name(settings))
        try:
            data = read_form(PasswordIn, form)
            keep = None if secret is None else digest_secret(secret)
            administration.change_password(session, caller.person_id, data, keep_digest=keep)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, {}, blank=PasswordForm)
        return Page(PasswordForm(changed=True))

    @put(
        "/me/password",
        operation_id="change_password",
        sync_to_thread=True,
        status_code=HTTP_204_NO_CONTENT,
        responses=documented(413, 415, 422),
    )
    def change_password(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], data: JSONBody[PasswordIn]
    ) -> None:
        """Change one's own password; every session of the account ends, tokens stay."""
        administration.change_password(session, caller.person_id, data, keep_digest=None)


def _edit_form(session: Session, person_id: UUID) -> PersonForm:
    return queries.person_form(session, administration.find_person(session, person_id))


def _with_password(session: Session, person_id: UUID, password: str) -> Response[PersonForm]:
    return Page(_edit_form(session, person_id).model_copy(update={"password": password}))


def _read(form: Values) -> PersonIn:
    plain = {name: value for name, value in form.items() if name not in {"version", "active"}}
    return read_form(PersonIn, plain, lists=("roles",)).model_copy(update={"active": form.get("active") != "false"})
