"""What the writer counts of itself, cheaply; ``ops.metrics`` turns it into Prometheus text."""

from bisect import bisect_left
from typing import Final

TIME_BOUNDS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
SIZE_BOUNDS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


class Histogram:
    """Counts per bucket and the sum; one thread adds, any reads."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Return (upper bound, how many at or below it), ending with ``+Inf``."""
        running = 0
        buckets: list[tuple[str, float]] = []
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            running += count
            buckets.append(("+Inf" if bound == float("inf") else repr(float(bound)), running))
        return buckets


class WriterStats:
    """Commits by size and time, and what could not be stored."""

    def __init__(self) -> None:
        self.sizes = Histogram(SIZE_BOUNDS)
        self.seconds = Histogram(TIME_BOUNDS_S)
        self.refused = 0
        self.failed = 0

    def commit(self, size: int, seconds: float) -> None:
        self.sizes.add(size)
        self.seconds.add(seconds)
