"""The numbers of the demand index that are a matter of policy, each with its reason."""

from dataclasses import dataclass

WHOLE_BP = 10_000
"""One whole in basis points."""

MICRO = 1_000_000
"""Voices are counted in millionths, as whole numbers: sums do not depend on their order, and equal is equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandPolicy:
    """How much a group counts. One voice is what ``voice_krw`` signed today by a group that keeps its word count."""

    backed_weight: tuple[float, ...] = (0.0, 0.0, 0.4, 0.7, 1.0, 1.0)
    """By commitment level L0 to L5, what verified money counts: a letter of intent .4 (it binds nobody), a conditional
    commitment .7 (its conditions may fail), a signature as much as cash (the fund can sue for it)."""
    spoken_weight: tuple[float, ...] = (0.1, 0.2, 0.2, 0.2, 0.2, 0.2)
    """What words alone count: a view .1; an interest with a name and a ticket .2. A document adds to it, and never
    takes the words back."""
    half_life_days: float = 365.0
    """A voice counts half after twelve months, the length of a planning year."""
    voice_krw: int = 10_000_000_000
    """KRW 10 bn: the size from which the plan calls a project large."""
    group_cap_bp: int = 1_000
    """A group counts at most 10 % of a theme, the phantom voice included: ten groups must agree to fill one."""
    spoken_cap_bp: int = 2_000
    """Words that nobody has verified count at most 20 % of a theme, the phantom voice included."""
    phantom_micro: int = MICRO
    """One silent voice is added to each theme before shares are taken. A tenth of a theme of fewer than ten groups is
    nothing at all, and so is a fifth of one in which nothing is verified: with the phantom a group that stands alone
    counts up to .11 of a voice, and words alone up to .25. So the shares hold of the theme with its phantom."""
    kept_prior: float = 4.0
    """Promises that a group is taken to have kept before its first one falls due."""
    broken_prior: float = 1.0
    """Promises that it is taken to have broken: with no record it counts .8, and a kept word is worth something."""

    def __post_init__(self) -> None:
        if not 0 < self.group_cap_bp < WHOLE_BP or not 0 <= self.spoken_cap_bp < WHOLE_BP:
            raise ValueError("a cap is a share between nothing and the whole")
        if self.phantom_micro <= 0 or self.voice_krw <= 0 or self.half_life_days <= 0:
            raise ValueError("phantom voices, the money of one voice and the half-life are above zero")

    @property
    def most_capped(self) -> int:
        """How many groups at most stand at the cap of one theme: nine, where each may have a tenth."""
        return (WHOLE_BP - 1) // self.group_cap_bp


DEFAULT_POLICY = DemandPolicy()
"""The policy as this service sets out with it."""
