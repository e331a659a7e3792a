"""Turns prepared actions, profiles and events into HTTP requests, and answers into outcomes.

The client that ``run`` sends with. A request that meets no answer, or an answer that asks for
patience, is repeated unchanged with growing delays, within a bounded time; because every event
carries its id, a repeat stores nothing twice. It keeps no state between requests.
"""

import gzip
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import httpx
import msgspec
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_before_delay,
    wait_random_exponential,
)

from footfall.errors import ConfigurationError, FootfallError
from footfall.importing.answers import (
    BatchAnswer,
    Outcome,
    ProfileAnswer,
    ProfileOutcome,
    errors_of,
)
from footfall.importing.mapping import ActionSection

Answer = TypeVar("Answer")

GIVE_UP_AFTER_S: Final = 120.0
_TIMEOUT_S: Final = 60.0
_TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_SPLIT: Final = frozenset({400, 413, 422})
_GZIP_LEVEL: Final = 1
_backoff: Final = wait_random_exponential(multiplier=0.2, max=10)


class ServerUnreachable(FootfallError):
    """The server gave no usable answer for too long; what it acknowledged stays acknowledged."""


class _NotNow(Exception):
    """No usable answer this time; the next try may bring one."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class Sender:
    """An HTTP client for one server and token; use it as an asynchronous context.

    Args:
        url: address of the server, without ``/v1``.
        token: private token.
        concurrency: connections used at once, at most.
        give_up_after_s: longest time one request is repeated for.
        on_wait: told why, whenever a request has to be repeated.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        concurrency: int,
        give_up_after_s: float = GIVE_UP_AFTER_S,
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._url = _checked_url(url)
        self._give_up_after_s = give_up_after_s
        self._on_wait = on_wait
        self._client = httpx.AsyncClient(
            base_url=self._url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            # Waiting for a free connection has no time limit: that wait is what bounds the load.
            timeout=httpx.Timeout(_TIMEOUT_S, pool=None),
            limits=httpx.Limits(max_connections=concurrency),
        )

    async def __aenter__(self) -> "Sender":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def check(self) -> None:
        """Ask once whether the server is there and takes the token.

        Raises:
            ConfigurationError: it is not there, or does not.
        """
        try:
            answer = await self._client.get("/v1/profiles", params={"limit": 1})
        except httpx.TransportError as problem:
            raise ConfigurationError(
                f"No server answers at {self._url} ({problem}); start it or correct --url."
            ) from None
        self._accept(answer)

    async def create_action(self, name: str, section: ActionSection) -> None:
        """Make a custom action, unless there is one of that name.

        Raises:
            ConfigurationError: the server refuses it.
        """
        body = msgspec.json.encode({"name": name, **msgspec.to_builtins(section)})
        answer = await self._post("/v1/attribution/actions", body)
        errors = errors_of(answer.status_code, answer.content)
        if not answer.is_success and {each.type for each in errors} != {"parameter_not_unique"}:
            said = "; ".join(each.message for each in errors) or f"status {answer.status_code}"
            raise ConfigurationError(f"“actions.{name}”: the server refuses it: {said}")

    async def create_profile(self, fields: dict[str, Any]) -> ProfileOutcome:
        """Make the profile, or find the one with the same source and reference."""
        answer = await self._post("/v1/profiles", msgspec.json.encode(fields))
        if not answer.is_success:
            return ProfileOutcome(errors=errors_of(answer.status_code, answer.content))
        return ProfileOutcome(self._decode(answer, ProfileAnswer).id)

    async def send(self, events: Sequence[str]) -> list[Outcome]:
        """Send events, given as JSON, as one batch; return what became of each, in order.

        A batch that is refused as a whole is split, until the events at fault stand alone.

        Raises:
            ServerUnreachable: there was no answer within the time allowed.
            ConfigurationError: the server does not take the token, or is none of ours.
        """
        if not events:
            return []
        answer = await self._post(
            "/v1/attribution/events/batch",
            gzip.compress("\n".join(events).encode(), _GZIP_LEVEL),
            {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"},
        )
        if answer.status_code in _SPLIT:
            if len(events) == 1:
                return [Outcome("rejected", errors_of(answer.status_code, answer.content))]
            middle = len(events) // 2
            return await self.send(events[:middle]) + await self.send(events[middle:])
        results = self._decode(answer, BatchAnswer).results
        if len(results) != len(events):
            raise ConfigurationError(
                f"{self._url} answered {len(results)} results to {len(events)} events."
            )
        return results

    async def _post(
        self, path: str, body: bytes, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = headers or {"Content-Type": "application/json"}
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_NotNow),
            wait=_wait_s,
            stop=stop_before_delay(self._give_up_after_s),
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            return await retrying(self._post_once, path, body, headers)
        except _NotNow as reason:
            raise ServerUnreachable(f"{self._url}: {reason}") from None

    async def _post_once(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        try:
            answer = await self._client.post(path, content=body, headers=headers)
        except httpx.TransportError as problem:
            raise _NotNow(str(problem) or type(problem).__name__) from None
        if answer.status_code in _TRY_AGAIN:
            raise _NotNow(f"status {answer.status_code}", _retry_after_s(answer))
        return self._accept(answer)

    def _accept(self, answer: httpx.Response) -> httpx.Response:
        """Return an answer unless its status means that no request can succeed."""
        if answer.status_code in (401, 403):
            said = "; ".join(each.message for each in errors_of(answer.status_code, answer.content))
            raise ConfigurationError(f"The server does not take the token. {said}".strip())
        if answer.status_code in (404, 405) or answer.is_redirect:
            raise ConfigurationError(
                f"{answer.request.url} answers {answer.status_code}; is --url the address of "
                "Footfall, without /v1?"
            )
        return answer

    def _decode(self, answer: httpx.Response, kind: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.DecodeError as problem:
            raise ConfigurationError(
                f"{answer.request.url} answers {answer.status_code} in an unknown form ({problem})."
            ) from None

    def _tell(self, state: RetryCallState) -> None:
        if state.outcome is not None:
            self._on_wait(f"waiting for the server ({state.outcome.exception()})")


def _wait_s(state: RetryCallState) -> float:
    problem = state.outcome.exception() if state.outcome else None
    asked = problem.retry_after_s if isinstance(problem, _NotNow) else None
    return _backoff(state) if asked is None else asked


def _retry_after_s(answer: httpx.Response) -> float | None:
    """Return the wait an answer asks for, given in seconds or as a date."""
    text = answer.headers.get("Retry-After", "")
    try:
        if text.isdigit():
            return float(text)
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _checked_url(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigurationError(f"--url is {url!r}; it must be like http://127.0.0.1:8000.")
    return url.rstrip("/")
