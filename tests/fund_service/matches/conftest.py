"""Makers for matching tests: rows that are valid by default, an encoder that needs no model."""

from collections.abc import Callable

import pytest
from sqlalchemy.engine import Engine

from fund_service.matches.corpus import Matchmaker
from matching.encoding.encoder import HashingEncoder
from models.organisation import Organisation
from models.project import ProjectState, RndProject
from models.signal import Confidentiality, DemandSignal


@pytest.fixture
def matchmaker(database: Engine, reference_data: None) -> Matchmaker:
    return Matchmaker(database, HashingEncoder())


@pytest.fixture
def make_project(store: Callable[..., None]) -> Callable[..., RndProject]:
    def make_project(topic: str, **facts: object) -> RndProject:
        project = RndProject(title_en=topic, abstract_en=f"We develop {topic}.", state=ProjectState.RUNNING)
        for name, value in facts.items():
            setattr(project, name, value)
        store(project)
        return project

    return make_project


@pytest.fixture
def make_signal(store: Callable[..., None], investor_organisation: Organisation) -> Callable[..., DemandSignal]:
    def make_signal(text: str, **facts: object) -> DemandSignal:
        signal = DemandSignal(organisation_id=investor_organisation.id, text=text, confidentiality=Confidentiality.OPEN)
        for name, value in facts.items():
            setattr(signal, name, value)
        store(signal)
        return signal

    return make_signal
