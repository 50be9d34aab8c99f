"""Reads of a round's quotas, and quotas from a file."""

import tempfile
from collections.abc import Mapping
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
from fund_service.rounds.bodies import MAX_QUOTAS, QuotaIn, QuotaSide
from fund_service.rounds.commands import find_round
from fund_service.rounds.queries import SHOWN, round_heads
from fund_service.rounds.schemas import QuotaFileForm, QuotaForm, QuotasView, QuotaView
from fund_service.rounds.sight import organisation_names, parties, project_names, sees_investors
from fund_service.settlement.receipts import Upload
from models.errors import RecordNotFound
from models.person import PreferredLanguage

COLUMNS = ("side", "id", "name", "meetings", "krw")
HEADINGS: Mapping[str, str] = MappingProxyType(
    {"side": "Party", "id": "ID", "name": "Name", "meetings": "Looks", "krw": "Amount (won)"}
)
"""What the columns are called, as message ids."""
NUMBERS = ("meetings", "krw")


def headings() -> list[str]:
    """Give the headings of the table of quotas in the language at hand."""
    return [locales.gettext(HEADINGS[name]) for name in COLUMNS]


def all_quotas(session: Session, round_id: UUID, *, caller: Caller) -> tuple[list[QuotaView], list[QuotaView]]:
    """Read the quotas that are set by hand, investors where the caller may know of them, both by name."""
    investors, projects = parties(session, round_id)
    names = organisation_names(session, investors) if sees_investors(caller) else {}
    titles = project_names(session, projects)
    heads = [
        QuotaView(
            **name.model_dump(),
            side=QuotaSide.INVESTOR,
            meetings=investors[key].attention,
            krw=investors[key].money_krw,
        )
        for key, name in names.items()
    ]
    tails = [
        QuotaView(
            **name.model_dump(), side=QuotaSide.PROJECT, meetings=projects[key].places, krw=projects[key].need_krw
        )
        for key, name in titles.items()
    ]
    return sorted(heads, key=_by_name), sorted(tails, key=_by_name)


def _by_name(quota: QuotaView) -> tuple[str, UUID]:
    return quota.name_ko or quota.name_en or "", quota.id


def quotas_view(session: Session, round_id: UUID, *, caller: Caller) -> QuotasView:
    """Show the quotas of a round.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    find_round(session, round_id)
    investors, projects = all_quotas(session, round_id, caller=caller)
    return QuotasView(
        round=round_heads(session, [round_id])[round_id],
        investors=investors[:SHOWN],
        investor_count=len(investors),
        projects=projects[:SHOWN],
        project_count=len(projects),
        sees_investors=sees_investors(caller),
    )


def quota_form(session: Session, round_id: UUID, side: QuotaSide, record_id: UUID, *, caller: Caller) -> QuotaForm:
    """Prepare the form of one quota.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or the round is no draft any more.
    """
    find_round(session, round_id).require_draft()
    investors, projects = all_quotas(session, round_id, caller=caller)
    quotas = investors if side is QuotaSide.INVESTOR else projects
    quota = next((it for it in quotas if it.id == record_id), None)
    if quota is None:
        raise RecordNotFound("There is no such quota in this round.")
    values: dict[str, str | list[str]] = {
        name: "" if value is None else str(value) for name, value in (("meetings", quota.meetings), ("krw", quota.krw))
    }
    return QuotaForm(round=round_heads(session, [round_id])[round_id], quota=quota, values=values)


def file_form(session: Session, round_id: UUID) -> QuotaFileForm:
    """Prepare the form to set quotas from a file.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none by this id, or it is no draft any more.
    """
    find_round(session, round_id).require_draft()
    return QuotaFileForm(round=round_heads(session, [round_id])[round_id], columns=headings(), most_rows=MAX_QUOTAS)


def read_quotas(session: Session, round_id: UUID, upload: Upload) -> list[QuotaIn]:
    """Read the quotas of a file, such as the one downloaded; the names in it are for people only.

    Raises
    ------
    ImportRefused
        With every bad line and what is wrong with it.
    """
    faults, items = FaultList(), dict[tuple[QuotaSide, UUID], QuotaIn]()
    investors, projects = parties(session, round_id)
    for row in _rows(upload, faults):
        try:
            item = QuotaIn.model_validate(_facts(row))
        except ValidationError as error:
            for fault in fields_at_fault(error):
                faults.add(row.line, column=fault.field or None, value=None, expected=Reason.as_said(fault.message))
            continue
        if item.id not in (investors if item.side is QuotaSide.INVESTOR else projects):
            faults.add(row.line, column="id", value=item.id, expected=Reason("expected one who takes part"))
        elif (item.side, item.id) in items:
            faults.add(row.line, column="id", value=item.id, expected=Reason("expected each quota once"))
        items[item.side, item.id] = item
    faults.refuse()
    if not items:
        raise refusal("expected at least one row under the headings")
    return list(items.values())


def _rows(upload: Upload, faults: FaultList) -> list[SourceRow]:
    """Read the rows of a file that came in; it is held on disk no longer than that."""
    with tempfile.TemporaryDirectory(prefix="fund-quotas-") as folder:
        path = Path(folder) / f"quotas{Path(upload.name).suffix.lower()}"
        path.write_bytes(upload.content)
        rows: list[SourceRow] = []
        for row in open_table(path).rows(faults):
            rows.append(row)
            if len(rows) > MAX_QUOTAS:
                raise refusal("expected at most {most:,} rows", most=MAX_QUOTAS)
    return rows


def _facts(row: SourceRow) -> dict[str, object]:
    """Give the cells of a row as a quota's facts; cells under other headings are left out."""
    facts: dict[str, object] = {}
    for heading, value in row.cells.items():
        name = _KNOWN.get(heading.strip().lower())
        if name is not None and name != "name" and value not in {None, ""}:
            facts[name] = _fact(name, value)
    return facts


def _fact(name: str, value: object) -> object:
    text = value.strip() if isinstance(value, str) else value
    if name in NUMBERS and isinstance(text, str) and WHOLE_NUMBER.fullmatch(text):
        return int(text.replace(",", ""))
    return _SIDES.get(text.lower(), text) if name == "side" and isinstance(text, str) else text


def _known_headings() -> dict[str, str]:
    known = {name: name for name in COLUMNS}
    for language in PreferredLanguage:
        with locales.speaking(language):
            known |= {heading.lower(): name for name, heading in zip(COLUMNS, headings(), strict=True)}
    return known


def _side_names() -> dict[str, str]:
    names = {side.value: side.value for side in QuotaSide}
    for language in PreferredLanguage:
        with locales.speaking(language):
            names |= {locales.label(side).lower(): side.value for side in QuotaSide}
    return names


_KNOWN = _known_headings()
"""What a file may call a column: its code, or its name in either language."""
_SIDES = _side_names()
"""What a file may call a side: its code, or its name in either language."""
