"""Limit rules to begin with: what the plan announces and, where it is silent, defaults that say they are ours."""

from pathlib import Path

from pydantic import BaseModel, Field
from sqlmodel import Session, select

from models.plan import MegaRegion
from models.vehicle import LimitForce, LimitKind, LimitRule
from seeds.reading import Line, SeedFileRefused, read_csv, repeated_keys
from seeds.reports import ADDED, CHANGED, UNCHANGED, SeedReport

LIMITS_FILE = Path(__file__).parent / "data" / "limit_rules.csv"
SOURCE = "limit-defaults"


class LimitRecord(BaseModel):
    """A limit rule for the whole fund, as the file has it."""

    external_id: str = Field(max_length=200)
    kind: LimitKind
    force: LimitForce
    mega_region_code: str | None
    year: int | None
    share_bp: int = Field(ge=0, le=10_000)
    basis_ko: str = Field(max_length=300)
    basis_en: str = Field(max_length=300)


def seed_limits(session: Session, *, file: Path = LIMITS_FILE) -> SeedReport:
    """Bring the limit rules that nobody has changed to what the file says; flushes, never commits.

    The plan has to be there, since floors name its mega-regions. A rule that officials changed stays as they set it,
    and so do rules that the file does not name.

    Raises
    ------
    SeedFileRefused
        When the file is not as it must be; then nothing is written.
    """
    lines = read_csv(file, LimitRecord)
    faults = list(repeated_keys(lines, "external_id"))
    known = set(session.exec(select(MegaRegion.code)))
    for line in lines:
        code = line.record.mega_region_code
        if code is not None and code not in known:
            faults.append(line.fault("mega_region_code", f"expected a mega_region of the plan, found {code!r}"))
    if faults:
        raise SeedFileRefused(faults)
    stored = {rule.external_id: rule for rule in session.exec(select(LimitRule).where(LimitRule.source == SOURCE))}
    report = SeedReport()
    for line in lines:
        report += _bring(session, line, stored.get(line.record.external_id))
    session.flush()
    return report


def _bring(session: Session, line: Line[LimitRecord], stored: LimitRule | None) -> SeedReport:
    wanted = line.record.model_dump()
    if stored is None:
        session.add(LimitRule(source=SOURCE, **wanted))
        return ADDED
    if stored.version > 1 or stored.model_dump(include=set(wanted)) == wanted:
        return UNCHANGED
    stored.sqlmodel_update(wanted)
    return CHANGED
