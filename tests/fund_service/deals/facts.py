"""What tests of deals say again and again."""

from models.deal import DealStage

READY = {"region_code": "26", "additionality": "민간은 이 위험을 지지 않는다."}
"""What a deal itself says before the committee."""
STAGES = list(DealStage)
BY_HAND = [stage for stage in STAGES if stage.value not in {"approved", "contracted", "disbursing"}]


def if_match(view: dict) -> dict[str, str]:
    """Give the header that names the version read."""
    return {"If-Match": f'"{view["version"]}"'}


def terms_of(view: dict, **changes: object) -> dict:
    """Give what a program sends to leave a deal as it was read, but for what changes."""
    deal = view["deal"]
    return {
        "title_ko": deal["title_ko"], "title_en": deal["title_en"], "summary": view["summary"],
        "company_id": deal["company_id"], "project_id": view["project"] and view["project"]["id"],
        "lead_id": view["lead"]["id"], "vehicle_id": view["vehicle"] and view["vehicle"]["id"],
        "instrument": deal["instrument"], "amount_krw": deal["amount_krw"],
        "project_budget_krw": view["project_budget_krw"], "private_krw": view["private_krw"],
        "other_public_krw": view["other_public_krw"], "main_purpose": view["main_purpose"],
        "region_code": view["region"] and view["region"]["code"],
        "initiative_code": view["initiative"] and view["initiative"]["code"], "additionality": view["additionality"],
    } | changes  # fmt: skip
