"""Every number the matcher was tuned with, in one place, with the measurement that chose it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from math import isfinite

from matching.language.text import Language

METHOD = 3
"""Version of the method itself: raised when the same parameters would give other scores."""


_SHARES = frozenset(
    {"dense_share", "profile_share", "reference_low", "reference_high"}
    | {"mega_region_worth", "bordering_worth", "anchor_alone_worth"}
)
"""Parameters from 0 to 1."""
_ABOVE = {
    **dict.fromkeys(("english_smoothing", "korean_smoothing", "headroom", "text_weight"), 0),
    **dict.fromkeys(("reference_queries", "reference_words", "trl_reach"), 0),
    "ticket_reach": 1,
}
"""What some parameters lie above; all others are 0 at the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchParameters:
    """How legs, components and gates are weighed. A stored match names the ``digest`` it was made with.

    Measured on 141 English demand statements against 16,058 abstracts (nDCG@10) unless said otherwise.

    Raises
    ------
    ValueError
        For a value that means nothing: a share beyond 1, a negative weight, a reach of nothing.
    """

    dense_share: float = 0.65
    """Share of the dense leg in the text's worth: .6, .65 and .7 give .658, .657 and .654, recall@100 .911, .918 and
    .926; 60 Korean statements .416, .417 and .425, recall@100 .917, .917 and .883."""
    english_smoothing: float = 0.6
    """Words of any text mixed into an English one, as a share of the mean length, .25 to .9: .633 to .639 at equal
    shares. BM25 (k1 1.6, b .9) in its place: .629, recall@100 .887; 1,200 award titles against abstracts: .797 with
    BM25, .804 with this (2.5 standard errors)."""
    korean_smoothing: float = 3.0
    """The same in Korean; 640 Korean statements in 160 calls: .902, with .6 .894, with BM25 .900."""
    asked_reserve: float = 100.0
    """Information, in nats, that every signal is taken to ask for beside what it says, about thirteen words: few words
    answered in full are little evidence, and tied hundreds of projects at 1. nDCG@10 / recall@100 with 0, 50, 100, 200:
    141 statements .637, .639, .639, .642 / .918 each; their topics' titles .614, .632, .624, .620 / .886, .910, .916,
    .916; leading 180 words of their descriptions .656, .664, .665, .661; 400 award titles .801, .806, .813, .811; 60
    Korean statements .430, .428, .427, .425. Tried beside it and left out, gains of both signs over these sets: words
    of signals weighed by how many signals say them, rarer words weighed more, function words left out, abbreviations
    expanded both ways, best passage, leading words counted more, feedback from the first answers (which hurts)."""
    profile_share: float = 0.3
    """Share of the mean of accepted projects in an investor's vector. 300 award titles beside the firm's other awards,
    dense leg: .712 alone, .738 (.1), .753 (.2), .762 (.3), .755 (.4), .708 (.5). 44 labelled pairs of topics with
    several answers, one held back: .620 alone, .653 at .3 (interval of the gain -.013 to .079); the mean, maximum and
    best two of the projects' own cosines beside the signal's: .650, .658, .650, and .758, .742, .757 on the titles."""
    syllable_weight: float = 0.35
    """What a pair of Hangul syllables counts beside a morpheme; the same statements: .902 with .35, .901 with .2, .900
    with .5, .895 without. English letter n-grams were tried and left out: .540 alone, blend .603."""
    reference_low: float = 0.5
    """Quantile of the reference pairs at which a leg is worth 0."""
    reference_high: float = 0.9999
    """Quantile of the reference pairs that, together with ``headroom``, sets where a leg is worth 1."""
    headroom: float = 2.5
    """A leg reaches 1 at this many times the distance between both quantiles, 2.5: .629; 2.0: .621; 1.7: .620. Smaller
    values make the very best pairs equal; a bend instead of a straight line costs .01."""
    reference_queries: int = 256
    """Project texts that serve as reference queries."""
    reference_words: int = 50
    """Leading words of such a text that are used: the length of a demand statement."""
    text_weight: float = 0.70
    """Weight of the text in the score; the rest is the structured fit, a matter of policy and not of measurement."""
    field_weight: float = 0.12
    """Weight of shared technology fields."""
    trl_weight: float = 0.06
    """Weight of the distance in technology readiness."""
    ticket_weight: float = 0.06
    """Weight of the distance between need and ticket."""
    region_weight: float = 0.06
    """Weight of the region."""
    consortium_weight: float = 0.06
    """Weight of the consortium's shape, where a signal asks for an anchor company; a matter of policy like the rest."""
    mega_region_worth: float = 0.5
    """What another province of a wanted one's mega-region is worth: policy, since the plan thinks in mega-regions."""
    bordering_worth: float = 0.2
    """What a province in a bordering mega-region or special province is worth; anything farther is worth 0."""
    anchor_alone_worth: float = 0.75
    """What an anchor company without partner firms is worth: a buyer, but no supply chain yet."""
    trl_reach: int = 4
    """Readiness levels from the wanted range at which the component has fallen to 0."""
    ticket_reach: int = 10
    """Factor between need and ticket range at which the component has fallen to 0."""
    ticket_tolerance_bp: int = 5_000
    """Basis points by which a need may lie beyond the ticket range before the gate closes: others may join in."""
    trl_tolerance: int = 0
    """Readiness levels by which a project may lie beyond the wanted range before the gate closes."""

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        for name, value in asdict(self).items():
            if name in _SHARES and not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}, and lies between 0 and 1")
            if not isfinite(value) or value < 0:
                raise ValueError(f"{name} is {value}, and is a number from 0 on")
            if name in _ABOVE and value <= _ABOVE[name]:
                raise ValueError(f"{name} is {value}, and lies above {_ABOVE[name]}")
        if self.reference_low >= self.reference_high:
            raise ValueError("reference_low lies below reference_high")

    def smoothing_in(self, language: Language) -> float:
        """Return the smoothing of texts in a language."""
        return self.korean_smoothing if language is Language.KOREAN else self.english_smoothing

    @property
    def digest(self) -> str:
        """SHA-256 of all parameters and the method's version, in hexadecimal."""
        return hashlib.sha256(json.dumps({"method": METHOD, **asdict(self)}, sort_keys=True).encode()).hexdigest()
