"""The arithmetic of limit rules: plain values in, exact findings out; no figure is ever rounded towards passing.

Every share is one of whole won over whole won, compared with its limit by cross-multiplication. Three decisions about
what is over what:

* Concentration is over size: what the vehicle was promised on the ledger, of the whole fund what its mother fund has.
* Every other share is over the won committed to deals, and those count wherever they are held: a rule for a vehicle
  looks through to the vehicles below it, since what it promised them is in its own size.
* Won committed to a deal are those promised and not given back, drawn or not. Returns, repayments and write-offs do
  not lower them: a rule is about where money was put, not about what it became.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models.vehicle import LimitForce, LimitKind

WHOLE_BP = 10_000
CEILINGS = frozenset({LimitKind.COMPANY_CONCENTRATION, LimitKind.GROUP_CONCENTRATION})
"""Kinds whose share may not be exceeded; all others may not be fallen short of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Won committed, or to be committed, from a vehicle to one deal, and what rules ask of the deal."""

    vehicle_id: UUID
    company_id: UUID
    group_id: UUID
    amount_krw: int
    main_purpose: bool
    mega_region_code: str | None
    large: bool
    """Whether the project is known to be of KRW 10 billion or more; one of unknown budget is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A limit rule, as `models.vehicle.LimitRule` has it."""

    id: UUID
    kind: LimitKind
    force: LimitForce
    share_bp: int
    vehicle_id: UUID | None = None
    mega_region_code: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What is there: each vehicle's parent and size in won, and the won committed to deals."""

    parents: Mapping[UUID, UUID | None]
    sizes: Mapping[UUID, int]
    placed: Sequence[Placement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a rule stands before and after a decision: won over won, and by how many won it is broken."""

    rule: Rule
    subject: UUID | str | None
    """The company, ownership group or mega-region it is about; none where it is about all deals."""
    part_before_krw: int
    whole_before_krw: int
    part_after_krw: int
    whole_after_krw: int

    @property
    def breach_before_krw(self) -> int:
        """By how many won it was broken before; 0 where it passed."""
        return breach(self.rule, self.part_before_krw, self.whole_before_krw)

    @property
    def breach_krw(self) -> int:
        """By how many won it is broken after: the fewest that would have to be elsewhere; 0 where it passes."""
        return breach(self.rule, self.part_after_krw, self.whole_after_krw)

    @property
    def passes(self) -> bool:
        """Whether the rule holds after the decision."""
        return self.breach_krw == 0

    @property
    def blocks(self) -> bool:
        """Whether it forbids the decision: it blocks, and is broken further than before.

        A decision that leaves a broken rule as it was, or mends it in part, can be taken; else nothing could mend it.
        """
        return self.rule.force is LimitForce.BLOCKS and self.breach_krw > self.breach_before_krw

    @property
    def before_bp(self) -> int | None:
        """The share before, rounded against the rule; none of nothing."""
        return share_bp(self.rule, self.part_before_krw, self.whole_before_krw)

    @property
    def after_bp(self) -> int | None:
        """The share after, rounded against the rule; none of nothing."""
        return share_bp(self.rule, self.part_after_krw, self.whole_after_krw)


def breach(rule: Rule, part: int, whole: int) -> int:
    """Give by how many won a share breaks a rule, exactly; 0 where it does not.

    A ceiling is broken by the won of the part above the largest that passes, a floor by those missing to the smallest
    that passes, the whole staying as it is. A floor of nothing is not broken.
    """
    limit = rule.share_bp * whole
    if rule.kind in CEILINGS:
        return max(0, part - limit // WHOLE_BP)
    return max(0, -(-limit // WHOLE_BP) - part)


def share_bp(rule: Rule, part: int, whole: int) -> int | None:
    """Give a share in basis points: rounded up under a ceiling and down over a floor, so it never looks better."""
    if whole <= 0:
        return None
    if rule.kind in CEILINGS:
        return -(-part * WHOLE_BP // whole)
    return part * WHOLE_BP // whole


def rules_in_force(rules: Iterable[Rule], *, year: int) -> list[Rule]:
    """Leave out the steps of a path that do not hold in a year: those yet to come, and those a later one replaced.

    A path is the rules of one kind and vehicle that name years; before its first year it asks nothing.
    """
    kept: list[Rule] = []
    steps: dict[tuple[LimitKind, UUID | None], Rule] = {}
    for rule in rules:
        if rule.year is None:
            kept.append(rule)
        elif rule.year <= year:
            path = (rule.kind, rule.vehicle_id)
            steps[path] = max(steps.get(path, rule), rule, key=lambda step: (step.year or 0, step.id))
    return kept + list(steps.values())


def weigh(rules: Iterable[Rule], portfolio: Portfolio, *, added: Sequence[Placement] = ()) -> list[Finding]:
    """Weigh a portfolio, and what a decision would add to it, against rules; one finding for each rule.

    A rule of concentration is told of the company or group that holds most after the decision, of those the decision
    gives something to; without any, of all. The order of what is added does not matter, and adding nothing changes
    nothing.
    """
    added = [placement for placement in added if placement.amount_krw]
    return [_weigh(rule, portfolio, added) for rule in rules]


def vehicles_below(parents: Mapping[UUID, UUID | None], top: UUID) -> frozenset[UUID]:
    """Give a vehicle and all that draw on it, at any depth."""
    return frozenset(vehicle for vehicle in {*parents, top} if top in line_of(parents, vehicle))


def line_of(parents: Mapping[UUID, UUID | None], vehicle_id: UUID) -> list[UUID]:
    """Give a vehicle, the one it draws on, and so on up to the mother fund."""
    line: list[UUID] = []
    step: UUID | None = vehicle_id
    while step is not None and step not in line:
        line.append(step)
        step = parents.get(step)
    return line


def size_krw(portfolio: Portfolio, vehicle_id: UUID | None) -> int:
    """Give the won a vehicle was promised; of the whole fund, those of the vehicles without a parent."""
    if vehicle_id is not None:
        return portfolio.sizes.get(vehicle_id, 0)
    return sum(size for vehicle, size in portfolio.sizes.items() if portfolio.parents.get(vehicle) is None)


def _weigh(rule: Rule, portfolio: Portfolio, added: Sequence[Placement]) -> Finding:
    before, extra = list(portfolio.placed), list(added)
    if rule.vehicle_id is not None:
        inside = vehicles_below(portfolio.parents, rule.vehicle_id)
        before = [placement for placement in before if placement.vehicle_id in inside]
        extra = [placement for placement in extra if placement.vehicle_id in inside]
    after = before + extra
    if rule.kind in CEILINGS:
        size = size_krw(portfolio, rule.vehicle_id)
        subject: UUID | str | None = _largest(rule, before, extra)
        parts = [
            _sum(placement for placement in some if _party(rule, placement) == subject) for some in (before, after)
        ]
        wholes = [size, size]
    else:
        subject = rule.mega_region_code
        parts = [_sum(placement for placement in some if _counts(rule, placement)) for some in (before, after)]
        wholes = [_sum(before), _sum(after)]
    return Finding(
        rule=rule,
        subject=subject,
        part_before_krw=parts[0],
        whole_before_krw=wholes[0],
        part_after_krw=parts[1],
        whole_after_krw=wholes[1],
    )


def _largest(rule: Rule, before: Sequence[Placement], extra: Sequence[Placement]) -> UUID | None:
    held: dict[UUID, int] = {}
    for placement in (*before, *extra):
        held[_party(rule, placement)] = held.get(_party(rule, placement), 0) + placement.amount_krw
    concerned = {_party(rule, placement) for placement in extra} or held.keys()
    return max(concerned, key=lambda party: (held[party], party), default=None)


def _party(rule: Rule, placement: Placement) -> UUID:
    return placement.company_id if rule.kind is LimitKind.COMPANY_CONCENTRATION else placement.group_id


def _counts(rule: Rule, placement: Placement) -> bool:
    match rule.kind:
        case LimitKind.REGIONAL_FLOOR:
            return placement.mega_region_code == rule.mega_region_code
        case LimitKind.LARGE_PROJECT_SHARE:
            return placement.large
        case _:
            return placement.main_purpose


def _sum(placements: Iterable[Placement]) -> int:
    return sum(placement.amount_krw for placement in placements)
