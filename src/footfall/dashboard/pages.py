"""Templates → answers, each under a policy that lets nothing inline run and nothing else load."""

from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from litestar import Response
from litestar.datastructures import Cookie

from footfall import __version__
from footfall.dashboard import shown, static
from footfall.dashboard.gate import COOKIE, PATH, Seat, Visit
from footfall.dashboard.words import LANGUAGES, translate
from footfall.settings import Settings
from footfall.store.web_sessions import GOOD_FOR_US

if TYPE_CHECKING:
    from jinja2 import Environment

Page = Response[str]
Done = Response[bytes]

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    # A link in a page may hold the secret of an invitation; other sites learn of none.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Pages:
    """Renders pages for one installation."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.url
        self._is_secure = settings.url.startswith("https://")

    def show(
        self,
        name: str,
        visit: Visit,
        *,
        seat: Seat | None = None,
        status: int = 200,
        at: str | None = None,
        **values: Any,
    ) -> Page:
        """Return a page, or with a name like ``live_rows`` a part of one.

        Args:
            at: the path under which it can be loaded again, when that is not the one asked.
        """
        html = (
            _templates(visit.language)
            .get_template(f"{name}.html.jinja")
            .render(
                here=name,
                visit=visit,
                seat=seat,
                root=PATH,
                url=self.url,
                languages=LANGUAGES,
                **values,
            )
        )
        cookies = [self.cookie(visit.cookie)] if visit.is_new else []
        headers = {**SECURITY, "Cache-Control": "no-store", "Vary": "HX-Request"}
        if at is not None:
            headers["HX-Replace-Url"] = at
        return Response(
            html, status_code=status, media_type="text/html", headers=headers, cookies=cookies
        )

    def cookie(self, value: str, *, is_kept: bool = False) -> Cookie:
        """Return the cookie of a browser; kept as long as a login lasts, or until it closes."""
        return Cookie(
            COOKIE,
            value=value,
            path=PATH,
            httponly=True,
            # Lax: a deep link in a message opens, a form on another site posts as nobody.
            samesite="lax",
            secure=self._is_secure,
            max_age=GOOD_FOR_US // 1_000_000 if is_kept else None,
        )


def see(path: str, *, cookies: list[Cookie] | None = None) -> Done:
    """Lead the browser to a page after a change."""
    headers = {**SECURITY, "Cache-Control": "no-store", "Location": path}
    return Response(b"", status_code=303, headers=headers, cookies=cookies or [])


@cache
def _templates(language: str) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("footfall.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    say = partial(translate, language)
    templates.install_gettext_callables(  # type: ignore[attr-defined]
        say, lambda one, many, n: say(one if n == 1 else many), newstyle=True
    )
    templates.filters |= shown.FILTERS
    templates.globals |= {"asset": static.address, "version": __version__}
    return templates
