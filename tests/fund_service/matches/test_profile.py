"""What an investor says yes to draws what their signal asks for; taking it back undoes it."""

import pytest
import sqlalchemy as sa
from sqlmodel import select

from fund_service.matches.briefs import signals_to_match
from fund_service.matches.commands import match_changes
from models.clock import business_date, utc_now
from models.identity import new_id
from models.match import Match
from models.person import Role
from models.project import ProjectState, RndProject


@pytest.fixture
def investor(client_for):
    return client_for(Role.INVESTOR)


def say(client, signal, project, **said):
    answer = client.post(
        f"/signals/{signal.id}/answers/{project.id}", json=said, headers={"Idempotency-Key": new_id().hex}
    )
    assert answer.status_code == 201, answer.text


def dense_of(read, signal):
    read.expire_all()
    return {
        match.project_id: match.components["dense"]
        for match in read.exec(select(Match).where(Match.signal_id == signal.id))
    }


def test_a_yes_draws_the_signal_and_taking_it_back_undoes_it(investor, matchmaker, make_signal, make_project, read):
    signal = make_signal("laser welding of battery cells")
    liked, alike, other = (
        make_project("laser welding with vacuum furnaces"),
        make_project("laser brazing with vacuum furnaces"),
        make_project("laser welding of ship hulls"),
    )
    match_changes(matchmaker)
    before = dense_of(read, signal)

    say(investor, signal, liked, kind="interested")
    assert match_changes(matchmaker).matched == 1
    after = dense_of(read, signal)
    assert after[liked.id] > before[liked.id]
    assert after[alike.id] - before[alike.id] > after[other.id] - before[other.id]

    say(investor, signal, liked, kind="taken_back")
    match_changes(matchmaker)
    assert dense_of(read, signal) == before


def test_a_past_project_tells_of_a_taste_though_it_is_matched_no_more(
    investor, matchmaker, make_signal, make_project, read
):
    signal, liked = make_signal("laser welding of battery cells"), make_project("laser welding with vacuum furnaces")
    alike = make_project("laser brazing with vacuum furnaces")
    match_changes(matchmaker)
    before = dense_of(read, signal)
    say(investor, signal, liked, kind="interested")
    ended = sa.update(RndProject).where(RndProject.id == liked.id)
    with matchmaker.engine.begin() as connection:
        connection.execute(ended.values(state=ProjectState.COMPLETED, updated_at=utc_now()))
    match_changes(matchmaker)
    after = dense_of(read, signal)
    assert liked.id not in after
    assert after[alike.id] > before[alike.id]


def test_only_a_yes_that_comes_or_goes_changes_what_is_matched(investor, make_signal, make_project, read):
    signal, project = make_signal("laser welding"), make_project("laser welding")
    seen = set()
    for said in ({"kind": "interested"}, {"kind": "meeting"}, {"kind": "passed", "reason": "ticket"}):
        say(investor, signal, project, **said)
        [read_now] = signals_to_match(read, today=business_date(utc_now()), signal_ids=[signal.id])
        seen.add((read_now.digest, read_now.accepted))
    assert [accepted for _, accepted in sorted(seen, key=lambda one: len(one[1]))] == [(), (project.id,)]
