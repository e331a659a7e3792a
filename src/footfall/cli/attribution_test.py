"""``footfall attribution test``: histories whose credit is known by hand, run again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from footfall.cli.options import json_option
from footfall.cli.output import print_json, print_table

if TYPE_CHECKING:
    from footfall.attribution.channels import Channels

_A_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_A_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
_COLUMNS: Final = {
    "order": "order",
    "model": "model",
    "value": "value",
    "wanted": "must be",
    "found": "is",
}


@click.command()
@click.argument("folder", metavar="DIR", type=_A_FOLDER)
@click.option(
    "--definition", type=_A_FILE, help="TOML file for what histories do not define themselves."
)
@click.option("--channels", type=_A_FILE, help="TOML file with channel rules of one's own.")
@json_option
def test(folder: Path, definition: Path | None, channels: Path | None, as_json: bool) -> None:
    """Run the histories in DIR, and compare their credit with what it must be."""
    from footfall.attribution import channels as channel_rules
    from footfall.attribution import definition_file, histories
    from footfall.cli.progress import reporting

    base = {} if definition is None else definition_file.load(definition)
    rules = None if channels is None else channel_rules.load(channels)
    paths = histories.find(folder)
    results = []
    with reporting() as report:
        for done, path in enumerate(paths):
            report("histories", done, len(paths))
            results.append(_run(path, base, rules))
    failed = sum(not each["ok"] for each in results)
    if as_json:
        print_json(results)
    else:
        for each in results:
            _print(each)
        what = "history" if len(results) == 1 else "histories"
        click.echo(f"{len(results):,} {what}, {failed:,} failed.")
    if failed:
        raise SystemExit(1)


def _run(path: Path, base: dict[str, Any], rules: "Channels | None") -> dict[str, Any]:
    """Return what became of one history, as ``--json`` prints it."""
    from footfall.attribution import histories

    try:
        history = histories.read(path)
        with histories.attribution(history, base, rules) as asked:
            found = histories.differences(asked, history)
    except histories.BadHistory as problem:
        return _result(path.name, error=str(problem))
    return _result(history.name, history.story, [each._asdict() for each in found])


def _result(
    name: str,
    story: str | None = None,
    differences: Sequence[dict[str, Any]] = (),
    error: str | None = None,
) -> dict[str, Any]:
    is_ok = not differences and error is None
    return {"name": name, "ok": is_ok, "error": error, "story": story, "differences": differences}


def _print(result: dict[str, Any]) -> None:
    word = "ok    " if result["ok"] else "FAILED"
    click.echo(f"{word} {result['name']}")
    if result["error"]:
        click.echo(f"  {result['error']}")
    elif not result["ok"]:
        click.echo(f"  {result['story']}")
        print_table(result["differences"], _COLUMNS)
