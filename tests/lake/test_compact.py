"""Small files of a day become one, and what was merged stays until nobody can be reading it."""

from tests.lake.lakes import Pond


def test_small_files_of_a_day_are_merged_and_say_the_same(pond: Pond) -> None:
    for _ in range(4):
        pond.track(2)
        pond.lake.archive()
    before = pond.ask("select * from events order by event_id")
    assert pond.lake.compact(files_max=3) == 4
    assert pond.ask("select * from events order by event_id") == before
    assert pond.files("events") == 1


def test_few_files_are_left_as_they_are(pond: Pond) -> None:
    pond.track(2)
    pond.lake.archive()
    assert pond.lake.compact() == 0


def test_files_that_were_merged_stay_for_those_who_read_them(pond: Pond) -> None:
    for _ in range(4):
        pond.track()
        pond.lake.archive()

    def ask(connection: object) -> object:
        pond.lake.compact(files_max=1)
        return connection.execute("select count(*) from events").fetchone()  # type: ignore[attr-defined]

    assert pond.lake.read_now(pond.shop.id, ask) == (4,)


def test_archiving_goes_on_after_files_were_merged(pond: Pond) -> None:
    for _ in range(3):
        pond.track(3)
        pond.lake.archive()
        pond.lake.compact(files_max=1)
    assert pond.event_ids() == pond.stored_ids()


def test_the_archive_knows_how_far_it_is_after_many_commits(pond: Pond) -> None:
    """The log is summed up in a checkpoint now and then, which has to keep that."""
    for _ in range(55):
        pond.track()
        pond.lake.archive()
    assert list((pond.folder / "events" / "_delta_log").glob("*.checkpoint.parquet"))
    pond.lake._done = {}
    assert pond.lake.archive() == 0
    assert pond.event_ids() == pond.stored_ids()
