"""Which definition and channel rules hold for a business at a moment, and changing them.

Whatever reports, explains or compares asks here; a file of one's own takes the place of either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from footfall.attribution import channels, definition_file
from footfall.attribution.channels import Channels
from footfall.attribution.definition import Definition
from footfall.attribution.definition_file import BadDefinition
from footfall.attribution.words import FOREVER
from footfall.errors import did_you_mean
from footfall.store import actions, attribution_settings
from footfall.store.attribution_settings import Change

CHANNELS_MAX: Final = 65_536
"""Characters of a text of channel rules."""


@dataclass(frozen=True, slots=True)
class InForce:
    """By what sales are credited.

    Attributes:
        goals: the actions that convert unless the definition names others.
        told: the keys that were set; the others have their built-in values.
        text: of channel rules of the business's own.
        changes: the last ones, the latest first; none where nothing was ever changed.
    """

    goals: tuple[str, ...]
    told: dict[str, Any]
    text: str | None
    changes: list[Change]

    @property
    def definition(self) -> Definition:
        return definition_file.of(self.told, self.goals)

    @property
    def channels(self) -> Channels:
        return channels.load() if self.text is None else channels.read(self.text)

    @property
    def version(self) -> str:
        """What reports show as their version."""
        return self.definition.version_with(self.channels.text)


def find(connection: Connection, business_id: int, as_of: int = FOREVER) -> InForce:
    """Return what holds for a business, or held at a moment."""
    known = actions.by_name(connection, business_id)
    goals = tuple(sorted(name for name, action in known.items() if action.is_goal))
    changes = attribution_settings.recent(connection, business_id, as_of)
    if not changes:
        return InForce(goals, {}, None, changes)
    return InForce(goals, changes[0].definition, changes[0].channels, changes)


def change(
    connection: Connection,
    business_id: int,
    told: Mapping[str, Any],
    text: str | None,
    *,
    at: int,
    token_id: int | None = None,
) -> InForce:
    """Let a definition and channel rules hold from now on, if they differ from those that do.

    Args:
        told: all keys that are to hold; the others have their built-in values.
        text: of channel rules; ``None``: the built-in ones.

    Raises:
        BadDefinition: with all that is wrong, in ``told`` by key and in ``text`` as ``channels``.
    """
    before = find(connection, business_id)
    _check(connection, business_id, told, text)
    after = InForce(before.goals, dict(told), text, before.changes)
    if (after.told, after.text) != (before.told, before.text):
        attribution_settings.keep(
            connection, business_id, after.told, text, after.version, at=at, token_id=token_id
        )
    return find(connection, business_id)


def _check(
    connection: Connection, business_id: int, told: Mapping[str, Any], text: str | None
) -> None:
    problems: dict[str, str] = {}
    try:
        known = actions.by_name(connection, business_id)
        for goal in definition_file.effective(told).goals or ():
            if goal not in known:
                near = did_you_mean(goal, known)
                problems["goals"] = f"There is no action “{goal[:64]}” in “goals”.{near}"
    except BadDefinition as problem:
        problems |= problem.problems
    if text is not None:
        try:
            if len(text) > CHANNELS_MAX:
                raise ValueError(f"they have more than {CHANNELS_MAX:,} characters")
            channels.read(text)
        except ValueError as problem:
            problems["channels"] = f"The channel rules cannot be used: {problem}."
    if problems:
        raise BadDefinition(problems)
