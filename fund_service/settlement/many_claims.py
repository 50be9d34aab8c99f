"""Many claims from one file: every row a claim by the same rules, all of them or none."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.faults import fields_at_fault
from fund_service.forms import WHOLE_NUMBER
from fund_service.imports.faults import FaultList, Reason, refusal
from fund_service.imports.readers import open_table
from fund_service.imports.tables import SourceRow
from fund_service.settlement.commands import make_claim
from fund_service.settlement.receipts import Upload
from fund_service.settlement.schemas import ClaimIn
from models.errors import FundError
from models.person import PreferredLanguage
from models.settlement import ExpenseCategory

MAX_CLAIMS = 100
"""Claims of one file: the ledger waits while they are posted, and others wait for the ledger."""
KNOWN_HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "category": "category", "비목": "category", "amount_krw": "amount_krw", "amount (won)": "amount_krw",
        "금액(원)": "amount_krw", "금액": "amount_krw", "spent_on": "spent_on", "spent on": "spent_on",
        "사용일": "spent_on", "words": "words", "what for": "words", "사용 내역": "words",
    }
)  # fmt: skip
"""Headings as programs, the Korean and the English pages call them."""


def make_claims(session: Session, tranche_id: UUID, upload: Upload, *, caller: Caller, at: datetime) -> int:
    """Claim every row of a file against a tranche, and say how many there were; nothing is kept when one is refused.

    Rows carry no documents, so those that need one are refused like any claim that comes without.

    Raises
    ------
    ImportRefused
        With every bad line and what is wrong with it.
    """
    faults, made = FaultList(), 0
    for row in _rows(upload, faults):
        try:
            data = ClaimIn.model_validate({"tranche_id": tranche_id, **_facts(row)})
            make_claim(session, data, upload=None, caller=caller, at=at)
            made += 1
        except ValidationError as error:
            for fault in fields_at_fault(error):
                faults.add(row.line, column=fault.field, value=None, expected=Reason.as_said(fault.message))
        except FundError as fault:
            faults.add(row.line, column=fault.field, value=None, expected=Reason.as_said(locales.error_message(fault)))
    faults.refuse()
    if not made:
        raise refusal("expected at least one row under the headings")
    return made


def _rows(upload: Upload, faults: FaultList) -> list[SourceRow]:
    """Read the rows of a file that came in; it is held on disk no longer than that."""
    with tempfile.TemporaryDirectory(prefix="fund-claims-") as folder:
        path = Path(folder) / f"claims{Path(upload.name).suffix.lower()}"
        path.write_bytes(upload.content)
        table = open_table(path)
        rows: list[SourceRow] = []
        for row in table.rows(faults):
            rows.append(row)
            if len(rows) > MAX_CLAIMS:
                raise refusal("expected at most {most:,} rows", most=MAX_CLAIMS)
    return rows


def _facts(row: SourceRow) -> dict[str, object]:
    """Give the cells of a row as a claim's facts; cells under other headings are left out."""
    facts: dict[str, object] = {}
    for heading, value in row.cells.items():
        name = KNOWN_HEADINGS.get(heading.strip().lower())
        if name is not None and value not in {None, ""}:
            facts[name] = _fact(name, value)
    return facts


def _fact(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    text = value.strip()
    if name == "amount_krw" and WHOLE_NUMBER.fullmatch(text):
        return int(text.replace(",", ""))
    return _CATEGORIES.get(text.lower(), text) if name == "category" else text


def _category_names() -> dict[str, str]:
    names = {category.value: category.value for category in ExpenseCategory}
    for language in PreferredLanguage:
        with locales.speaking(language):
            names |= {locales.label(category).lower(): category.value for category in ExpenseCategory}
    return names


_CATEGORIES = _category_names()
"""What a file may call a category: its code, or its name in either language."""
