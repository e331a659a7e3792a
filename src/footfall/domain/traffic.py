"""What an event's data tells of the way its visitor came: campaign, ad click, referrer, page, link.

The archive calls this for each event; reports and attribution read only what comes out of it. Pages
send their campaign as ``utm_params`` and may send ``click_ids``; whoever sends neither may still
have them in the address of the page, and there they are looked for next.

Source: contract 5.6, 5.7; for click ids the platforms' own pages, see ``CLICK_IDS``.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from footfall.domain.times import parse_instant

UTM: Final = ("source", "medium", "campaign", "term", "content")

CLICK_IDS: Final[dict[str, str]] = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "dclid": "google",
    "fbclid": "facebook",
    "msclkid": "bing",
    "ttclid": "tiktok",
    "twclid": "twitter",
    "li_fat_id": "linkedin",
    "epik": "pinterest",
    "sccid": "snapchat",
    "rdt_cid": "reddit",
    "yclid": "yandex",
    "ysclid": "yandex",
}
"""Query parameters that advertising platforms append to the address an ad leads to, most telling
first, each with the platform.

``gclid`` names the very click; ``gbraid`` and ``wbraid`` take its place on iOS and name a group of
clicks; ``dclid`` comes from Display & Video 360.
Source: the help pages of Google Ads (auto-tagging, URL parameters on iOS), Meta (``fbclid``),
Microsoft Advertising (auto-tagging of the Click ID), TikTok, X, LinkedIn (first-party ad tracking),
Pinterest, Snapchat, Reddit and Yandex Direct.
"""

LINK_CLICKED: Final = "short_link.clicked"

_NAMES: Final = "|".join((*(f"utm_{name}" for name in UTM), *CLICK_IDS))
_PARAMETER: Final = re.compile(rf"[?&;]({_NAMES})=([^&;#]*)", re.IGNORECASE)


class Traffic(NamedTuple):
    """Texts as they were told, ``None`` where nothing was; ``utm_observed_at`` microseconds UTC."""

    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    utm_observed_at: int | None = None
    click_id_kind: str | None = None
    click_id: str | None = None
    referrer: str | None = None
    page_url: str | None = None
    link_id: str | None = None


NOTHING: Final = Traffic()


def traffic_of(action: str, data: Mapping[str, Any], received_at: int) -> Traffic:
    """Return what an event's ``data`` tells of where its visitor came from.

    A campaign sent as ``utm_params`` is taken whole; only without one is the page's address asked,
    and so for click ids. A click on a tracked link carries the campaign of the link.

    Args:
        action: the event's; only the server's own clicks have a link.
        received_at: when it arrived; an ``observed_at`` must not lie far ahead of it.

    >>> traffic_of("page.viewed", {"url": "https://a.example/?utm_source=x&gclid=7"}, 0)[6:8]
    ('gclid', '7')
    """
    page = data.get("page")
    page = page if isinstance(page, dict) else {}
    page_url = _text(page.get("url")) or _text(data.get("url"))
    referrer = _text(page.get("referrer")) or _text(data.get("referrer"))
    told = _parameters(page_url)
    if action == LINK_CLICKED:
        utm = [_text(data.get(name)) for name in UTM]
        observed: object = None
        link_id = _text(data.get("link"))
    else:
        utm, observed = _campaign(data.get("utm_params"), told)
        link_id = None
    kind, click_id, clicked = _click(data.get("click_ids"), told)
    observed_at = _instant(observed if any(utm) else clicked, received_at)
    source, medium, campaign, term, content = utm
    return Traffic(
        utm_source=source,
        utm_medium=medium,
        utm_campaign=campaign,
        utm_term=term,
        utm_content=content,
        utm_observed_at=observed_at,
        click_id_kind=kind,
        click_id=click_id,
        referrer=referrer,
        page_url=page_url,
        link_id=link_id,
    )


def _campaign(sent: object, told: Mapping[str, str]) -> tuple[list[str | None], object]:
    if isinstance(sent, dict):
        utm = [_text(sent.get(name)) for name in UTM]
        if any(utm):
            return utm, sent.get("observed_at")
    return [told.get(f"utm_{name}") for name in UTM], None


def _click(sent: object, told: Mapping[str, str]) -> tuple[str | None, str | None, object]:
    if isinstance(sent, dict):
        for kind in CLICK_IDS:
            if (value := _text(sent.get(kind))) is not None:
                return kind, value, sent.get("observed_at")
    for kind in CLICK_IDS:
        if kind in told:
            return kind, told[kind], None
    return None, None, None


def _parameters(url: str | None) -> dict[str, str]:
    """Return the parameters of an address that matter here; of one given twice the first."""
    if url is None or "?" not in url:
        return {}
    found: dict[str, str] = {}
    query = url.partition("#")[0]
    for name, value in _PARAMETER.findall(query):
        text = _text(unquote_plus(value))
        if text is not None:
            found.setdefault(name.lower(), text)
    return found


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _instant(value: object, received_at: int) -> int | None:
    if value is None:
        return None
    try:
        return parse_instant(value, received_at=received_at).tracked_at
    except ValueError:
        return None
