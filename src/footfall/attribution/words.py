"""The words that attribution is asked with: models, dimensions, classes of evidence, ranges.

For whoever asks; nothing is loaded here that reckons.
"""

from typing import ClassVar, Final, Literal, NamedTuple, get_args

from footfall.errors import FootfallError

Game = Literal["sum", "rate", "count", "chain"]
Dimension = Literal[
    "channel",
    "source",
    "medium",
    "source_medium",
    "campaign",
    "term",
    "content",
    "link",
    "landing_page",
    "evidence",
    "kind",
]

W_SHAPED: Final = "w_shaped"
"""The one rule that asks for more than touches: the milestone of the journey."""

RULES: Final[tuple[str, ...]] = (
    "first",
    "last",
    "last_non_direct",
    "linear",
    "time_decay",
    "position",
    W_SHAPED,
    "precedence",
)
"""Models that weigh the touches of one conversion by themselves."""

CHAINS: Final = tuple(f"markov_{order}" for order in (1, 2, 3, 4))
GAMES: Final = tuple(f"shapley_{game}" for game in get_args(Game))
MODELS: Final = (*RULES, *CHAINS, *GAMES)

DEFAULT_MODELS: Final = ("precedence", "last", "first", "linear", "time_decay", "position")
"""What a report compares when nothing else is asked for."""

DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
"""What touches tell, and so what may be credited."""

Sold = Literal["category", "product"]
SOLD: Final[tuple[Sold, ...]] = get_args(Sold)
"""What was bought, whichever touch led to it: credited in proportion to the lines of the order."""

EXTERNAL, ACTIVE, PASSIVE = 0, 1, 2
"""Classes of evidence, the strongest first (contract 7.2)."""

KINDS: Final = {"external": EXTERNAL, "active": ACTIVE, "passive": PASSIVE}
"""Classes of evidence by the words that files and reports use."""

BOT: Final = 3
"""In place of a class: only a program met it. Receipts show it, and nothing counts it."""

FOREVER: Final = 2**62
"""Microseconds, or an instant in them, beyond all others."""


class Range(NamedTuple):
    """UTC microseconds from ``since_at`` up to and without ``until_at``."""

    since_at: int
    until_at: int


EVER: Final = Range(0, FOREVER)

SAMPLES_MIN: Final = 40
"""With fewer no sample would lie beyond percentiles of 95 %."""

SAMPLES_MAX: Final = 1_000

SEED: Final = 1
"""Of chance, where nobody names one."""

SEED_MAX: Final = 2**32 - 1


class Resampling(NamedTuple):
    """How often customers are drawn again to tell how sure credit is, and the seed of chance."""

    samples: int
    seed: int = SEED


class TooMuchForModel(FootfallError, ValueError):
    """A model cannot be reckoned for so much; the message says what is too much, and what to do."""

    parameter: ClassVar[str] = "models"


class TooManySamples(TooMuchForModel):
    """So many samples would take too long."""

    parameter = "bootstrap"
