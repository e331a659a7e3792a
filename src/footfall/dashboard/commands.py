"""One purchase told to Footfall, in five languages; each is pasted into a shell as it stands."""

import json
from typing import Final

from footfall.domain.money import exponent_of

TOKEN_WORD: Final = "ALK_…"
"""Stands in the commands until the page has a token."""

_PYTHON: Final = """\
python3 - <<'END'
import json, urllib.request

event = json.loads('{event}')
request = urllib.request.Request(
    "{url}/v1/attribution/events",
    json.dumps(event).encode(),
    {{"Authorization": "Bearer {token}", "Content-Type": "application/json"}},
)
print(urllib.request.urlopen(request).read().decode())
END"""

_RUBY: Final = """\
ruby - <<'END'
require "json"
require "net/http"

event = JSON.parse('{event}')
answer = Net::HTTP.post URI("{url}/v1/attribution/events"), event.to_json,
  "Authorization" => "Bearer {token}", "Content-Type" => "application/json"
puts answer.body
END"""

_JAVASCRIPT: Final = """\
node --input-type=module - <<'END'
const event = JSON.parse('{event}')
const answer = await fetch("{url}/v1/attribution/events", {{
  method: "POST",
  headers: {{ "Authorization": "Bearer {token}", "Content-Type": "application/json" }},
  body: JSON.stringify(event),
}})
console.log(await answer.text())
END"""

_PHP: Final = """\
php <<'END'
<?php
$event = json_decode('{event}', true);
echo file_get_contents("{url}/v1/attribution/events", false, stream_context_create(["http" => [
    "method" => "POST",
    "header" => ["Authorization: Bearer {token}", "Content-Type: application/json"],
    "content" => json_encode($event),
    "ignore_errors" => true,
]])), "\\n";
END"""

_CURL: Final = """\
curl -sSw '\\n' {url}/v1/attribution/events \\
  -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\
  -d '{event}'"""

_ALL: Final = {
    "curl": _CURL,
    "Python": _PYTHON,
    "Ruby": _RUBY,
    "JavaScript": _JAVASCRIPT,
    "PHP": _PHP,
}


def commands(url: str, token: str, currency: str, session: str) -> list[tuple[str, str]]:
    """Return (language, shell command) for the first event.

    Args:
        session: a UUID; the event begins it.
    """
    event = json.dumps(
        {
            "action": "product.purchased",
            "session": session,
            "object_parameters": {
                "reference": "first-product",
                "name": "First product",
                "price": {"amount": _price(currency), "currency": currency},
            },
        },
        separators=(",", ":"),
    )
    return [
        (language, text.format(url=url, token=token, event=event))
        for language, text in _ALL.items()
    ]


def _price(currency: str) -> str:
    """Return a price that the currency can have: yen have no decimals."""
    return f"{19.9:.{exponent_of(currency) or 0}f}"
