"""``/v1/links/:id/…``: what a link's clicks add up to, and its address as a QR code."""

import io
from typing import Annotated, Any, Final, Literal

from litestar import Response, get
from msgspec import Meta, Struct

from footfall.api.call import Call
from footfall.api.endpoint import Endpoint, bound
from footfall.api.link_bodies import ANSWER as LINK_ANSWER
from footfall.api.links import READS, find
from footfall.domain.public_ids import Kind
from footfall.domain.times import unix_seconds
from footfall.store import link_clicks

PIXELS: Final = 8
"""Width of a module; the picture has its quiet zone around it and can be printed as it is."""

_PICTURE: Final = {
    # A picture asks for nothing; opened by itself it must not either.
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
}


class DayOfClicks(Struct):
    """The clicks of a day."""

    date: Annotated[str, Meta(description="ISO 8601, in `timezone`.")]
    clicks: int


class LinkStats(Struct, kw_only=True):
    """What the openings of a link add up to."""

    link: Annotated[str, Meta(description="The link's id.")]
    type: Literal["link_stats"] = "link_stats"
    timezone: Annotated[str, Meta(description="The business's; its days begin and end there.")]
    clicks: Annotated[int, Meta(description="Openings by people, repeated ones too.")]
    sessions: Annotated[int, Meta(description="How many different sessions clicked.")]
    profiles: Annotated[
        int, Meta(description="How many different people clicked, as far as it is known by now.")
    ]
    previews: Annotated[int, Meta(description="Openings by programs, which are no clicks.")]
    suppressed: Annotated[int, Meta(description="Openings by people who are not tracked.")]
    last_clicked_at: Annotated[int | None, Meta(description="Unix seconds.")]
    days: Annotated[list[DayOfClicks], Meta(description="Days with a click, oldest first.")]


@get(
    "/links/{link:str}/stats",
    **bound(
        Endpoint(
            "Retrieve a link's clicks",
            answer=LinkStats,
            errors=(404,),
            answer_example={
                "link": LINK_ANSWER["id"],
                "type": "link_stats",
                "timezone": "America/Montevideo",
                "clicks": 12,
                "sessions": 9,
                "profiles": 4,
                "previews": 3,
                "suppressed": 0,
                "last_clicked_at": 1665687773,
                "days": [{"date": "2022-10-13", "clicks": 12}],
            },
            **READS,
        )
    ),
)
async def get_link_stats(call: Call, link: str) -> LinkStats:
    """Answer how often a link was opened, by whom and on which days."""
    found = await find(call, link)
    told = await call.store.read(
        lambda connection: link_clicks.stats(connection, call.business_id, found.id)
    )
    return LinkStats(
        link=call.encode(Kind.LINK, found.id),
        timezone=told.timezone,
        clicks=found.clicks,
        sessions=told.sessions,
        profiles=told.profiles,
        previews=found.previews,
        suppressed=found.suppressed,
        last_clicked_at=None if found.clicked_at is None else unix_seconds(found.clicked_at),
        days=[DayOfClicks(date, clicks) for date, clicks in told.days],
    )


def _picture(kind: str, media_type: str) -> dict[str, Any]:
    return bound(
        Endpoint(
            f"Retrieve a link's QR code as {kind.upper()}",
            description="Its address, to be printed; it can still be read with 15 % of it gone.",
            errors=(404,),
            answer_type=media_type,
            **READS,
        )
    )


@get("/links/{link:str}/qr.svg", **_picture("svg", "image/svg+xml"))
async def get_link_svg(call: Call, link: str) -> Response[bytes]:
    """Answer a link's QR code to be scaled at will."""
    return _drawn(call.settings.short_url((await find(call, link)).code), "svg", "image/svg+xml")


@get("/links/{link:str}/qr.png", **_picture("png", "image/png"))
async def get_link_png(call: Call, link: str) -> Response[bytes]:
    """Answer a link's QR code in pixels."""
    return _drawn(call.settings.short_url((await find(call, link)).code), "png", "image/png")


def _drawn(url: str, kind: str, media_type: str) -> Response[bytes]:
    # Here, because a server that nobody asks for pictures need not start with it.
    import segno

    drawn = io.BytesIO()
    segno.make_qr(url, error="m", boost_error=False).save(drawn, kind=kind, scale=PIXELS)
    return Response(drawn.getvalue(), media_type=media_type, headers=_PICTURE)


HANDLERS: Final[tuple[Any, ...]] = (get_link_stats, get_link_svg, get_link_png)
