"""What the hot path counts: events by outcome, and how long answers took; for ``metrics``."""

from footfall.store.stats import TIME_BOUNDS_S, Histogram


class Counters:
    """Counts since the process started."""

    def __init__(self) -> None:
        self.events = {"created": 0, "duplicate": 0, "rejected": 0}
        self.requests: dict[tuple[str, int], int] = {}
        self.seconds = {
            endpoint: Histogram(TIME_BOUNDS_S) for endpoint in ("event", "batch", "browser_event")
        }
        self.unrecorded = 0
        """Refusals that could not be kept because nothing could be stored."""
        self.openings: dict[str, int] = {}
        self.link_clicks_unrecorded = 0
        """Clicks on tracked links that could not be stored; the visitors were sent on."""

    def opened(self, outcome: str) -> None:
        """Count an opening of a tracked link."""
        self.openings[outcome] = self.openings.get(outcome, 0) + 1

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        """Count an answer of ``event``, ``batch`` or ``browser_event``."""
        key = (endpoint, status)
        self.requests[key] = self.requests.get(key, 0) + 1
        self.seconds[endpoint].add(seconds)
