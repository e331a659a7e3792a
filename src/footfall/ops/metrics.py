"""Prometheus text at ``/metrics``, from what the hot path and the writer count anyway."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from footfall.domain.times import SECOND
from footfall.ops.counters import Counters
from footfall.store.stats import Histogram
from footfall.store.store import Store

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one server; every name is listed in ``docs/operations.md``."""

    def __init__(self, store: Store, counters: Counters) -> None:
        self._store = store
        self._counters = counters
        self._registry = CollectorRegistry()
        self._registry.register(self)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)

    def render(self) -> bytes:
        """Return the text a Prometheus server reads."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of ours."""
        yield from self._of_events()
        yield from self._of_links()
        yield from self._of_commits()
        yield from self._of_released()
        cached = GaugeMetricFamily(
            "footfall_cached_facts", "Names held in the caches.", labels=["kind"]
        )
        facts = self._store.facts
        for kind in ("callers", "profiles", "sessions", "objects"):
            cached.add_metric([kind], len(getattr(facts, kind)))
        yield cached

    def _of_events(self) -> Iterator[Metric]:
        outcomes = CounterMetricFamily(
            "footfall_events", "Events by what became of them.", labels=["outcome"]
        )
        for outcome, count in self._counters.events.items():
            outcomes.add_metric([outcome], count)
        yield outcomes
        answers = CounterMetricFamily(
            "footfall_answers", "Answers of the event endpoints.", labels=["endpoint", "status"]
        )
        for (endpoint, status), count in sorted(self._counters.requests.items()):
            answers.add_metric([endpoint, str(status)], count)
        yield answers
        latency = HistogramMetricFamily(
            "footfall_answer_seconds",
            "From the arrival of the headers to the sent answer.",
            labels=["endpoint"],
        )
        for endpoint, histogram in self._counters.seconds.items():
            latency.add_metric([endpoint], histogram.cumulative(), histogram.total)
        yield latency
        yield CounterMetricFamily(
            "footfall_unrecorded_refusals",
            "Refusals answered but not kept, because nothing could be stored.",
            self._counters.unrecorded,
        )

    def _of_links(self) -> Iterator[Metric]:
        openings = CounterMetricFamily(
            "footfall_link_openings",
            "Openings of tracked links by what they were.",
            labels=["outcome"],
        )
        for outcome, count in sorted(self._counters.openings.items()):
            openings.add_metric([outcome], count)
        yield openings
        yield CounterMetricFamily(
            "footfall_link_clicks_unrecorded",
            "Clicks on tracked links that could not be stored; the visitor was sent on.",
            self._counters.link_clicks_unrecorded,
        )

    def _of_commits(self) -> Iterator[Metric]:
        writer = self._store.writer
        yield GaugeMetricFamily(
            "footfall_waiting_events", "Events accepted and not yet committed.", writer.waiting
        )
        yield _histogram("footfall_commit_events", "Events per commit.", writer.stats.sizes)
        yield _histogram("footfall_commit_seconds", "Time per commit.", writer.stats.seconds)
        yield CounterMetricFamily(
            "footfall_turned_away_events",
            "Events answered 503 because too many were waiting.",
            writer.stats.refused,
        )
        yield CounterMetricFamily(
            "footfall_failed_events",
            "Events answered 503 because a commit failed.",
            writer.stats.failed,
        )

    def _of_released(self) -> Iterator[Metric]:
        standing, count = self._store.released
        yield GaugeMetricFamily(
            "footfall_lake_only_events", "Events that the database let go of.", count
        )
        yield GaugeMetricFamily(
            "footfall_database_events_since_seconds",
            "Unix time since which every event that arrived is in the database; 0: ever.",
            standing.until_at / SECOND,
        )


def _histogram(name: str, text: str, histogram: Histogram) -> HistogramMetricFamily:
    return HistogramMetricFamily(name, text, histogram.cumulative(), histogram.total)
