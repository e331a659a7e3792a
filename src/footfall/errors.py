"""Every refusal Footfall can give, as the wire names it.

The tree (contract 2.3; the class is the wire type in capitals)::

    FootfallError
    ├── Fault                       one thing wrong with one value; several make one answer
    │   ├── AmbiguousParameter      several parameters fill the same role and disagree
    │   ├── Blank                   a form's required input was left empty
    │   ├── IdempotencyConflict     the key was used before with another body
    │   ├── IdentityAssigned        the phone or e-mail belongs to another profile
    │   ├── Invalid                 the value is not acceptable
    │   ├── NotAllowed              the state of the thing forbids it
    │   │   └── Suppressed          the person's events are not to be kept
    │   ├── NotFound                what is referred to does not exist in this business
    │   ├── ObjectInvalid           at least one of a group is needed, none was given
    │   ├── ParameterInvalidEmpty   required and there, but empty
    │   ├── ParameterMissing        required and absent
    │   ├── ParameterNotUnique      another one of the same kind already has this value
    │   ├── MalformedRequest        the bytes cannot be read at all             (400)
    │   ├── Unauthenticated         no credential, or not a good one            (401)
    │   ├── Forbidden               a good credential without the right         (403)
    │   ├── MethodNotAllowed        the path exists, the method does not        (405)
    │   ├── TooLarge                more bytes than the limit                   (413)
    │   ├── RateLimited             too many requests in a minute               (429)
    │   └── Unavailable             cannot be stored now; try again             (503)
    ├── Refused                     a whole request refused: status and its faults
    └── ConfigurationError          the operator has to change something

Raised anywhere, answered in one place (``ingest.respond``).
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar


class FootfallError(Exception):
    """Base of everything Footfall raises on purpose."""


class Fault(FootfallError):
    """One thing wrong with one value.

    Args:
        message: a sentence that says what is wrong and what to do.
        parameter: the name as the caller sent it.
    """

    type: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, {self.parameter!r})"


class AmbiguousParameter(Fault):
    type = "ambiguous_parameter"


class Blank(Fault):
    """An input that a form requires was left empty; ``parameter`` is the input's exact name."""

    type = "blank"


class IdempotencyConflict(Fault):
    type = "idempotency_conflict"


class IdentityAssigned(Fault):
    type = "identity_assigned"


class Invalid(Fault):
    type = "invalid"


class NotAllowed(Fault):
    type = "not_allowed"


class Suppressed(NotAllowed):
    """The event's person asked not to be tracked: it is counted and nothing of it is kept.

    Args:
        profile_id: row number of the profile that counts it.
    """

    def __init__(self, profile_id: int, parameter: str) -> None:
        super().__init__(
            "This person's events are suppressed; it was counted and not kept. There is nothing to "
            "mend.",
            parameter,
        )
        self.profile_id = profile_id


class NotFound(Fault):
    type = "not_found"


class UnknownAction(NotFound):
    """The event's action is unknown: the one fault of a value that answers 404 (contract 2.3)."""

    status = 404


class UnknownResource(NotFound):
    """The addressed resource does not exist in this business."""

    status = 404


class ObjectInvalid(Fault):
    type = "object_invalid"


class ParameterInvalidEmpty(Fault):
    type = "parameter_invalid_empty"


class ParameterMissing(Fault):
    type = "parameter_missing"


class ParameterNotUnique(Fault):
    type = "parameter_not_unique"


class MalformedRequest(Fault):
    type = "malformed_request"
    status = 400


class Unauthenticated(Fault):
    type = "unauthenticated"
    status = 401


class Forbidden(Fault):
    type = "forbidden"
    status = 403


class MethodNotAllowed(Fault):
    type = "method_not_allowed"
    status = 405


class TooLarge(Fault):
    type = "too_large"
    status = 413


class RateLimited(Fault):
    """More requests than a quota allows.

    Args:
        policy: which quota: ``address``, ``business`` or ``token``.
        quota: requests in ``window_s`` seconds.
        retry_after_s: seconds until the next one is allowed.
    """

    type = "rate_limited"
    status = 429

    def __init__(
        self,
        message: str,
        parameter: str | None = None,
        *,
        policy: str = "address",
        quota: int = 0,
        window_s: int = 60,
        retry_after_s: int = 1,
    ) -> None:
        super().__init__(message, parameter)
        self.policy = policy
        self.quota = quota
        self.window_s = window_s
        self.retry_after_s = retry_after_s


class Unavailable(Fault):
    type = "unavailable"
    status = 503


class Refused(FootfallError):
    """A whole request refused.

    Args:
        faults: at least one; the answer lists them all, in order, under the one status that
            ``status_of`` gives them.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = list(faults)
        self.status = status_of(self.faults)


class ConfigurationError(FootfallError):
    """Something only the operator can put right; the message is the whole explanation."""


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the known one it resembles, if any."""
    # Here, because no command and no request needs it until something was mistyped.
    from difflib import get_close_matches

    near = get_close_matches(given, list(known), n=1, cutoff=0.7)
    return f" Did you mean “{near[0]}”?" if near else ""


def an(noun: str) -> str:
    """Return a noun with its indefinite article: “an order”, “a product”."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def refuse(fault: Fault) -> Refused:
    """Return the refusal of a request for a single fault, ready to be raised."""
    return Refused([fault])


def status_of(faults: Sequence[Fault]) -> int:
    """Return the HTTP status for these faults: an unknown action's, else theirs, else 422."""
    if any(isinstance(fault, UnknownAction) for fault in faults):
        return UnknownAction.status
    statuses = {fault.status for fault in faults}
    return statuses.pop() if len(statuses) == 1 else 422


def wire_types() -> dict[str, type[Fault]]:
    """Return every wire error type with its class, for the documentation and its test."""

    def below(parent: type[Fault]) -> list[type[Fault]]:
        return [each for child in parent.__subclasses__() for each in [child, *below(child)]]

    return {cls.type: cls for cls in reversed(below(Fault))}
