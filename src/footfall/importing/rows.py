"""Turns the rows of the file into profiles to find or create, and events to send.

``transfer`` reads profiles first, then events from any row onwards. DuckDB makes the JSON, which
leaves Python next to nothing to do for a row. A row one of whose expressions fails (text where a
number should be) is handed out with the keys that failed, never with a value missing in silence.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from footfall.importing.expressions import Compiled, compile_condition, compile_section
from footfall.importing.mapping import ImportMapping
from footfall.importing.source import ROW, Source

_EVENT_ID_DIGITS: Final = 32
_MUSTS: Final = frozenset({"event.event_id"})
"""Without its own id an event sent twice, after a lost answer, would be stored twice."""


class ProfileKey(NamedTuple):
    """What tells one profile from another in the file."""

    source: str
    reference: str


class PreparedRow(NamedTuple):
    """A row as an event.

    Attributes:
        number: the row's place in the file, from 1.
        event: JSON as it goes on the wire, but for the profile's id; ``None`` when one of the
            expressions fails.
        owner: whose profile it is, if the mapping says so and the row has one.
        failed: keys of the mapping, with their expressions, that have no value here.
        columns: JSON of the row as it stands in the file, when something failed.
    """

    number: int
    event: str | None
    owner: ProfileKey | None
    failed: list[tuple[str, str]]
    columns: str | None


class Rows:
    """The profiles and events of a file under a mapping.

    Raises:
        ConfigurationError: an expression of the mapping is unsound.
    """

    def __init__(self, source: Source, mapping: ImportMapping) -> None:
        self._source = source
        event = {"event_id": f"'{source.digest[:_EVENT_ID_DIGITS]}-' || {ROW}", **mapping.event}
        profile = {"source": "null", **mapping.profile} if mapping.profile else None
        where = mapping.file.where
        self.event = compile_section(source, "event", event)
        self.profile = compile_section(source, "profile", profile) if profile else None
        self.where = compile_condition(source, "file.where", where) if where else None

    def collect_profiles(self) -> int:
        """Gather the distinct profiles, for ``profiles`` to hand out, and return their number."""
        if self.profile is None:
            return 0
        collect = f"""
            create or replace temp table footfall_profiles as
            select footfall_profile.source, footfall_profile.reference,
                   arg_max(footfall_profile, {ROW}) as fields
            from ({self._attempts()})
            where footfall_keep.holds and footfall_profile.reference is not null
            group by all
            order by all"""
        return sum(count for (count,) in self._source.execute(collect))

    def profiles(self) -> Iterator[tuple[ProfileKey, dict[str, Any]]]:
        """Yield each gathered profile, in the order of its key, as its latest row tells it."""
        if self.profile is None:
            return
        for source, reference, fields in self._source.execute("from footfall_profiles"):
            yield ProfileKey(source or "", reference), prune(fields)

    def events(self, after: int = 0) -> Iterator[PreparedRow]:
        """Yield the rows past a place in the file, in its order, without those left out."""
        parts = [each for each in (self.where, self.profile, self.event) if each]
        leaves = [leaf for part in parts for leaf in part.leaves]
        failed = ", ".join(
            f"case when {_has_no_value(key, sql)} then {place} end"
            for place, (key, _, sql) in enumerate(leaves)
        )
        columns = ", ".join(f"{quoted} := {quoted}" for quoted in self._source.quoted_columns)
        query = f"""
            select {ROW}, json_merge_patch('{{}}', to_json(footfall_event)),
                   footfall_profile.source, footfall_profile.reference,
                   case when footfall_failed then [{failed}] end,
                   case when footfall_failed then to_json(struct_pack({columns})) end
            from (
                select *, footfall_event.event_id is null or footfall_profile is null
                          or footfall_keep is null as footfall_failed
                from ({self._attempts()})
            )
            where {ROW} > {after} and (footfall_keep is null or footfall_keep.holds)"""
        for number, event, source, reference, places, as_read in self._source.execute(query):
            owner = ProfileKey(source or "", reference) if reference is not None else None
            wrong = [leaves[place][:2] for place in places or () if place is not None]
            yield PreparedRow(number, event, owner, wrong, as_read)

    def _attempts(self) -> str:
        """Return SQL with every section as a struct, null where one of its expressions fails."""
        nobody = "{'source': null::varchar, 'reference': null::varchar}"
        return f"""
            select *,
                   try({self.event.struct}) as footfall_event,
                   {_try(self.profile, nobody)} as footfall_profile,
                   {_try(self.where, "{'holds': true}")} as footfall_keep
            from {self._source.relation}"""


def prune(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields without those that are null, nor tables that are empty for that reason."""
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            value = prune(value)
            if not value:
                continue
        if value is not None:
            kept[name] = value
    return kept


def _has_no_value(key: str, sql: str) -> str:
    """Return SQL for: the expression fails; or, where a value is a must, gives none."""
    return f"try({{'value': {sql}}}){'.value' if key in _MUSTS else ''} is null"


def _try(section: Compiled | None, otherwise: str) -> str:
    return f"try({section.struct})" if section else otherwise
