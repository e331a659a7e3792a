"""Files go whole into a real server, once, whatever happens on the way."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from footfall.cli.main import main
from footfall.errors import ConfigurationError
from footfall.importing.run import ImportJob, run_import
from footfall.importing.sender import ServerUnreachable
from tests.importing.builders import SALES, toml, write
from tests.importing.road import Passing, Reply, road_to

COLUMNS = "order_no,customer,article,quantity,price,sold_at\n"


class Watching:
    """Takes note of what is begun, and may act when the import gets on."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.notes: list[str] = []

    def begin(self, what: str, total: int | None = None, done: int = 0) -> None:
        self.begun.append(what)

    def advance(self, done: int) -> None:
        pass

    def note(self, text: str) -> None:
        self.notes.append(text)


def many(count: int) -> str:
    """Return sales of ten customers, each sale worth 0.01 more than the one before."""
    return COLUMNS + "".join(
        f"B-{n},{n % 10},{n % 7},1,{n / 100:.2f},2011-01-01 12:00:00\n" for n in range(1, count + 1)
    )


def job(server: Any, folder: Path, file: Path | None = None, **changes: Any) -> ImportJob:
    mapping = folder / "map.toml"
    mapping.write_text(toml(**changes.pop("sections", {})))
    whole = {
        "file": file or write(folder),
        "mapping": mapping,
        "url": server.url,
        "token": server.token,
        "data": folder / "data",
        "rejected": folder / "rejected.jsonl",
    }
    return ImportJob(**(whole | changes))


def stored(server: Any) -> list[tuple[str, int, int]]:
    """Return action, events, and sum of minor units."""
    return [
        (name, int(count), int(total))
        for name, count, total in server.query(
            "select actions.name, count(*), sum(coalesce(amount_minor, 0)) from events "
            "join actions on actions.id = events.action_id group by actions.name order by 1"
        )
    ]


def test_every_row_is_stored_with_its_time_amount_and_owner(
    footfall_server: Any, tmp_path: Path
) -> None:
    report = run_import(job(footfall_server, tmp_path), Watching())
    assert (report.stored, report.rejected, report.profiles) == (3, 0, 1)
    assert report.complete
    rows = footfall_server.query(
        "select profiles.reference, sessions.text is not null, objects.reference, "
        "events.amount_minor, events.currency, tracked_at from events "
        "left join profiles on profiles.id = events.profile_id "
        "left join sessions on sessions.id = events.session_id "
        "join objects on objects.id = events.object_id order by events.id"
    )
    assert [tuple(row) for row in rows] == [
        ("007", False, "00042", 250, "GBP", 1_309_518_000_000_000),
        (None, True, "00043", 1000, "GBP", 1_293_883_200_000_000),
        ("007", False, "00042", 30, "GBP", 1_293_969_600_000_000),
    ]


def test_a_second_import_stores_nothing_new(footfall_server: Any, tmp_path: Path) -> None:
    file = write(tmp_path, many(25))
    first = run_import(job(footfall_server, tmp_path, file, batch_size=10), Watching())
    second = run_import(job(footfall_server, tmp_path, file, batch_size=7), Watching())
    assert (first.stored, first.duplicate) == (25, 0)
    assert (second.stored, second.duplicate, second.resumed_after_row) == (0, 25, 0)
    assert stored(footfall_server) == [("product.purchased", 25, 325)]
    assert footfall_server.query("select count(*) from profiles")[0][0] == 10


def test_the_same_id_with_other_content_is_rejected(footfall_server: Any, tmp_path: Path) -> None:
    run_import(job(footfall_server, tmp_path), Watching())
    sections = {"event": {"amount": "1"}}
    report = run_import(job(footfall_server, tmp_path, sections=sections), Watching())
    assert (report.stored, report.duplicate, report.rejected) == (0, 0, 3)
    assert [reason.type for reason in report.reasons] == ["idempotency_conflict"]


def test_rejected_rows_are_kept_with_their_reasons_and_harm_no_others(
    footfall_server: Any, tmp_path: Path
) -> None:
    refused = "A-4,007,1,-1,1,2011-01-03 12:00:00\n"
    unreadable = "A-5,007,1,one,1,2011-01-03 12:00:00\n"
    file = write(tmp_path, SALES + refused + unreadable + "A-6,007,1,1,1,2011-01-03 12:00:00\n")
    report = run_import(job(footfall_server, tmp_path, file), Watching())
    assert (report.read, report.stored, report.rejected, report.exit_code) == (6, 4, 2, 1)
    assert {(each.type, each.parameter): each.rows for each in report.reasons} == {
        ("invalid", "amount"): 1,
        ("invalid", "event.amount"): 1,
    }
    lines = Path(report.rejected_file or "").read_text().splitlines()
    sent, unsent = map(json.loads, lines)
    assert (sent["row"], sent["event"]["event_id"]) == (4, "till-A-4")
    assert (unsent["row"], unsent["columns"]["quantity"]) == (5, "one")
    assert [each["parameter"] for each in unsent["errors"]] == [
        "event.amount",
        "event.metadata.quantity",
    ]


def test_a_refused_profile_rejects_its_rows_and_no_others(
    footfall_server: Any, tmp_path: Path
) -> None:
    file = write(tmp_path, SALES + f"A-4,{'9' * 300},1,1,1,2011-01-03 12:00:00\n")
    report = run_import(job(footfall_server, tmp_path, file), Watching())
    assert (report.stored, report.rejected, report.profiles) == (3, 1, 2)
    assert report.reasons[0].parameter == "reference"
    assert report.reasons[0].message.startswith("The profile was refused: ")


def test_rows_left_out_are_counted_as_skipped(footfall_server: Any, tmp_path: Path) -> None:
    sections = {"file": {"where": "customer = '007'"}}
    report = run_import(job(footfall_server, tmp_path, sections=sections), Watching())
    assert (report.rows, report.read, report.skipped, report.stored) == (3, 3, 1, 2)


def test_custom_actions_are_made_once(footfall_server: Any, tmp_path: Path) -> None:
    sections = {
        'actions."till.rung"': {"title": "Till rung", "goal": True},
        "event": {"action": "'till.rung'", "object_type": "'product'"},
    }
    for expected in (3, 0):
        work = job(footfall_server, tmp_path, sections=sections)
        assert run_import(work, Watching()).stored == expected
    made = footfall_server.query("select title, is_goal from actions where name = 'till.rung'")
    assert [(title, bool(goal)) for title, goal in made] == [("Till rung", True)]


def test_a_refused_custom_action_stops_the_import(footfall_server: Any, tmp_path: Path) -> None:
    sections = {'actions."Not a name"': {"title": "x"}}
    with pytest.raises(ConfigurationError, match=r"actions\.Not a name"):
        run_import(job(footfall_server, tmp_path, sections=sections), Watching())
    assert stored(footfall_server) == []


def test_an_empty_file_is_imported_at_once(footfall_server: Any, tmp_path: Path) -> None:
    report = run_import(job(footfall_server, tmp_path, write(tmp_path, COLUMNS)), Watching())
    assert (report.complete, report.rows, report.exit_code) == (True, 0, 0)


def test_a_batch_over_the_size_limit_is_split_until_it_fits(
    footfall_server: Any, tmp_path: Path
) -> None:
    # 18 MB of events where a batch may have 16 MiB; one row alone is over the 1 MiB of an event.
    padding = "repeat('x', case when order_no = 'B-7' then 1100000 else 900000 end)"
    sections = {"event": {"metadata": {"padding": padding}}}
    work = job(footfall_server, tmp_path, write(tmp_path, many(20)), sections=sections)
    report = run_import(work, Watching())
    assert (report.stored, report.rejected) == (19, 1)
    assert json.loads((tmp_path / "rejected.jsonl").read_text())["row"] == 7


@pytest.mark.parametrize(
    "retry_after",
    ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", None],
    ids=["seconds", "date", "nonsense", "absent"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_batch_turned_away_is_sent_again(
    footfall_server: Any, tmp_path: Path, status: int, retry_after: str | None
) -> None:
    file = write(tmp_path, many(20))
    watching = Watching()
    with road_to(footfall_server.url) as road:
        road.toll = lambda passing: Reply(status, retry_after) if passing.number == 2 else None
        work = job(footfall_server, tmp_path, file, url=road.url, batch_size=5)
        report = run_import(work, watching)
    assert (report.stored, report.duplicate, road.count) == (20, 0, 5)
    assert watching.notes == [f"waiting for the server (status {status})"]


def test_a_lost_answer_stores_nothing_twice(footfall_server: Any, tmp_path: Path) -> None:
    file = write(tmp_path, many(20))
    with road_to(footfall_server.url) as road:
        road.loses = lambda passing: passing.number == 2
        work = job(footfall_server, tmp_path, file, url=road.url, batch_size=5)
        report = run_import(work, Watching())
    assert (report.stored, report.duplicate, report.rejected) == (15, 5, 0)
    assert stored(footfall_server) == [("product.purchased", 20, 210)]


def test_an_import_whose_server_stays_away_goes_on_later(
    footfall_server: Any, tmp_path: Path
) -> None:
    file = write(tmp_path, many(20))
    with road_to(footfall_server.url) as road:
        road.toll = lambda passing: Reply(503) if passing.number > 2 else None
        work = job(
            footfall_server,
            tmp_path,
            file,
            url=road.url,
            batch_size=5,
            concurrency=1,
            give_up_after_s=0,
        )
        with pytest.raises(ServerUnreachable, match="status 503"):
            run_import(work, Watching())
        road.toll = lambda passing: None
        report = run_import(work, Watching())
    assert (report.resumed_after_row, report.stored, report.duplicate) == (10, 20, 0)
    assert not list((tmp_path / "data" / "imports").iterdir())


def test_after_ctrl_c_the_import_goes_on_where_it_was(footfall_server: Any, tmp_path: Path) -> None:
    class Interrupting(Watching):
        def advance(self, done: int) -> None:
            if self.begun[-1] == "events" and done >= 10 and not self.notes:
                os.kill(os.getpid(), signal.SIGINT)

    work = job(footfall_server, tmp_path, write(tmp_path, many(200)), batch_size=5, concurrency=1)
    stopped = run_import(work, Interrupting())
    assert not stopped.complete
    assert stopped.exit_code == 130
    assert 10 <= stopped.stored < 200
    whole = run_import(work, Watching())
    assert whole.resumed_after_row == stopped.read == stopped.stored
    assert (whole.complete, whole.stored, whole.duplicate) == (True, 200, 0)
    assert stored(footfall_server) == [("product.purchased", 200, 20_100)]


def test_after_kill_9_nothing_is_lost_or_stored_twice(footfall_server: Any, tmp_path: Path) -> None:
    unreadable = "B-0,1,1,one,1,2011-01-01 12:00:00\n"
    file = write(tmp_path, many(60) + unreadable)
    text = file.read_text().replace(COLUMNS, COLUMNS + unreadable)
    file.write_text(text)
    under_way, go_on = threading.Event(), threading.Event()

    def hold(passing: Passing) -> None:
        if passing.number >= 4:
            under_way.set()
            go_on.wait()

    with road_to(footfall_server.url) as road:
        road.toll = hold
        work = job(footfall_server, tmp_path, file, url=road.url, batch_size=5, concurrency=1)
        command = [sys.executable, "-c", "from footfall.cli.main import main; main()"]
        command += ["import", str(file), "--map", str(work.mapping)]
        command += ["--batch-size", "5", "--concurrency", "1"]
        environment = {
            **os.environ,
            "FOOTFALL_URL": road.url,
            "FOOTFALL_TOKEN": footfall_server.token,
            "FOOTFALL_DATA": str(work.data),
        }
        process = subprocess.Popen([*command, "--rejected", str(work.rejected)], env=environment)
        try:
            assert under_way.wait(60)
        finally:
            process.kill()
            process.wait()
        go_on.set()
        report = run_import(work, Watching())
    assert report.resumed_after_row >= 10
    assert report.stored + report.duplicate == 60
    assert report.rejected == 2
    assert [json.loads(line)["row"] for line in work.rejected.read_text().splitlines()] == [1, 62]
    assert stored(footfall_server) == [("product.purchased", 60, 1830)]


def test_a_restart_begins_at_the_first_row(footfall_server: Any, tmp_path: Path) -> None:
    file = write(tmp_path, many(20))
    with road_to(footfall_server.url) as road:
        road.toll = lambda passing: Reply(503) if passing.number > 2 else None
        changes = {"url": road.url, "batch_size": 5, "concurrency": 1, "give_up_after_s": 0}
        with pytest.raises(ServerUnreachable):
            run_import(job(footfall_server, tmp_path, file, **changes), Watching())
        road.toll = lambda passing: None
        work = job(footfall_server, tmp_path, file, restart=True, **changes)
        report = run_import(work, Watching())
    assert (report.resumed_after_row, report.stored, report.duplicate) == (0, 10, 10)


def test_a_wrong_token_is_refused_before_anything_is_sent(
    footfall_server: Any, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="does not take the token"):
        run_import(job(footfall_server, tmp_path, token="ALK_wrong"), Watching())


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://", ""])
def test_an_address_that_is_none_is_refused(footfall_server: Any, tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="--url"):
        run_import(job(footfall_server, tmp_path, url=url), Watching())


def test_an_address_where_nothing_answers_is_refused(footfall_server: Any, tmp_path: Path) -> None:
    with road_to(footfall_server.url) as road:
        closed = road.url
    with pytest.raises(ConfigurationError, match="No server answers"):
        run_import(job(footfall_server, tmp_path, url=closed), Watching())


def test_an_address_with_a_path_too_many_is_refused(footfall_server: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="without /v1"):
        run_import(job(footfall_server, tmp_path, url=f"{footfall_server.url}/v1"), Watching())


def test_rejected_rows_never_overwrite_the_input(footfall_server: Any, tmp_path: Path) -> None:
    file = write(tmp_path)
    with pytest.raises(ConfigurationError, match="--rejected"):
        run_import(job(footfall_server, tmp_path, file, rejected=file), Watching())
    assert file.read_text() == SALES


def test_the_command_prints_the_report_as_json(footfall_server: Any, tmp_path: Path) -> None:
    work = job(footfall_server, tmp_path)
    environment = {"FOOTFALL_URL": work.url, "FOOTFALL_TOKEN": work.token}
    arguments = ["import", str(work.file), "--map", str(work.mapping), "--data", str(work.data)]
    arguments += ["--rejected", str(work.rejected), "--json"]
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["complete"], report["stored"], report["rejected_file"]) == (True, 3, None)


def test_the_command_says_what_is_wrong_with_a_mapping(
    footfall_server: Any, tmp_path: Path
) -> None:
    work = job(footfall_server, tmp_path, sections={"event": {"currency": "GBP"}})
    arguments = ["import", str(work.file), "--map", str(work.mapping), "--token", work.token]
    result = CliRunner().invoke(main, [*arguments, "--data", str(work.data)])
    assert result.exit_code == 2
    assert "“event.currency” is “GBP”" in result.stderr
