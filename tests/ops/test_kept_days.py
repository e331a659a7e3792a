"""A server that keeps events for days only answers as one that keeps them for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from footfall.domain.times import DAY
from footfall.store.engine import parse_url
from tests.api.shop import Shop
from tests.durability.conditions import until
from tests.server import Server, serving

KEPT_DAYS = 7
NEVER_BY_ITSELF = {"FOOTFALL_LAKE_INTERVAL_S": "3600"}
KEEPING = {"FOOTFALL_LAKE_INTERVAL_S": "1", "FOOTFALL_EVENTS_KEPT_DAYS": str(KEPT_DAYS)}
OLD, YOUNG = 8, 3
OWN = "film.watched"
REFERENCE, KEY = "A-1001", "purchase-1001"
EVENTS = "/v1/attribution/events"


def tell(shop: Shop) -> None:
    """Two people who turn out to be one come by an ad and a friend, buy, and are written to."""
    session = shop.session()
    ana = shop.profile(first_name="Ana")["id"]
    other = shop.profile(email="ana@example.org")["id"]
    utm = {"source": "google", "medium": "cpc", "campaign": "spring"}
    page = {"url": "https://shop.example/", "referrer": "https://friend.example/"}
    shop.track(action="page.viewed", session=session, url="https://shop.example/", utm_params=utm)
    shop.track(action="page.viewed", session=session, page=page)
    shop.track(action="product.viewed", profile=other, product=shop.product()["id"])
    shop.track(action="subscribed", profile=ana, metadata={"from": "footer"})
    shop.action(name=OWN)
    shop.track(action=OWN, profile=shop.profile()["id"], metadata={"note": "private"})
    order = {"reference": REFERENCE, "total": "99.90", "currency": "USD"}
    told = {"session": session, "profile": ana, "order_parameters": order}
    shop.track(action="order.placed", event_id=KEY, **told)
    told["order_parameters"] = order | {"total": "98.00"}
    shop.track(action="order.placed", **told)
    shop.track(action="order.confirmed", session=session, order=REFERENCE)
    merged = shop.client.post(f"/v1/profiles/{ana}/merge", json={"profile": other})
    assert merged.status_code == 200, merged.text
    shop.delivery(profile=ana)
    shop.track(action="subscribed", profile=other)
    shop.track(action="subscribed", profile=shop.profile(first_name="Someone new")["id"])
    for _ in range(YOUNG - 1):
        shop.track(action="page.viewed", session=session, url="https://shop.example/again")


def age(database_url: str) -> None:
    """Let all but the last events have arrived long ago."""
    engine = create_engine(parse_url(database_url))
    with engine.begin() as connection:
        earlier = "received_at = received_at - :ago, occurred_at = occurred_at - :ago"
        last = connection.execute(text("select max(id) from events")).scalar_one()
        connection.execute(
            text(f"update events set {earlier} where id <= :last"),
            {"ago": 30 * DAY, "last": last - YOUNG},
        )
        for table in ("profiles", "sessions"):
            ago = f"update {table} set created_at = created_at - :ago where id < 4"
            connection.execute(text(ago), {"ago": 30 * DAY})
    engine.dispose()


def asked(server: Server) -> dict[str, str]:
    """Return the answers to everything that can be asked about events."""
    client = server.client
    found: dict[str, str] = {}

    def ask(path: str) -> dict[str, object]:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        found[path] = answer.text
        told: dict[str, object] = answer.json() if "csv" not in path else {}
        return told

    people = [each["id"] for each in ask("/v1/profiles")["data"]]  # type: ignore[attr-defined]
    lists = [EVENTS, *(f"/v1/profiles/{each}/events" for each in people)]
    filters = ["action=page.viewed", "action=order.placed", f"order={REFERENCE}"]
    filters += ["since=2020-01-01T00:00:00Z", "until=2020-01-01T00:00:00Z"]
    events: list[str] = []
    for each in filters:
        ask(f"{EVENTS}?limit=100&{each}")
    for path in lists:
        page = f"{path}?limit=2"
        data = ask(page)["data"]
        while data:
            ids = [each["id"] for each in data]  # type: ignore[attr-defined]
            events += ids
            ask(f"{page}&ending_before={ids[0]}")
            data = ask(f"{page}&starting_after={ids[-1]}")["data"]
    for event in [*dict.fromkeys(events), KEY]:
        ask(f"{EVENTS}/{event}")
    for person in people:
        answer = client.get(f"/v1/profiles/{person}/export").json()
        found[f"export {person}"] = str(answer | {"exported_at": None})
    orders = [each["id"] for each in ask("/v1/attribution/orders")["data"]]  # type: ignore[attr-defined]
    ask(f"/v1/attribution/orders/{orders[0]}/sightings")
    ask(f"/v1/conversions/{REFERENCE}/receipt")
    for by in ("channel", "campaign"):
        report = f"/v1/attribution/report?by={by}&models=linear,last,markov_1"
        ask(report)
        found[f"{report} csv"] = client.get(report, headers={"Accept": "text/csv"}).text
    ask("/v1/sql?query=select+*+from+events+order+by+event_id")
    ask("/v1/ledger")
    return found


@contextmanager
def keeping(database_url: str, data: Path, settings: dict[str, str]) -> Iterator[Server]:
    """Serve something told long ago with other settings than it was told and archived with."""
    with serving(database_url, data, NEVER_BY_ITSELF) as server:
        tell(Shop(server.business_id, server.client))
        assert server.stop() == 0
        age(database_url)
        assert server.command("lake", "rebuild").returncode == 0
        server.settings = settings
        yield server


def let_go(server: Server) -> None:
    """Start a server and wait until it has let go of what is old; two steps of an order stay."""
    server.start()
    until(lambda: stored(server) == YOUNG + 2, "old events to leave the database")


def stored(server: Server) -> int:
    ((count,),) = server.query("select count(*) from events")
    return int(count)


def test_nobody_who_asks_notices_nor_does_a_backup(database_url: str, tmp_path: Path) -> None:
    with keeping(database_url, tmp_path, NEVER_BY_ITSELF) as server:
        server.start()
        before = asked(server)
        assert server.stop() == 0
        server.settings = KEEPING
        let_go(server)
        assert asked(server) == before
        _a_backup_brings_it_all_back(server, tmp_path, before)
        _what_is_sent_again_is_known_again(server)
        _it_says_how_far_back_it_reaches(server)
        assert server.client.get(f"{EVENTS}/nothing-of-the-kind").status_code == 404


def _what_is_sent_again_is_known_again(server: Server) -> None:
    client = server.client
    before = stored(server)
    person = client.get("/v1/profiles").json()["data"][0]["id"]
    told: dict[str, object] = {"action": "subscribed", "event_id": KEY, "profile": person}
    assert client.post(EVENTS, json=told).json()["errors"][0]["type"] == "idempotency_conflict"
    order = {"reference": REFERENCE, "total": "99.90", "currency": "USD"}
    told = {"action": "order.placed", "event_id": "another", "order_parameters": order}
    told["session"] = client.post("/v1/track/sessions").json()["id"]
    assert client.post(EVENTS, json=told).status_code == 201
    assert stored(server) == before


def _it_says_how_far_back_it_reaches(server: Server) -> None:
    said = server.command("doctor")
    assert said.returncode == 0, said.stdout
    assert f"{OLD} that arrived until" in said.stdout
    until(
        lambda: f"footfall_lake_only_events {OLD}.0" in server.client.get("/metrics").text,
        "the metric",
    )
    assert "events_released" in server.printed
    assert f"{OLD} events that arrived until" in server.command("lake", "status").stdout


def _a_backup_brings_it_all_back(server: Server, folder: Path, before: dict[str, str]) -> None:
    file = folder / "backup.db"
    done = server.command("backup", str(file))
    assert done.returncode == 0, done.stderr
    elsewhere = folder / "elsewhere"
    url = f"sqlite:///{elsewhere / 'footfall.db'}"
    other = Server(url, elsewhere, settings=NEVER_BY_ITSELF)
    other.token, other.business_id = server.token, server.business_id
    restored = other.command("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    try:
        other.start()
        assert stored(other) == OLD + YOUNG
        assert asked(other) == before
        assert other.command("doctor").returncode == 0
    finally:
        other.close()


def test_without_its_lake_it_says_so(sqlite_url: str, tmp_path: Path) -> None:
    with keeping(sqlite_url, tmp_path, KEEPING) as server:
        let_go(server)
        assert server.stop() == 0
        (tmp_path / "lake").rename(tmp_path / "away")
        server.start()
        said = server.command("doctor")
        assert said.returncode == 1
        assert "it does not have them" in said.stdout
        backup = server.command("backup", str(tmp_path / "backup.db"))
        assert backup.returncode == 1
        assert "are in it alone" in backup.stderr
        assert server.client.get(EVENTS).status_code == 503
        assert server.client.get(f"{EVENTS}?limit=1").status_code == 200
        assert server.client.get("/v1/attribution/report").status_code == 503


def test_what_is_gone_is_erased_and_its_action_not_deleted(sqlite_url: str, tmp_path: Path) -> None:
    with keeping(sqlite_url, tmp_path, KEEPING) as server:
        let_go(server)
        client = server.client
        actions = client.get("/v1/attribution/actions").json()["data"]
        (own,) = [each for each in actions if each["name"] == OWN]
        refused = client.delete(f"/v1/attribution/actions/{own['id']}").json()
        assert refused["errors"][0]["type"] == "not_allowed"
        (event,) = client.get(f"{EVENTS}?action={OWN}").json()["data"]
        assert event["metadata"] == {"note": "private"}
        assert client.delete(f"/v1/profiles/{event['profile']}?erase=1").status_code == 200
        # Also before the lake follows.
        told = client.get(f"{EVENTS}/{event['id']}").json()
        assert (told["action"], told["metadata"]) == (OWN, {})
