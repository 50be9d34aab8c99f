"""The models in use: which one ranks each side at this moment."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from matching.acceptance import AcceptanceModel, ModelFormatError, ModelKind, prior_model
from models.answer import AcceptanceRecord, AdoptionCause, AnswerSide, ModelAdoption

logger = logging.getLogger("fund_service")


@dataclass(frozen=True, slots=True)
class LiveModel:
    """The model that ranks a side, and the adoption that made it so."""

    model: AcceptanceModel
    record_id: UUID | None = None
    """Its row; none: the prior weights."""
    number: int = 0
    """The number of the adoption; 0 before there was any."""
    cause: AdoptionCause | None = None
    unreadable: bool = False
    """An earlier version wrote it and this one cannot read it: the prior weights stand in."""

    @property
    def is_prior(self) -> bool:
        """Whether it ranks as the score does."""
        return self.model.kind is ModelKind.PRIOR

    @property
    def held(self) -> bool:
        """Whether a manager went back to it, so that none takes over by itself."""
        return self.cause is AdoptionCause.ROLLED_BACK


def live_models(session: Session) -> Mapping[AnswerSide, LiveModel]:
    """Read which model ranks each side, in one statement."""
    newest = (
        select(ModelAdoption, AcceptanceRecord)
        .join(AcceptanceRecord, col(AcceptanceRecord.id) == col(ModelAdoption.model_id), isouter=True)
        .ext(distinct_on(col(ModelAdoption.side)))
        .order_by(col(ModelAdoption.side), col(ModelAdoption.number).desc())
    )
    live = {side: LiveModel(prior_model()) for side in AnswerSide}
    for adoption, record in session.exec(newest):
        live[adoption.side] = _live(adoption, record)
    return live


def _live(adoption: ModelAdoption, record: AcceptanceRecord | None) -> LiveModel:
    if record is None:
        return LiveModel(prior_model(), number=adoption.number, cause=adoption.cause)
    model = readable_model(record)
    if model is None:
        return LiveModel(prior_model(), record.id, adoption.number, adoption.cause, unreadable=True)
    return LiveModel(model, record.id, adoption.number, adoption.cause)


def readable_model(record: AcceptanceRecord) -> AcceptanceModel | None:
    """Read a stored model; none when another version of the service wrote it in a way this one does not know."""
    try:
        return _read(record.digest, json.dumps(record.content))
    except ModelFormatError as error:
        logger.warning("the acceptance model %s cannot be read, the prior weights rank: %s", record.id, error)
        return None


@lru_cache(maxsize=16)
def _read(_digest: str, content: str) -> AcceptanceModel:
    return AcceptanceModel.from_dict(json.loads(content))
