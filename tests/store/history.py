"""Histories of events written straight into the table, and what filters should find in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert

from footfall.store.engine import Engines, open_engines
from footfall.store.event_index import EventIndex, SqliteIndex, open_index
from footfall.store.events import EventFilter
from footfall.store.schema import upgrade
from footfall.store.tables import businesses, events, profiles, sessions
from tests.store.builders import T

OWNERS = {1: None, 2: 1, 3: 2, 4: None, 5: 3, 6: 4}
"""Whose the sessions are; 4 and 5 and profile 3 are of business 2, the others of 1."""

ROOTS = {4: 1}
"""Profiles that were merged, and into which."""

ACTIONS = (16, 18)
INSTALLATION = "test"


def root_of(profile_id: int | None) -> int | None:
    """Who a profile goes by."""
    return None if profile_id is None else ROOTS.get(profile_id, profile_id)


class Event(NamedTuple):
    """A row of ``events``, without what no filter asks for."""

    id: int
    business_id: int
    profile_id: int | None
    session_id: int | None
    object_id: int | None
    action_id: int
    occurred_at: int

    @property
    def owner_id(self) -> int | None:
        """Whose it is: its own profile, else its session's, or whom that was merged into."""
        if self.profile_id is not None or self.session_id is None:
            return root_of(self.profile_id)
        return root_of(OWNERS[self.session_id])

    def matches(self, wanted: EventFilter) -> bool:
        """Tell whether a filter finds it, the slow way."""
        return (
            self.business_id == wanted.business_id
            and (wanted.profile_id is None or root_of(wanted.profile_id) == self.owner_id)
            and wanted.session_id in (None, self.session_id)
            and wanted.object_id in (None, self.object_id)
            and wanted.action_id in (None, self.action_id)
            and (wanted.since_at is None or self.occurred_at >= wanted.since_at)
            and (wanted.until_at is None or self.occurred_at < wanted.until_at)
        )


def _of_business(business_id: int, owned: list[int], held: list[int]) -> st.SearchStrategy[Event]:
    owners = st.tuples(st.sampled_from([None, *owned]), st.sampled_from([None, *held]))
    return st.builds(
        lambda owner, object_id, action_id, at: Event(
            0, business_id, owner[0], owner[1], object_id, action_id, at
        ),
        owners.filter(any),
        st.sampled_from([None, business_id * 10, business_id * 10 + 1]),
        st.sampled_from(ACTIONS),
        st.integers(0, 30),
    )


@st.composite
def histories(draw: st.DrawFn, max_size: int = 50) -> list[Event]:
    """Events of two businesses, in the order of their row numbers, of which a few are missing."""
    some = st.one_of(_of_business(1, [1, 2, 4], [1, 2, 3, 6]), _of_business(2, [3], [4, 5]))
    # The size first: left to themselves, lists stay shorter than most blocks.
    size = draw(st.integers(0, max_size))
    told = draw(st.lists(some, min_size=size, max_size=size))
    gaps = draw(st.lists(st.sampled_from([1, 1, 1, 2]), min_size=size, max_size=size))
    row_id = 0
    numbered = []
    for event, gap in zip(told, gaps, strict=True):
        row_id += gap
        numbered.append(event._replace(id=row_id))
    return numbered


filters = st.builds(
    EventFilter,
    st.sampled_from([1, 2]),
    profile_id=st.sampled_from([None, 1, 2, 3, 4]),
    session_id=st.sampled_from([None, None, 1, 2, 3, 4, 6]),
    object_id=st.sampled_from([None, None, 10, 20]),
    action_id=st.sampled_from([None, *ACTIONS]),
    since_at=st.sampled_from([None, 0, 10, 20]),
    until_at=st.sampled_from([None, 10, 20, 31]),
)


class Library:
    """A database whose history can be replaced."""

    def __init__(self, url: str) -> None:
        self.engines: Engines = open_engines(url)
        upgrade(self.engines)
        with self.engines.write.begin() as connection:
            _make_owners(connection)

    def replace(self, history: list[Event]) -> None:
        """Hold these events and no others."""
        with self.engines.write.begin() as connection:
            connection.execute(delete(events))
            self._add(connection, history)

    def add(self, history: list[Event]) -> None:
        """Hold these events too."""
        with self.engines.write.begin() as connection:
            self._add(connection, history)

    def _add(self, connection: Connection, history: list[Event]) -> None:
        if history:
            rows = [event._asdict() | {"received_at": T, "flags": 0} for event in history]
            connection.execute(insert(events), rows)

    @contextmanager
    def index(self, block: int) -> Iterator[EventIndex]:
        """A new index that keeps itself up to date only when it is told to."""
        if not self.engines.is_sqlite:
            yield open_index(self.engines, INSTALLATION, block)
            return
        for file in self.engines.file.parent.glob("index.db*"):
            file.unlink()
        index = SqliteIndex(self.engines.file, INSTALLATION, block)
        index.prepare()
        try:
            yield index
        finally:
            index.close()


def bring_up_to_date(index: EventIndex) -> None:
    """Let an index take up every full block."""
    if isinstance(index, SqliteIndex):
        index.index_full_blocks()


def _make_owners(connection: Connection) -> None:
    row: dict[str, Any]
    for number in (1, 2):
        row = {"name": f"{number}", "currency": "USD", "timezone": "UTC", "country": "US"}
        connection.execute(insert(businesses).values(row | {"id": number, "created_at": T}))
    for number, business_id in ((1, 1), (2, 1), (3, 2), (4, 1)):
        row = {"business_id": business_id, "created_at": T, "updated_at": T}
        row |= {"merged_into": ROOTS.get(number)}
        connection.execute(insert(profiles).values(row | {"id": number}))
    for number, profile_id in OWNERS.items():
        row = {"business_id": 2 if number in (4, 5) else 1, "text": f"{number}", "created_at": T}
        row |= {"id": number, "profile_id": profile_id}
        connection.execute(insert(sessions).values(row))
