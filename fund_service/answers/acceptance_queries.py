"""Reads of acceptance models: what ranks each side, how well it has done, and what ranked before."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.answers.acceptance_schemas import (
    AcceptanceView,
    AdoptionForm,
    AdoptionView,
    Interval,
    ModelView,
    SideModel,
    Weight,
)
from fund_service.answers.adopting import adoption_cause
from fund_service.answers.charts import reliability_chart
from fund_service.answers.evidence import evidence_of
from fund_service.answers.latest import is_latest
from fund_service.answers.learning import LEAST_TO_LEARN
from fund_service.answers.live import LiveModel, live_models
from fund_service.answers.reliability import reliability
from fund_service.signals.queries import visible_to
from matching.acceptance import FEATURES, AcceptanceModel, prior_model
from models.answer import AcceptanceRecord, AnswerKind, AnswerSide, MatchAnswer, ModelAdoption, PassReason
from models.person import Person

NEWEST = 20
FIGURES = ("log_loss", "brier", "calibration_error", "ndcg")


def acceptance(session: Session, *, caller: Caller) -> AcceptanceView:
    """Show the models of both sides, in a fixed number of statements.

    How many answers stand behind a model counts those to confidential signals, as the model does; why somebody passed
    is told of signals that the caller may read.
    """
    live = live_models(session)
    return AcceptanceView(sides=[_side(session, side, live[side], caller=caller) for side in AnswerSide])


def _side(session: Session, side: AnswerSide, live: LiveModel, *, caller: Caller) -> SideModel:
    readable = visible_to(caller).subquery()
    given = session.exec(
        select(MatchAnswer.reason, col(readable.c.id).is_not(None))
        .join(readable, readable.c.id == col(MatchAnswer.signal_id), isouter=True)
        .where(MatchAnswer.side == side, MatchAnswer.kind != AnswerKind.TAKEN_BACK, is_latest())
    ).all()
    evidence = evidence_of(session, side)
    adoptions = session.exec(
        select(ModelAdoption, AcceptanceRecord, Person.name)
        .join(AcceptanceRecord, col(AcceptanceRecord.id) == col(ModelAdoption.model_id), isouter=True)
        .join(Person, col(Person.id) == col(ModelAdoption.adopted_by_id), isouter=True)
        .where(ModelAdoption.side == side)
        .order_by(col(ModelAdoption.number).desc())
        .limit(NEWEST)
    ).all()
    records = session.exec(
        select(AcceptanceRecord)
        .where(AcceptanceRecord.side == side)
        .order_by(col(AcceptanceRecord.recorded_at).desc(), col(AcceptanceRecord.id).desc())
        .limit(NEWEST)
    ).all()
    standing = None if live.record_id is None else session.get(AcceptanceRecord, live.record_id)
    ranked = _ever_ranked(session, side)
    bins = reliability(session, side, model_id=live.record_id)
    return SideModel(
        side=side,
        number=live.number,
        learned=not live.is_prior,
        live=None if standing is None else model_view(standing, live=live, ranked=ranked),
        unreadable=live.unreadable,
        held=live.held,
        answers=len(given),
        usable=len(evidence),
        accepted=int(evidence.accepted.sum()),
        passes=_passes(reason for reason, is_readable in given if reason is not None and is_readable),
        needed=LEAST_TO_LEARN,
        weights=_weights(live.model),
        reliability=bins,
        chart=reliability_chart(bins),
        models=[model_view(record, live=live, ranked=ranked) for record in records],
        history=[_adoption_view(*row) for row in adoptions],
    )


def _ever_ranked(session: Session, side: AnswerSide) -> frozenset[UUID]:
    found = session.exec(select(ModelAdoption.model_id).where(ModelAdoption.side == side).distinct())
    return frozenset(model_id for model_id in found if model_id is not None)


def _passes(reasons: Iterable[str]) -> dict[PassReason, int]:
    counted = Counter(PassReason(reason) for reason in reasons)
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def _weights(model: AcceptanceModel) -> list[Weight]:
    """Give what part of all its weight a model gives each component, beside the prior weights."""
    prior = _shares(prior_model().coefficients)
    live = _shares(model.coefficients)
    return [Weight(name=name, prior=prior[place], live=live[place]) for place, name in enumerate(FEATURES)]


def _shares(coefficients: Sequence[float]) -> list[float]:
    total = sum(coefficients)
    return [coefficient / total if total else 0.0 for coefficient in coefficients]


def _adoption_view(adoption: ModelAdoption, record: AcceptanceRecord | None, person_name: str | None) -> AdoptionView:
    return AdoptionView(
        number=adoption.number,
        adopted_at=adoption.recorded_at,
        model_id=adoption.model_id,
        kind=None if record is None else record.kind,
        answers=None if record is None else record.answers,
        cause=adoption.cause,
        person_name=person_name,
        reason=adoption.reason,
    )


def model_view(record: AcceptanceRecord, *, live: LiveModel, ranked: frozenset[UUID]) -> ModelView:
    """Show a model with how it did."""
    compared: Mapping[str, Any] = record.comparison
    return ModelView(
        **record.model_dump(include={"id", "side", "kind", "answers", "accepted", "digest", "against_id", "better"}),
        learned_at=record.recorded_at,
        held_back=compared["answers"],
        people=compared["people"],
        figures=[_interval(name, compared[name]) for name in FIGURES if compared.get(name) is not None],
        verdict=compared["verdict"],
        ranks=record.id == live.record_id,
        ranked_before=record.id in ranked and record.id != live.record_id,
        content=record.content,
    )


def _interval(name: str, figure: Mapping[str, float]) -> Interval:
    return Interval(name=name, **{part: figure[part] for part in ("live", "candidate", "low", "high")})


def adoption_form(session: Session, side: AnswerSide, model_id: UUID | None) -> AdoptionForm:
    """Prepare the form to let another model rank.

    Raises
    ------
    RecordNotFound
        When the side has no such model.
    StepNotAllowed
        When the model did not do better.
    """
    live = live_models(session)[side]
    cause = adoption_cause(session, side, model_id, live=live)
    ranked = _ever_ranked(session, side)
    standing = None if live.record_id is None else session.get(AcceptanceRecord, live.record_id)
    asked = None if model_id is None else session.get_one(AcceptanceRecord, model_id)
    return AdoptionForm(
        side=side,
        standing=live.number,
        cause=cause,
        live=None if standing is None else model_view(standing, live=live, ranked=ranked),
        model=None if asked is None else model_view(asked, live=live, ranked=ranked),
    )
