"""Policy fit: how much of the plan's pillars and targets names a technology field.

Half of it is the share of the pillars with an initiative that names the field, half the share of the targets, among
those of initiatives that name any field, which belong to one that names this one. Initiatives that name no field serve
all alike and tell none apart. Which field an initiative names is reference data with its words (`InitiativeField`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from models.plan import Initiative, InitiativeField, Pillar, Target, TechnologyField
from models.priorities import PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFit:
    """What of the plan names one technology field."""

    fit: float
    """From 0 to 1."""
    pillars: int
    targets: int
    initiatives: tuple[Initiative, ...]

    @property
    def percent(self) -> int:
        """The fit in whole percents."""
        return round(self.fit * PERCENT)


def policy_fits(session: Session) -> Mapping[str, PolicyFit]:
    """Measure how well each technology field of the plan serves it, by code."""
    initiatives = {row.code: row for row in session.exec(select(Initiative))}
    targets: defaultdict[str, int] = defaultdict(int)
    for code in session.exec(select(Target.initiative_code)):
        targets[code] += 1
    named: defaultdict[str, list[Initiative]] = defaultdict(list)
    for row in session.exec(select(InitiativeField).order_by(InitiativeField.code)):
        named[row.field_code].append(initiatives[row.initiative_code])
    pillars = len(session.exec(select(Pillar.code)).all())
    naming = {one.code for ones in named.values() for one in ones}
    whole = sum(targets[code] for code in naming)
    return {
        field: _fit(named.get(field, []), targets, pillars=pillars, whole=whole)
        for field in session.exec(select(TechnologyField.code).order_by(TechnologyField.code))
    }


def _fit(serving: list[Initiative], targets: Mapping[str, int], *, pillars: int, whole: int) -> PolicyFit:
    served = {one.pillar_code for one in serving if one.pillar_code is not None}
    promised = sum(targets[one.code] for one in serving)
    parts = (len(served) / pillars if pillars else 0.0, promised / whole if whole else 0.0)
    return PolicyFit(fit=sum(parts) / len(parts), pillars=len(served), targets=promised, initiatives=tuple(serving))
