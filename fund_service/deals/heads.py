"""The head of a deal: what every page about it shows on top."""

from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from models.deal import Deal, DealStage, InvestmentInstrument
from models.errors import RecordNotFound
from models.organisation import Organisation


class DealHead(BaseModel):
    """A deal in brief: which one it is, where it stands, how much is asked."""

    id: UUID
    version: int
    title_ko: str | None
    title_en: str | None
    stage: DealStage
    instrument: InvestmentInstrument
    amount_krw: int
    company_id: UUID
    company_name_ko: str | None
    company_name_en: str | None
    merged_into_id: UUID | None = Field(description="The deal that stands for it, where it was merged.")


def deal_head(session: Session, deal_id: UUID) -> DealHead:
    """Read the head of a deal, in one statement.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    row = session.exec(
        select(Deal, Organisation.name_ko, Organisation.name_en)
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .where(Deal.id == deal_id)
    ).first()
    if row is None:
        raise RecordNotFound("There is no such deal.")
    deal, name_ko, name_en = row
    shown = set(DealHead.model_fields) - {"company_name_ko", "company_name_en"}
    return DealHead(**deal.model_dump(include=shown), company_name_ko=name_ko, company_name_en=name_en)
