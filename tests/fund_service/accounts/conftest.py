"""Browsers: clients that sign in by password, carry a cookie and send what a page's forms send."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service.accounts import passwords
from models.person import Person, Role

PASSWORD = "correct horse battery staple"  # noqa: S105 - of people that exist for one test
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Parameters under which a hundred sign-ins take no time; the way through the code stays the same."""
PASSWORD_HASH = CHEAP.hash(PASSWORD)


@dataclass
class Browser:
    """A browser on the service: one cookie jar."""

    client: TestClient[Litestar]

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> Response:
        """Send the sign-in form as the page has it."""
        form = {"email": email, "password": password, "csrf_token": self.form_token(), **fields}
        return self.client.post("/sign-in", data=form, follow_redirects=False)

    def form_token(self) -> str:
        """Read the form token out of a page, as a browser sends it back."""
        page = self.client.get("/sign-in", headers={"Accept": "text/html"}).text
        found = re.search(r'name="csrf_token" value="([^"]*)"', page)
        assert found is not None
        return found[1]

    def post(self, path: str, **fields: str) -> Response:
        """Send a form with the token of this session."""
        return self.client.post(path, data={"csrf_token": self.form_token(), **fields}, follow_redirects=False)

    @property
    def cookie(self) -> str | None:
        """The session cookie's value."""
        return next((cookie.value for cookie in self.client.cookies.jar if cookie.name.endswith("fund_session")), None)

    def is_signed_in(self) -> bool:
        """Ask the service."""
        return self.client.get("/me").status_code == 200


@pytest.fixture
def browser(visit: Callable[[], TestClient[Litestar]], database: Engine) -> Callable[[], Browser]:
    """Open a browser nobody has used."""
    return lambda: Browser(visit())


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the hash that stands for unknown addresses cheap, too."""
    monkeypatch.setattr(passwords, "_NOBODY", CHEAP.hash("nobody has this password"))


@pytest.fixture
def members(people: dict[Role, Person], database: Engine) -> dict[Role, Person]:
    """One person for each role, all with the same password."""
    with Session(database, expire_on_commit=False) as session:
        for person in people.values():
            person.password_hash = PASSWORD_HASH
            session.add(person)
        session.commit()
    return people


@pytest.fixture
def signed_in(browser: Callable[[], Browser], members: dict[Role, Person]) -> Callable[[Role], Browser]:
    """Open a browser in which the person of a role has signed in."""

    def signed_in(role: Role) -> Browser:
        opened = browser()
        assert opened.sign_in(members[role].email).status_code == 303
        return opened

    return signed_in
