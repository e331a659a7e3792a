"""The claims of senders and the rules of the store, compared with what the database holds.

``Books`` reads new rows at each ``check`` and everything again at ``audit``. Nothing may be under
way meanwhile.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import httpx

from footfall.domain.actions import BUILT_IN
from footfall.domain.public_ids import Kind, PublicIds
from tests.durability.load import Load
from tests.durability.sent import Fate, Item, Sent
from tests.server import Server

_STEPS: Final = ", ".join(str(action.id) for action in BUILT_IN.values() if action.is_lifecycle)

RULES: Final = {
    "an event's session exists, in its business": """
        select count(*) from events e left join sessions s
        on s.id = e.session_id and s.business_id = e.business_id
        where e.session_id is not null and s.id is null""",
    "an event's profile exists, in its business": """
        select count(*) from events e left join profiles p
        on p.id = e.profile_id and p.business_id = e.business_id
        where e.profile_id is not null and p.id is null""",
    "an event's object exists, in its business": """
        select count(*) from events e left join objects o
        on o.id = e.object_id and o.business_id = e.business_id
        where e.object_id is not null and o.id is null""",
    "a key's event exists, in its business": """
        select count(*) from idempotency i left join events e
        on e.id = i.event_id and e.business_id = i.business_id
        where i.event_id is not null and e.id is null""",
    "a key has an event or the answer of a batch": """
        select count(*) from idempotency where (event_id is null) = (answer is null)""",
    "a lifecycle step's event exists and is of that step": """
        select count(*) from lifecycles l left join events e
        on e.id = l.event_id and e.object_id = l.object_id and e.action_id = l.action_id
        where e.id is null""",
    "an event of a lifecycle step is noted as such": f"""
        select count(*) from events e left join lifecycles l on l.event_id = e.id
        where e.action_id in ({_STEPS}) and l.event_id is null""",
    "a session was given away once, and to whom it says": """
        select count(*) from sessions s where s.profile_id is not null and 1 <> (
        select count(*) from identity_log l
        where l.session_id = s.id and l.profile_id = s.profile_id and l.kind = 'attach')""",
    "a free session was given to nobody": """
        select count(*) from identity_log l left join sessions s on s.id = l.session_id
        where l.kind = 'attach' and s.profile_id is null""",
    "the ledger balances": """
        select count(*) from ledger where received <> stored + duplicate + rejected""",
    "the ledger counts as stored what is stored": """
        select count(*) from tokens t where
        coalesce((select sum(stored) from ledger where token_id = t.id), 0)
        <> (select count(*) from events where token_id = t.id)""",
    "the ledger counts as stored what is stored without a token": """
        select count(*) from businesses b where
        coalesce((select sum(stored) from ledger where token_id = 0 and business_id = b.id), 0)
        <> (select count(*) from events where token_id is null and business_id = b.id)""",
    "the ledger counts as rejected what pages sent and is on record": """
        select count(*) from businesses b where
        coalesce((select sum(rejected) from ledger where token_id = 0 and business_id = b.id), 0)
        <> (select count(*) from rejections where token_id is null and business_id = b.id
            and method = 'POST' and path like '%/track/events')""",
    "the ledger counts as rejected what is on record": """
        select count(*) from tokens t where
        coalesce((select sum(rejected) from ledger where token_id = t.id), 0)
        <> (select count(*) from rejections where token_id = t.id
            and method = 'POST' and path like '%/attribution/events%')""",
}
"""Each rule with a query that counts what breaks it."""


class Books:
    """What was found so far in one server's database.

    Args:
        loads: everything that was ever sent to it, in order; the caller adds to the list.

    Attributes:
        unrecorded: how many refusals the server has owned up to not having kept.
    """

    def __init__(self, server: Server, loads: list[Load]) -> None:
        self._server = server
        self._loads = loads
        self.unrecorded = 0
        self._last_id = 0
        self._markers: Counter[str] = Counter()
        self._keys: dict[str, int] = {}

    def check(self) -> None:
        """Compare the newest load's claims, and the rules of the store, with the database."""
        self._compare(self._loads[-1:])

    def audit(self) -> None:
        """Compare everything that was ever claimed, reading the database anew."""
        self._last_id = 0
        self._markers.clear()
        self._keys.clear()
        self._compare(self._loads)
        differing = self._of_listing()
        assert not differing, differing

    def _compare(self, loads: Iterable[Load]) -> None:
        self._read_events()
        problems = [*self._damage(), *self._broken_rules(), *self._broken_keys()]
        missing: list[str] = []
        recorded = self._recorded_refusals()
        for load in loads:
            problems += load.surprises
            for sent in load.sent:
                problems += self._of_items(sent)
                missing += _of_refusal(sent, recorded)
            problems += self._of_steps(load.sent)
            problems += self._of_names(load.sent)
        if len(missing) > self.unrecorded:
            problems += missing
        assert not problems, f"{len(problems)} problems, the first: " + "\n".join(problems[:10])

    def _read_events(self) -> None:
        rows = self._server.query(
            "select id, data from events where id > :last order by id", last=self._last_id
        )
        for row_id, data in rows:
            told = _told(data)
            self._last_id = row_id
            self._markers[told.get("metadata", {}).get("marker")] += 1
            if "event_id" in told:
                self._keys[told["event_id"]] = row_id

    def _damage(self) -> list[str]:
        count = self._server.query("select count(*) from events")[0][0]
        problems = []
        if count != self._markers.total():
            problems.append(f"{count} events, and there were {self._markers.total()}")
        if self._server.database_url.startswith("sqlite"):
            for check in ("integrity_check", "foreign_key_check"):
                problems += [
                    str(row) for row in self._server.query(f"pragma {check}") if row != ("ok",)
                ]
        return problems

    def _broken_rules(self) -> list[str]:
        return [
            f"{count} times not so: {rule}"
            for rule, sql in RULES.items()
            if (count := self._server.query(sql)[0][0])
        ]

    def _broken_keys(self) -> list[str]:
        rows = self._server.query(
            "select key, event_id from idempotency where event_id is not null"
        )
        kept = dict(rows)
        wrong = {
            key for key in kept.keys() | self._keys.keys() if kept.get(key) != self._keys.get(key)
        }
        return [f"key and event differ: {key}" for key in sorted(wrong)]

    def _recorded_refusals(self) -> Counter[tuple[str, int | None]]:
        return Counter(
            {
                (name, item): count
                for name, item, count in self._server.query(
                    "select request_id, item, count(*) from rejections group by request_id, item"
                )
            }
        )

    def _of_items(self, sent: Sent) -> list[str]:
        problems = []
        for item in sent.items:
            if item.step is not None:
                continue
            count = self._markers[item.marker]
            if count not in _allowed(item, sent):
                problems.append(f"{item.marker} ({item.fate.value}) is there {count} times")
        return problems

    def _of_steps(self, sent: Iterable[Sent]) -> list[str]:
        reports: dict[tuple[str, str], list[Item]] = {}
        for each in sent:
            for item in each.items:
                if item.step is not None:
                    reports.setdefault(item.step, []).append(item)
        problems = []
        for step, items in reports.items():
            count = sum(self._markers[item.marker] for item in items)
            is_certain = any(item.fate is Fate.STORED for item in items)
            if count > 1 or (is_certain and not count):
                problems.append(f"{step} is there {count} times")
        return problems

    def _of_names(self, sent: Iterable[Sent]) -> list[str]:
        """Say which acknowledged sessions, inline objects and profiles are not there, or twice."""
        sessions: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for each in sent:
            if each.fate is Fate.STORED:
                wanted.update({f"profile {each.made}"} if each.made else ())
                sessions.update({each.attach[0]} if each.attach else ())
            for item in each.items:
                if item.fate is Fate.STORED:
                    sessions.update({item.session} if item.session else ())
                    wanted.update({f"product {item.reference}"} if item.reference else ())
        query = self._server.query
        there = Counter(f"profile {row[0]}" for row in query("select reference from profiles"))
        there.update(f"product {row[0]}" for row in query("select reference from objects"))
        known = {row[0] for row in query("select text from sessions")}
        return [
            *(f"{name} is there {there[name]} times" for name in wanted if there[name] != 1),
            *(f"session {text} is not there" for text in sessions if text not in known),
        ]

    def _of_listing(self) -> list[str]:
        """Compare the latest events of the busiest profile and session with the API's lists."""
        query = self._server.query
        busiest = "select {0} from events group by {0} order by count({0}) desc limit 1"
        secret = query("select value from installation where name = 'public_id_secret'")[0][0]
        profile = query(busiest.format("profile_id"))[0][0]
        session = query(busiest.format("session_id"))[0][0]
        text = query("select text from sessions where id = :id", id=session)[0][0]
        encode = PublicIds(bytes.fromhex(secret))[Kind.PROFILE].encode
        of_profile = (
            "profile_id = :id or session_id in (select id from sessions where profile_id = :id)"
        )
        lists = (
            ("profile", encode(profile), of_profile, profile),
            ("session", text, "session_id = :id", session),
        )
        return [
            f"the list of {name} {public} differs"
            for name, public, condition, row_id in lists
            if self._listed({name: public}) != self._latest(condition, row_id)
        ]

    def _listed(self, wanted: dict[str, str]) -> list[Any]:
        answer = httpx.get(
            f"{self._server.url}/v1/attribution/events",
            params={**wanted, "limit": "100"},
            headers={"Authorization": f"Bearer {self._server.token}"},
            timeout=30,
        )
        return [each["metadata"].get("marker") for each in answer.raise_for_status().json()["data"]]

    def _latest(self, condition: str, row_id: int) -> list[Any]:
        rows = self._server.query(
            f"select data from events where {condition} order by id desc limit 100", id=row_id
        )
        return [_told(data).get("metadata", {}).get("marker") for (data,) in rows]


def _told(data: Any) -> dict[str, Any]:
    """Return an event's data, which SQLite gives as text and PostgreSQL as an object."""
    told: dict[str, Any] = json.loads(data) if isinstance(data, str) else data or {}
    return told


def _allowed(item: Item, sent: Sent) -> tuple[int, ...]:
    """Return how many times an event may be stored, after what its sender was told."""
    if item.fate is Fate.STORED:
        return (1,)
    if item.fate is Fate.REFUSED or not item.is_good:
        return (0,)
    if item.fate is Fate.TURNED_AWAY and not sent.is_lost:
        return (0,)
    return (0, 1)


def _of_refusal(sent: Sent, recorded: Counter[tuple[str, int | None]]) -> list[str]:
    """Say which refusals that were answered are not on record."""
    problems = []
    if sent.fate is Fate.REFUSED and recorded[sent.name, None] != 1:
        problems.append(f"{sent.name}: recorded {recorded[sent.name, None]} times")
    for index, item in enumerate(sent.items):
        if (
            sent.fate is Fate.STORED
            and item.fate is Fate.REFUSED
            and not recorded[sent.name, index]
        ):
            problems.append(f"{sent.name}: the refusal of item {index} is not on record")
    return problems
