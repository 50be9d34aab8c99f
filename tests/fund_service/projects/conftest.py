"""Projects and the demand they answer, committed for a test."""

from datetime import timedelta

import pytest

from fund_service.matches.encoders import encoder_of
from fund_service.matches.method import MatchMethod
from models.clock import business_date, utc_now
from models.embedding import StoredYardstick
from models.match import Match, MatchRun, SignalMatching
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject
from models.signal import Confidentiality, DemandSignal

YARDSTICK = "0" * 64


@pytest.fixture
def method(settings):
    """The method that the application under test uses."""
    return MatchMethod.of(encoder_of(settings))


@pytest.fixture
def run(store, method):
    """A run of that method, and the yardstick that makes it the one in force."""
    yardstick = StoredYardstick(
        digest=YARDSTICK, encoder=method.encoder, revision=method.revision, documents=1, content=b""
    )
    run = MatchRun(
        encoder=method.encoder,
        revision=method.revision,
        parameters={},
        method_digest=method.digest_with(YARDSTICK),
        yardstick_id=yardstick.id,
        signals_due=1,
        projects=1,
    )
    store(yardstick, run)
    return run


@pytest.fixture
def make_project(store):
    """Commit a project with its fields and members."""

    def make_project(title_ko="수소 저장 과제", *, fields=(), members=(), **values):
        project = RndProject(title_ko=title_ko, **values)
        links = [ProjectField(project_id=project.id, field_code=code) for code in fields]
        parts = [
            ConsortiumMember(project_id=project.id, organisation_id=organisation.id, role=role)
            for organisation, role in members
        ]
        store(project, *links, *parts)
        return project

    return make_project


@pytest.fixture
def make_organisation(store):
    """Commit an organisation in a group of its own."""

    def make_organisation(name_ko, kind=OrganisationKind.PARTNER_FIRM, **values):
        group = OwnershipGroup(name_ko=name_ko)
        organisation = Organisation(kind=kind, name_ko=name_ko, ownership_group_id=group.id, **values)
        store(group, organisation)
        return organisation

    return make_organisation


@pytest.fixture
def answer_signal(store, run):
    """Commit a signal of an organisation that a project answers."""

    def answer_signal(project, organisation, *, confidentiality=Confidentiality.OPEN, score=0.5, eligible=True,
                      method_digest=None, matched_version=1, **values):  # fmt: skip
        signal = DemandSignal(
            organisation_id=organisation.id,
            text="수소 저장 용기를 찾습니다.",
            confidentiality=confidentiality,
            **values,
        )
        matching = SignalMatching(
            signal_id=signal.id,
            run_id=run.id,
            signal_version=matched_version,
            signal_digest=YARDSTICK,
            method_digest=method_digest or run.method_digest,
        )
        match = Match(
            signal_id=signal.id, project_id=project.id, run_id=run.id, eligible=eligible, rank=1, score=score,
            components={}, reasons={},
        )  # fmt: skip
        store(signal, matching, match)
        return signal

    return answer_signal


@pytest.fixture
def yesterday():
    """The day before today in Seoul."""
    return business_date(utc_now()) - timedelta(days=1)


LEAD, ANCHOR, PARTNER = ConsortiumRole.LEAD, ConsortiumRole.ANCHOR, ConsortiumRole.PARTNER
