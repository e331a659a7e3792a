"""What the caller of the benchmark chose; every section reads it, none changes it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
CONNECTIONS: Final = (64, 256)
PROFILES: Final = 10_000
PRODUCTS: Final = 10_000
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Options:
    """How long and how much to measure.

    Attributes:
        seconds: length of one run of the load generator.
        rounds: runs per server and number of connections; the median counts.
        stored: events in the database that counts as full.
        file: what the import section sends.
        touches: touches in the lake that attribution is asked of.
        curve: other numbers of touches, for how it grows.
    """

    seconds: int
    rounds: int
    stored: int
    file: Path
    touches: int = 10_000_000
    curve: tuple[int, ...] = ()

    def described(self) -> dict[str, Any]:
        """Return the options as JSON values, without the folders of this machine."""
        return asdict(self) | {"file": self.file.name}
