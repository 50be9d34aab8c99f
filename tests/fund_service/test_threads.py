"""The threads in which handlers run, in an application that was started as it is in service."""

from concurrent.futures import ThreadPoolExecutor

from litestar.testing import TestClient

from fund_service.plan import queries
from models.person import Role


def test_a_handler_that_runs_out_of_an_iterator_is_answered_and_not_waited_for(app, client_for, monkeypatch):
    monkeypatch.setattr(queries, "plan", lambda *_, **__: next(iter(())))
    headers = {"Authorization": client_for(Role.PLANNER).headers["Authorization"]}
    pool = ThreadPoolExecutor(1)
    with TestClient(app) as client:
        answer = pool.submit(client.get, "/plan", headers=headers).result(timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    pool.shutdown()
