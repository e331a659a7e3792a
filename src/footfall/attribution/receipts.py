"""One conversion → why it was credited so: its money, its person, a verdict on every touch.

The verdicts are reached one by one, in words, from the same rules that ``sql/candidates.sql``
applies to all at once; a test holds the two together. A sale without credit has a receipt, too.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from footfall.attribution import engine
from footfall.attribution.allocate import allocate
from footfall.attribution.definition import Definition
from footfall.attribution.exchange import Exchanged
from footfall.attribution.run import Attribution
from footfall.attribution.words import BOT, KINDS, RULES
from footfall.domain.times import DAY, HOUR, MINUTE, SECOND

WORDS: Final = {number: word for word, number in KINDS.items()} | {BOT: "bot"}
"""What a touch is, by its number."""


class Touch(NamedTuple):
    """Evidence as a receipt shows it; fields as in ``sql/journey_of.sql``."""

    touch_id: int
    touched_at: int
    kind: int
    evidence: str
    source: str
    medium: str
    campaign: str
    term: str | None
    content: str | None
    link_id: str | None
    landing_page: str | None
    channel: str
    session_id: int | None
    event_id: int | None
    delivery_id: int | None


class Conversion(NamedTuple):
    """A sale or another goal; fields as in ``sql/conversion.sql``."""

    conversion_id: int
    person_id: int
    converted_at: int
    action: str
    reference: str | None
    currency: str
    gross_minor: int
    refunded_minor: int
    is_cancelled: bool
    net_minor: int
    session_id: int | None
    previous_at: int | None


class Change(NamedTuple):
    """How a session or another profile came to be the person's; as in ``sql/sessions_of.sql``."""

    log_id: int
    at: int
    kind: str
    session_id: int | None
    profile_id: int | None
    other_id: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class Considered:
    """A touch, whether it counts, the sentence that says why, and its credit by model."""

    touch: Touch
    counts: bool
    reason: str
    credit_minor: dict[str, int]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that decided what became of one conversion.

    Attributes:
        changes: by which sessions and profiles became the person's, oldest first.
        milestone_at: when the milestone of the journey was, UTC microseconds.
        considered: every touch of the person, oldest first.
        reason: one sentence on the whole.
        version: hash of the definition and channel rules it was reckoned by.
        exchanged: what it was before all sales were converted to one currency; ``None``: that was
            not asked for, or it is in that currency by itself.
    """

    conversion: Conversion
    changes: list[Change]
    milestone_at: int | None
    considered: list[Considered]
    reason: str
    version: str
    exchanged: Exchanged | None


def receipts(attribution: Attribution, reference: str, event_id: int = 0) -> list[Receipt]:
    """Return the receipts of an order: by its reference, or by the event that started it.

    Two systems may have used one reference, so there may be several.
    """
    rows = attribution.rows("conversion", reference=reference, event_id=event_id)
    return [_receipt(attribution, Conversion(*row)) for row in rows]


def verdict(touch: Touch, conversion: Conversion, definition: Definition) -> tuple[bool, str]:
    """Return whether a touch counts for a conversion, and a sentence that says why.

    Source: contract 7.2 (windows); docs/attribution.md, “Which touches count”.
    """
    if touch.kind == BOT:
        return False, "Left out because a program met it: it came with the name of a crawler."
    age_us = conversion.converted_at - touch.touched_at
    if age_us < 0:
        return (
            False,
            f"It came {duration(-age_us)} after the sale; nothing explains what was before.",
        )
    word = WORDS[touch.kind]
    lookback_us = definition.lookback_us(touch.kind)
    if lookback_us is not None and age_us > lookback_us:
        return False, (
            f"It was {duration(age_us)} before the sale; {word} evidence counts for "
            f"{duration(lookback_us)}."
        )
    previous_at = conversion.previous_at
    is_split = definition.journeys == "split"
    if is_split and previous_at is not None and touch.touched_at <= previous_at:
        return False, "It led to an earlier sale, and each touch leads to one."
    when = f"{duration(age_us)} before the sale" if age_us else "at the very moment of the sale"
    return True, f"It counts: {word} evidence, {when}."


def duration(us: int) -> str:
    """Return a length of time in its two largest units.

    >>> duration(26 * HOUR), duration(90 * SECOND), duration(5)
    ('1 day 2 hours', '1 minute 30 seconds', 'less than a second')
    """
    parts: list[str] = []
    for size, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")):
        count, us = divmod(us, size)
        if count and len(parts) < 2:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts) or "less than a second"


def _receipt(attribution: Attribution, conversion: Conversion) -> Receipt:
    definition = attribution.definition
    touches = [
        Touch(*row)
        for row in attribution.rows("journey_of", conversion_id=conversion.conversion_id)
    ]
    judged = [verdict(touch, conversion, definition) for touch in touches]
    _drop_repeats(touches, judged, definition)
    counting = [touch for touch, (counts, _) in zip(touches, judged, strict=True) if counts]
    milestone = _milestone(attribution, conversion, counting)
    credit = _credit(counting, conversion, definition, milestone)
    considered = [
        Considered(
            touch,
            counts,
            _marked(reason, touch, milestone, definition),
            credit.get(touch.touch_id, {}),
        )
        for touch, (counts, reason) in zip(touches, judged, strict=True)
    ]
    changes = [Change(*row) for row in attribution.changes_of(conversion.person_id)]
    exchange = attribution.exchange
    exchanged = (
        None if exchange is None else exchange.of(attribution.connection, conversion.conversion_id)
    )
    reason = _summary(conversion, considered, exchanged)
    milestone_at = None if milestone is None else milestone.at
    version = attribution.version
    return Receipt(conversion, changes, milestone_at, considered, reason, version, exchanged)


class _Milestone(NamedTuple):
    """When it was, and which of the touches that count led to it."""

    at: int
    place: int
    touch_id: int


def _milestone(
    attribution: Attribution, conversion: Conversion, touches: list[Touch]
) -> _Milestone | None:
    if not touches:
        return None
    told = attribution.milestones_of(conversion.conversion_id)
    at = next((at for at in told if at >= touches[0].touched_at), None)
    if at is None:
        return None
    place = max(i for i, touch in enumerate(touches) if touch.touched_at <= at)
    return _Milestone(at, place, touches[place].touch_id)


def _marked(reason: str, touch: Touch, milestone: _Milestone | None, definition: Definition) -> str:
    if milestone is None or touch.touch_id != milestone.touch_id:
        return reason
    return f"{reason} It led to the milestone {definition.milestone}."


def _drop_repeats(
    touches: list[Touch], judged: list[tuple[bool, str]], definition: Definition
) -> None:
    if definition.repeats != "collapsed":
        return
    later: Touch | None = None
    for i in reversed(range(len(touches))):
        if not judged[i][0]:
            continue
        if later is not None and later.channel == touches[i].channel:
            judged[i] = False, f"The next touch was {later.channel} again, and counts for both."
        later = touches[i]


def _credit(
    touches: list[Touch],
    conversion: Conversion,
    definition: Definition,
    milestone: _Milestone | None,
) -> dict[int, dict[str, int]]:
    if not touches or not conversion.net_minor:
        return {}
    found = engine.Candidates(
        conversion_row=np.zeros(1, np.int64),
        net_minor=np.array([conversion.net_minor]),
        starts=np.array([0, len(touches)]),
        touch_id=np.array([touch.touch_id for touch in touches]),
        age_us=np.array([conversion.converted_at - touch.touched_at for touch in touches]),
        kind=np.array([touch.kind for touch in touches]),
        is_direct=np.array([touch.channel == "Direct" for touch in touches]),
        value_code=np.zeros(len(touches), np.int64),
        milestone=np.array([-1 if milestone is None else milestone.place]),
    )
    credit: dict[int, dict[str, int]] = {touch.touch_id: {} for touch in touches}
    for model in RULES:
        weights = engine.weigh(model, found, definition)
        minor = allocate(found.net_minor, weights, found.starts)
        for touch, share in zip(touches, minor.tolist(), strict=True):
            credit[touch.touch_id][model] = share
    return credit


def _summary(
    conversion: Conversion, considered: list[Considered], exchanged: Exchanged | None
) -> str:
    if conversion.is_cancelled:
        return "The order was cancelled, so there is nothing to credit."
    if not conversion.net_minor and exchanged is not None and exchanged.net_minor:
        return f"It is worth less than any unit of {conversion.currency}, so there is no credit."
    if not conversion.net_minor:
        return "All of it was refunded, so there is nothing to credit."
    counting = [each for each in considered if each.counts]
    if not considered:
        return "No touch of this person is known: revenue without attribution."
    if not counting:
        count = len(considered)
        told = "1 touch of this person is known, and it does not count"
        if count > 1:
            told = f"{count} touches of this person are known, and none of them counts"
        return f"{told}: revenue without attribution."
    winner = next(each for each in counting if each.credit_minor.get("precedence"))
    word = WORDS[winner.touch.kind]
    strongest = min(each.touch.kind for each in counting)
    if winner.touch.kind != strongest:
        why = f"in edition C {word} evidence that came after all external evidence beats it"
    elif len({each.touch.kind for each in counting}) > 1:
        why = f"the strongest evidence there is is {word}, and it is the most recent of it"
    else:
        why = f"it is the most recent {word} evidence"
    return f"By precedence {winner.touch.channel} earned it: {why}."
