"""``footfall business snippet``: the line of HTML that makes a page track."""

from pathlib import Path
from typing import Any

import click
from markupsafe import Markup

from footfall.cli.options import database_options, effective_beside, json_option
from footfall.cli.output import print_json
from footfall.domain.public_ids import Kind

_SCRIPT = Markup(
    '<script defer src="{url}" integrity="{integrity}" crossorigin="anonymous" '
    'data-business="{business}"{more}></script>'
)


@click.command()
@click.argument("business_id", metavar="ID")
@click.option("--page-views", is_flag=True, help="Track page.viewed on every page by itself.")
@click.option("--consent", is_flag=True, help="Hold everything back until the visitor consents.")
@database_options
@json_option
def snippet(
    business_id: str,
    page_views: bool,
    consent: bool,
    data: Path | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Print the script element for pages of the business with this ID, or with this test id."""
    from footfall.api.browser_client import newest
    from footfall.cli.database import database_of

    settings = effective_beside(data, database)
    with database_of(settings) as opened, opened.engines.read.connect() as connection:
        _check(opened, connection, business_id)
    file = newest("hellotext.js")
    url = f"{settings.url}/hellotext.js?v={file.version}"
    more = Markup(' data-auto-page-views="true"' if page_views else "")
    more += Markup(' data-consent="required"' if consent else "")
    html = _SCRIPT.format(url=url, integrity=file.integrity, business=business_id, more=more)
    if as_json:
        shown = {"html": str(html), "url": url, "version": file.version}
        print_json(shown | {"integrity": file.integrity})
        return
    click.echo(html)


def _check(opened: Any, connection: Any, public_id: str) -> None:
    from footfall.errors import ConfigurationError
    from footfall.store import businesses

    if businesses.find(connection, opened.row_id(Kind.BUSINESS, public_id)) is None:
        raise ConfigurationError(
            f"There is no business {public_id!r}; `footfall business list` shows those there are."
        )
