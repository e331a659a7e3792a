from pathlib import Path

from sqlalchemy import select

from footfall.ops.upkeep import Upkeep
from footfall.settings import Settings
from footfall.store import rejections
from footfall.store.tables import rejections as refused
from footfall.store.tables import tokens
from tests.server import Server, serving
from tests.store.blocking import be_impatient, blocked
from tests.store.builders import Shop, T
from tests.store.running import Running, running


def last_used(started: Running) -> list[int | None]:
    return [at for (at,) in started.rows(select(tokens.c.last_used_at).order_by(tokens.c.id))]


def close_upkeep(started: Running, settings: Settings) -> None:
    """Let upkeep do its work a last time, as a server that stops does."""

    async def once() -> None:
        upkeep = Upkeep(started.store, settings)
        upkeep.start()
        await upkeep.close()

    started.run(once())


def test_it_notes_when_tokens_were_last_used(database_url: str) -> None:
    with running(database_url) as started:
        used, idle = started.write(Shop), started.write(Shop)
        started.store.used_tokens = {used.token_id: T}
        close_upkeep(started, Settings())
        assert last_used(started) == [T, None]
        assert started.store.used_tokens == {}
        started.store.used_tokens = {used.token_id: T + 1, idle.token_id: T + 2}
        close_upkeep(started, Settings())
        assert last_used(started) == [T + 1, T + 2]


def test_what_cannot_be_noted_now_is_noted_later(database_url: str) -> None:
    with running(database_url) as started:
        used, other = started.write(Shop), started.write(Shop)
        started.store.used_tokens = {used.token_id: T, other.token_id: T}
        be_impatient(started)
        with blocked(database_url):
            close_upkeep(started, Settings())
            assert started.store.used_tokens == {used.token_id: T, other.token_id: T}
        started.store.used_tokens[used.token_id] = T + 1
        close_upkeep(started, Settings())
        assert last_used(started) == [T + 1, T]


def test_it_keeps_as_many_refusals_as_the_settings_say(database_url: str) -> None:
    with running(database_url) as started:
        shop = started.write(Shop)
        rows = [shop.refusal(item) for item in range(5)]
        started.write(lambda connection: rejections.add(connection, rows))
        close_upkeep(started, Settings(rejections_kept_count=3))
        assert started.rows(select(refused.c.item).order_by(refused.c.id)) == [(2,), (3,), (4,)]


def test_a_server_that_stops_has_noted_the_use_of_its_tokens(
    sqlite_url: str, tmp_path: Path
) -> None:
    with serving(sqlite_url, tmp_path / "data") as server:
        assert_unused(server)
        event = {"action": "subscribed", "session": "a" * 32}
        assert server.client.post("/v1/attribution/events", json=event).status_code == 201
        assert server.stop() == 0
        ((at,),) = server.query("select last_used_at from tokens")
        assert at is not None


def assert_unused(server: Server) -> None:
    assert server.query("select last_used_at from tokens") == [(None,)]
