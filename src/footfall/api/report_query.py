"""The query of a report → what is asked, every fault noted; and the lake read for the answer.

Shared by all reports; ``report_answers`` makes what they answer.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

from footfall.api.call import Call, absent
from footfall.api.exchange import CONVERT_TO, exchange_to
from footfall.attribution import in_force
from footfall.attribution.words import (
    DIMENSIONS,
    EVER,
    FOREVER,
    MODELS,
    RULES,
    SAMPLES_MAX,
    SAMPLES_MIN,
    SEED,
    SEED_MAX,
    SOLD,
    Dimension,
    Range,
    Resampling,
    Sold,
    TooMuchForModel,
)
from footfall.domain.money import parse_currency
from footfall.domain.public_ids import Kind
from footfall.domain.times import parse_bound
from footfall.errors import Fault, Invalid, Refused, did_you_mean, refuse
from footfall.reports.question import Question
from footfall.reports.words import DATE_BASES, PERS, CannotReport, DateBasis, Per
from footfall.store import businesses
from footfall.store.businesses import Business

if TYPE_CHECKING:
    from footfall.attribution.exchange import Exchange
    from footfall.attribution.run import Attribution

Found = TypeVar("Found")
Parameter = tuple[dict[str, Any], str]

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_FORMATS: Final = ("json", "csv")


def one_of(known: Sequence[str], description: str) -> Parameter:
    """Return what an ``Endpoint`` says of a parameter with a few values."""
    return {"type": "string", "enum": list(known)}, description


AS_OF: Final[Parameter] = (
    _TEXT,
    "As it stood then: what arrived or changed later is left out. A date or ISO 8601 with a zone.",
)
BY: Final = one_of(DIMENSIONS, "What is credited; default `channel`.")
BY_ANY: Final = one_of(
    (*DIMENSIONS, *SOLD), "What is credited, or what was sold with it; default `channel`."
)
PER: Final = one_of(PERS, "Periods of the business's calendar; weeks begin on Monday.")
DATE_BASIS: Final = one_of(
    DATE_BASES, "By the time of the sale (default), or of the touch that is credited."
)
RULE: Final = one_of(RULES, "The rule that credits; default `precedence`.")
TIME: Final[dict[str, Parameter]] = {
    "currency": (_TEXT, "ISO 4217; default the business's. Currencies are never added."),
    "convert_to": CONVERT_TO,
    "since": (_TEXT, "Sales from then on: a date of the business's zone, or ISO 8601 with a zone."),
    "until": (_TEXT, "Sales before then, likewise."),
    "as_of": AS_OF,
    "format": one_of(_FORMATS, "Default `json`."),
}
"""What every report takes."""


class ReportQuery:
    """The query of a report, read parameter by parameter; what is wrong is noted in ``faults``."""

    def __init__(self, call: Call, business: Business) -> None:
        self.faults: list[Fault] = []
        self._call = call
        self._business = business
        self._zone = ZoneInfo(business.timezone)
        self.is_csv = self.choice("format", _FORMATS) == "csv"
        self.convert_to: str | None = None

    def question(self, known: Sequence[str] = DIMENSIONS) -> Question:
        """Return what every report is asked.

        Args:
            known: what ``by`` may be.
        """
        self.convert_to = self.convertible()
        return Question(
            currency=self.convert_to or self._currency(),
            zone=self._zone,
            now=self._call.received_at,
            by=cast("Dimension | Sold", self.choice("by", known) or "channel"),
            during=Range(
                self.instant("since") or EVER.since_at,
                EVER.until_at if (until_at := self.instant("until")) is None else until_at,
            ),
            as_of=self.instant("as_of"),
            date_basis=cast("DateBasis", self.choice("date_basis", DATE_BASES) or "purchase"),
            per=cast("Per | None", self.choice("per", PERS)),
        )

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """Return one of a few words, ``None`` when none is told."""
        told = self._call.query.get(name) or None
        if told is not None and told not in known:
            self.note(f"“{name}” is one of {', '.join(known)}.{did_you_mean(told, known)}", name)
            return None
        return told

    def models(self, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return models named with commas between."""
        told = tuple(filter(None, self._call.query.get("models", "").split(",")))
        for model in told:
            if model not in MODELS:
                self._no_model(model, MODELS, "models")
        return tuple(dict.fromkeys(told)) or default

    def rule(self) -> str:
        """Return the one model of a report that goes conversion by conversion."""
        told = self._call.query.get("model") or "precedence"
        if told in MODELS and told not in RULES:
            self.note(
                f"“{told}” looks at all journeys together and credits no sale by itself; ask for "
                f"one of {', '.join(RULES)}.",
                "model",
            )
        elif told not in RULES:
            self._no_model(told, RULES, "model")
        return told

    def convertible(self) -> str | None:
        """Return the currency that all sales are to be converted to, if that is asked for."""
        text = self._call.query.get("convert_to")
        if not text:
            return None
        if self._call.query.get("currency"):
            self.note(
                "“currency” asks for sales in it and “convert_to” for all sales; give one of them.",
                "convert_to",
            )
        try:
            return parse_currency(text)
        except ValueError as problem:
            self.note(str(problem), "convert_to")
            return None

    def resampling(self) -> Resampling | None:
        """Return how often customers are to be drawn again, if that is asked for."""
        samples = self.whole_number("bootstrap", SAMPLES_MAX, SAMPLES_MIN)
        seed = self.whole_number("seed", SEED_MAX, 0)
        if samples is None:
            return None
        return Resampling(samples, SEED if seed is None else seed)

    def whole_number(self, name: str, most: int, least: int = 1) -> int | None:
        """Return a number within bounds, ``None`` when none is told."""
        text = self._call.query.get(name, "")
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
            number = int(text)
            if least <= number <= most:
                return number
        self.note(f"“{name}” must be a whole number from {least} to {most:,}.", name)
        return None

    def instant(self, name: str) -> int | None:
        """Return the instant a range begins or ends at."""
        text = self._call.query.get(name)
        if not text:
            return None
        try:
            return parse_bound(text, self._zone)
        except ValueError as problem:
            self.note(f"“{name}”: {problem}", name)
            return None

    def exchange(self) -> "Callable[[], Exchange] | None":
        """Return what makes the exchange that was asked for; see ``exchange_to``."""
        return exchange_to(self._call, self.convert_to, self._zone)

    def note(self, message: str, name: str) -> None:
        """Note a fault of a parameter."""
        self.faults.append(Invalid(message, name))

    def finish(self) -> None:
        """Refuse the request if anything is wrong with it."""
        if self.faults:
            raise Refused(self.faults)

    def _currency(self) -> str:
        try:
            return parse_currency(self._call.query.get("currency") or self._business.currency)
        except ValueError as problem:
            self.note(str(problem), "currency")
            return self._business.currency

    def _no_model(self, model: str, known: Sequence[str], name: str) -> None:
        self.note(
            f"There is no model “{model[:64]}”; there are {', '.join(known)}."
            + did_you_mean(model, known),
            name,
        )


async def query_of(call: Call) -> ReportQuery:
    """Return the query of a call, to be read."""
    found = await call.store.read(lambda connection: businesses.find(connection, call.business_id))
    if found is None:
        raise absent(Kind.BUSINESS)
    return ReportQuery(call, found)


async def read(
    call: Call,
    as_of: int | None,
    ask: "Callable[[Attribution], Found]",
    exchange: "Callable[[], Exchange] | None" = None,
) -> Found:
    """Ask something of the business's attribution, on a thread of the lake's.

    Args:
        exchange: makes what puts all sales into one currency, on that thread.

    Raises:
        Refused: 422, a model cannot tell so many channels apart, or a report makes no sense as it
            was asked for; 503, the lake is out of reach.
    """
    moment = FOREVER if as_of is None else as_of
    held = await call.store.read(
        lambda connection: in_force.find(connection, call.business_id, moment)
    )
    lake = await call.lake.opened()
    await lake.fresh()

    def asked() -> Found:
        # Loaded by whoever asks first: it is more than all the rest of the server.
        from footfall.attribution.read import read as attributed

        return attributed(
            lake,
            call.business_id,
            held.definition,
            held.channels,
            ask,
            as_of=moment,
            exchange=None if exchange is None else exchange(),
        )

    try:
        return await lake.on_thread(asked)
    except TooMuchForModel as problem:
        raise refuse(Invalid(str(problem), problem.parameter)) from None
    except CannotReport as problem:
        raise refuse(Invalid(str(problem), problem.parameter)) from None
