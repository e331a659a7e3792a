import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.server import Server, serving
from tests.store.blocking import blocked

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"(?m)^\| `(?P<name>footfall_\w+)` \| (?P<kind>\w+) \| (?P<meaning>.+) \|$")
WAIT_LIMIT_S = 9
OF_THE_PROCESS = ("process_", "python_")


def exported(server: Server) -> dict[str, Metric]:
    """Return what ``/metrics`` says, by the name that is documented."""
    answer = server.client.get("/metrics", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {each.name + ("_total" if each.type == "counter" else ""): each for each in families}


def value(server: Server, name: str, **labels: str) -> float:
    """Return one value; a sample that is not there is an error."""
    found = [
        sample.value
        for family in exported(server).values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    assert len(found) == 1, f"{name} {labels}: {found}"
    return found[0]


def event(**told: Any) -> dict[str, Any]:
    return {"action": "subscribed", "session": "a" * 32} | told


def track(server: Server, **told: Any) -> int:
    return server.client.post("/v1/attribution/events", json=event(**told)).status_code


def test_every_metric_is_documented_and_every_documented_one_is_there(
    footfall_server: Server,
) -> None:
    track(footfall_server)
    documented = {row["name"]: row for row in ROW.finditer(PAGE.read_text())}
    found = exported(footfall_server)
    ours = {name: each for name, each in found.items() if not name.startswith(OF_THE_PROCESS)}
    assert ours.keys() == documented.keys()
    for name, family in ours.items():
        assert family.type == documented[name]["kind"]
        assert family.documentation
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert all(f"`{label}`" in documented[name]["meaning"] for label in labels)
    assert "process_resident_memory_bytes" in found


def test_counts_agree_with_what_was_sent(footfall_server: Server) -> None:
    server = footfall_server
    assert [track(server, event_id="k"), track(server, event_id="k"), track(server)] == [201] * 3
    assert track(server, action="no.such.action") == 404
    assert server.client.post("/v1/attribution/events", content=b"{").status_code == 400
    batch = [event(event_id="k"), event(event_id="l"), event(), event(session=None)]
    answer = server.client.post("/v1/attribution/events/batch", json={"events": batch})
    assert answer.status_code == 207
    rehearsal = server.client.post("/v1/attribution/events?dry_run=1", json=event())
    assert rehearsal.status_code == 200

    outcomes = {"created": 4, "duplicate": 2, "rejected": 3}
    for outcome, count in outcomes.items():
        assert value(server, "footfall_events_total", outcome=outcome) == count
    assert server.query(
        "select sum(received), sum(stored), sum(duplicate), sum(rejected) from ledger"
    ) == [(sum(outcomes.values()), *outcomes.values())]
    for endpoint, status, count in (
        ("event", "201", 3),
        ("event", "404", 1),
        ("event", "400", 1),
        ("event", "200", 1),
        ("batch", "207", 1),
    ):
        assert value(server, "footfall_answers_total", endpoint=endpoint, status=status) == count
    assert value(server, "footfall_answer_seconds_count", endpoint="event") == 6
    assert value(server, "footfall_answer_seconds_bucket", endpoint="batch", le="+Inf") == 1
    assert value(server, "footfall_answer_seconds_sum", endpoint="batch") > 0


def test_commits_are_counted_with_their_events(footfall_server: Server) -> None:
    server = footfall_server
    commits = value(server, "footfall_commit_events_count")
    events = value(server, "footfall_commit_events_sum")
    batch = {"events": [event() for _ in range(40)]}
    server.client.post("/v1/attribution/events/batch", json=batch)
    assert value(server, "footfall_commit_events_count") == commits + 1
    assert value(server, "footfall_commit_events_sum") == events + 40
    assert value(server, "footfall_commit_seconds_count") == commits + 1
    assert value(server, "footfall_waiting_events") == 0
    assert value(server, "footfall_turned_away_events_total") == 0
    assert value(server, "footfall_failed_events_total") == 0
    assert value(server, "footfall_unrecorded_refusals_total") == 0


def test_cached_facts_are_counted_by_kind(footfall_server: Server) -> None:
    track(footfall_server)
    assert value(footfall_server, "footfall_cached_facts", kind="callers") == 1
    assert value(footfall_server, "footfall_cached_facts", kind="sessions") == 1
    assert value(footfall_server, "footfall_cached_facts", kind="profiles") == 0


def test_events_past_the_bound_are_counted_as_turned_away(
    database_url: str, tmp_path: Path
) -> None:
    limits = {"FOOTFALL_QUEUE_EVENTS_MAX": "1"}
    with (
        serving(database_url, tmp_path / "data", limits) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        with blocked(database_url):
            first = pool.submit(track, server)
            until = time.monotonic() + WAIT_LIMIT_S
            while not value(server, "footfall_waiting_events"):
                assert time.monotonic() < until, "the event does not wait"
            assert track(server) == 503
            assert value(server, "footfall_turned_away_events_total") == 1
        assert first.result(timeout=WAIT_LIMIT_S) == 201
        assert value(server, "footfall_waiting_events") == 0
