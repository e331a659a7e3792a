"""What the store erases leaves the lake too, and nothing of it stays in any file."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from footfall.domain.public_ids import Kind
from footfall.lake.lake import Lake
from footfall.settings import Settings
from footfall.store import erase, facts, tables
from footfall.store.identity_log import Origin
from tests.lake.lakes import Pond
from tests.store.builders import T

SECRET = "x-very-private-x"


def _told() -> dict[str, object]:
    page = {"url": f"https://shop.example/{SECRET}?utm_source={SECRET}&utm_medium={SECRET}"}
    return {"metadata": {"note": SECRET}, "page": page, "click_ids": {"gclid": SECRET}}


def _leave_traces(pond: Pond) -> int:
    """Have the shop's second profile tell something everywhere; return its row number."""
    who = pond.shop.profiles[1]
    session = pond.started.write(lambda c: pond.shop.add_session(c, "theirs", who))
    pond.track(2, data=_told(), profile_id=who, amount_minor=100, currency="USD")
    pond.track(2, data=_told(), profile_id=None, session_id=session)

    def tell(connection: Connection) -> None:
        common = {"business_id": pond.shop.id, "profile_id": who, "created_at": T}
        message = {"campaign": "spring", "channel": "sms", "source": "", "delivered_at": T}
        connection.execute(
            insert(tables.deliveries).values(common | message | {"reference": SECRET})
        )
        link = {"code": "abcdef", "source": "news", "updated_at": T}
        page = {"destination": f"https://shop.example/?{SECRET}"}
        connection.execute(insert(tables.links).values(common | link | page))

    pond.started.write(tell)
    return who


def _erase(pond: Pond, who: int) -> None:
    store = pond.started.store

    def gone(connection: Connection) -> None:
        erase.erase(connection, store.index, pond.shop.id, who, _encode(pond), Origin(T, "api"))

    pond.started.write(gone)


def _encode(pond: Pond) -> erase.Encode:
    return lambda kind, row_id: pond.started.store.public_ids[Kind(kind)].encode(row_id)


def _found(folder: Path) -> list[Path]:
    """The files of a folder that hold the secret, compressed or not."""
    import duckdb

    found = [file for file in folder.rglob("*") if file.is_file() and _holds(file.read_bytes())]
    with duckdb.connect() as connection:
        for file in folder.rglob("*.parquet"):
            rows = connection.execute("select * from read_parquet(?)", [str(file)]).fetchall()
            if SECRET in repr(rows):
                found.append(file)
    return found


def _holds(content: bytes) -> bool:
    return SECRET.encode() in content


def test_what_an_erased_person_told_is_in_no_file(pond: Pond) -> None:
    pond.track(2, data={"metadata": {"note": "stays"}})
    who = _leave_traces(pond)
    pond.lake.archive()
    assert _found(pond.folder)
    _erase(pond, who)
    pond.lake.archive()
    assert _found(pond.folder) == []


def test_what_adds_up_to_totals_stays(pond: Pond) -> None:
    pond.track(2, data={"metadata": {"note": "stays"}})
    who = _leave_traces(pond)
    pond.lake.archive()
    _erase(pond, who)
    pond.lake.archive()
    assert pond.event_ids() == pond.stored_ids()
    assert pond.ask(f"select sum(amount_minor) from events where profile_id = {who}") == [(200,)]
    assert pond.ask("select count(*) from events where data like '%stays%'") == [(2,)]
    assert pond.ask("select campaign, channel, profile_id, reference from deliveries") == [
        ("spring", "sms", None, None)
    ]
    assert pond.ask("select destination, profile_id from links") == [
        ("https://shop.example/", None)
    ]


def test_what_was_archived_before_and_compacted_leaves_too(pond: Pond) -> None:
    for _ in range(3):
        pond.track(data=_told(), profile_id=pond.shop.profiles[1])
        pond.lake.archive()
    pond.lake.compact(files_max=1)
    _erase(pond, pond.shop.profiles[1])
    pond.lake.archive()
    assert _found(pond.folder) == []


def test_what_a_process_left_behind_half_way_leaves_too(pond: Pond) -> None:
    who = _leave_traces(pond)
    pond.lake.archive()
    orphan = pond.parquet("events")[0].with_name("part-of-nobody.parquet")
    orphan.write_bytes(pond.parquet("events")[0].read_bytes())
    _erase(pond, who)
    pond.lake.archive()
    assert not orphan.exists()
    assert _found(pond.folder) == []


def test_an_event_of_another_person_in_a_session_of_theirs_stays(pond: Pond) -> None:
    who = pond.shop.profiles[1]
    session = pond.started.write(lambda c: pond.shop.add_session(c, "theirs", who))
    pond.track(data={"metadata": {"note": "stays"}}, session_id=session)
    pond.lake.archive()
    _erase(pond, who)
    pond.lake.archive()
    assert pond.one("select count(*) from events where data like '%stays%'") == 1


def test_a_query_that_reads_while_files_leave_begins_anew(pond: Pond) -> None:
    who = _leave_traces(pond)
    pond.lake.archive()
    asked = []

    def ask(connection: object) -> object:
        asked.append(1)
        if len(asked) == 1:
            _erase(pond, who)
            pond.lake.archive()
        return connection.execute("select count(data) from events").fetchone()  # type: ignore[attr-defined]

    assert pond.lake.read_now(pond.shop.id, ask) == (0,)
    assert len(asked) == 2


def test_an_erasure_that_was_interrupted_is_done_again(
    pond: Pond, lake_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = _leave_traces(pond)
    pond.lake.archive()
    _erase(pond, who)
    stopped = Lake(lake_settings)

    class Killed(BaseException):
        pass

    def never(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("footfall.lake.erase.clear_away", never)
        with pytest.raises(Killed):
            stopped.archive()
    stopped.close()
    assert _found(pond.folder)
    pond.lake.archive()
    assert _found(pond.folder) == []


def test_a_business_that_was_wiped_leaves_no_file(pond: Pond) -> None:
    _leave_traces(pond)
    pond.lake.archive()

    def wipe(connection: Connection) -> None:
        for table in (tables.events, tables.deliveries, tables.links):
            connection.execute(table.delete())
        facts.changed(connection, facts.WIPED, pond.shop.id)

    pond.started.write(wipe)
    pond.lake.archive()
    assert pond.ask("select count(*) from events") == [(0,)]
    assert _found(pond.folder) == []
    pond.track(1)
    pond.lake.archive()
    assert pond.event_ids() == pond.stored_ids()
