"""What is kept of a lake is what a fresh reckoning gives, whatever came in which steps."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footfall.attribution import channels, read
from footfall.attribution.definition import Definition
from footfall.attribution.run import Attribution
from footfall.domain.actions import BUILT_IN
from footfall.domain.times import HOUR
from footfall.lake.lake import Lake
from tests.attribution.growing import SECRET, World, steps, world
from tests.store.builders import T


@pytest.fixture
def one(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def campaign(source: str = "google", session: int = 0, hour: int = 0) -> dict[str, Any]:
    """Somebody comes by a campaign."""
    told = {"session_id": session, "profile_id": None, "flags": 0, "token_id": None}
    at = T + hour * HOUR
    return told | {
        "table": "events",
        "action_id": BUILT_IN["page.viewed"].id,
        "occurred_at": at,
        "received_at": at,
        "data": {"utm_params": {"source": source, "medium": "cpc"}},
    }


def sale(session: int = 0, hour: int = 1) -> dict[str, Any]:
    """The same session buys."""
    told = {"action_id": BUILT_IN["order.placed"].id, "object_id": 0, "data": None}
    return campaign("", session, hour) | told | {"amount_minor": 100, "currency": "USD"}


@given(st.lists(st.one_of(steps, st.integers(0, 2)), min_size=1, max_size=5))
@settings(max_examples=8, deadline=None)
def test_what_grew_step_by_step_is_what_is_reckoned_at_once(happened: list[Any]) -> None:
    """A number is a profile that is erased."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as one:
        for each in happened:
            one.erase(each) if isinstance(each, int) else one.do(each)
            assert one.kept() == one.fresh()


def change(kind: str, **told: Any) -> dict[str, Any]:
    """Somebody turns out to be somebody."""
    return {"table": "identity_log", "kind": kind, "at": T, "cause": "call"} | told


def lifecycle(action: str, **told: Any) -> dict[str, Any]:
    """Something becomes of the first order."""
    return sale(hour=5) | {"action_id": BUILT_IN[action].id} | told


def test_whatever_news_may_change_is_reckoned_again(one: World) -> None:
    """Each step changes what came before it, by one way that news can take."""
    happened = [
        [campaign(), sale()],
        [change("attach", session_id=0, profile_id=1)],
        [change("merge", other_id=1, profile_id=0)],
        [change("undo", about=1)],
        [change("undo", about=0)],
        [lifecycle("refund.received", object_id=None, refund=0, amount_minor=30)],
        [{"table": "objects", "number": 0, "parent": 1}],
        [{"table": "objects", "number": 0, "parent": 0}],
        # Before what was taken for the first sight of the same campaign.
        [campaign(hour=-2)],
        [sale(hour=-1) | {"received_at": T - HOUR}],
        [lifecycle("order.cancelled")],
    ]
    before = one.fresh()
    for steps_ in happened:
        one.do(steps_)
        now = one.fresh()
        assert now != before
        assert one.kept() == now
        before = now
    assert len(one.bases()) == 1


def test_what_is_new_is_added_to_what_was_kept(one: World) -> None:
    one.do([campaign()])
    one.kept()
    base = one.bases()
    one.do([campaign("news", 1), sale()])
    assert one.kept() == one.fresh()
    assert one.bases() == base
    assert len(one.published()) == 2


def test_nothing_is_made_for_a_question_after_which_nothing_came(one: World) -> None:
    one.do([campaign(), sale()])
    one.kept()
    published = one.published()
    one.lake.compact(files_max=0)
    one.kept()
    other = Lake(one.lake_settings)
    try:
        other.archive()
        one.kept(lake=other)
    finally:
        other.close()
    assert one.published() == published


def test_what_an_erased_person_told_is_in_no_file_that_is_kept(one: World) -> None:
    attached = {"table": "identity_log", "kind": "attach", "at": T, "cause": "call"}
    one.attach(0, 1)
    one.do([campaign(SECRET), attached | {"session_id": 0, "profile_id": 1}, sale()])
    one.kept()
    one.do([campaign(SECRET + "2", hour=3)])
    one.kept()
    assert one.holds(SECRET)
    one.erase(1)
    assert one.published() == []
    assert not one.holds(SECRET)
    assert one.kept() == one.fresh()
    assert not one.holds(SECRET)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 1000], ids=["empty", "other"])
def test_a_damaged_file_is_made_anew(one: World, damage: bytes) -> None:
    one.do([campaign(), sale()])
    one.kept()
    for path in one.bases():
        path.write_bytes(damage)
    assert one.answers(one.lake) == one.fresh()
    for path in one.bases():
        path.write_bytes(damage)
    one.do([campaign("news", 1)])
    assert one.answers(one.lake) == one.fresh()
    assert one.kept() == one.fresh()


def test_a_folder_that_cannot_be_written_costs_no_answer(one: World, tmp_path: Path) -> None:
    one.do([campaign(), sale()])
    (tmp_path / "derived").mkdir(exist_ok=True)
    (tmp_path / "derived" / str(one.shop.id)).write_text("in the way")
    assert one.answers(one.lake) == one.fresh()


def test_another_definition_has_files_of_its_own_and_a_third_takes_the_oldest_place(
    one: World,
) -> None:
    one.do([campaign("own"), sale()])
    for source in ("own", "hellotext", "third"):
        told = Definition(own_sources=(source,))
        assert one.kept(told) == one.fresh(told)
    assert len(one.bases()) == 2


def test_windows_and_parameters_of_models_share_what_is_kept(one: World) -> None:
    one.do([campaign(), sale()])
    for told in (Definition(), Definition(external_lookback_us=0, journeys="split")):
        assert one.kept(told) == one.fresh(told)
    assert len(one.bases()) == 1


def test_an_answer_is_found_again_until_something_new_is_there(one: World) -> None:
    one.do([campaign(), sale()])
    rules = channels.load()

    def compared(attribution: Attribution) -> Any:
        return attribution.compare("source", ("last",), "USD")

    def ask() -> Any:
        return read.read(one.lake, one.shop.id, Definition(), rules, compared)

    first = ask()
    assert ask() is first
    one.do([campaign("news", 0, 1)])
    later = ask()
    assert later is not first
    assert later.values == ("google", "news")


def test_two_processes_that_ask_at_once_make_it_once(tmp_path: Path) -> None:
    with world(tmp_path) as one:
        one.do([campaign(), sale()])
        lakes = [Lake(one.lake_settings) for _ in range(3)]
        try:
            with ThreadPoolExecutor(3) as pool:
                for lake in lakes:
                    lake.archive()
                found = list(pool.map(one.answers, lakes))
        finally:
            for lake in lakes:
                lake.close()
        assert all(each == one.fresh() for each in found)
        assert len(one.published()) == 1
        assert len(one.bases()) == 1


def test_rows_that_were_made_anew_have_it_made_anew(one: World) -> None:
    one.do([campaign(), sale()])
    one.kept()
    one.lake.rebuild()
    assert one.published() == []
    one.lake.archive()
    assert one.kept() == one.fresh()
