"""Attribution from lake to credit, against DuckDB sorting the same touches once; and a library."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from bench.attributing import NEW_EVENTS, Took
from bench.figures import Target, at_least, at_most
from bench.installation import Installation
from bench.options import ROOT
from bench.run import Run
from bench.touches import fill
from footfall.attribution.words import CHAINS, GAMES

_SALES: Final = (0.03, 0.1)
"""Per touch, at the main size; at the others the first."""

_PATHS_TOUCHES: Final = 1_000_000
"""Touches behind the path counts that the library gets: it takes minutes for more."""

_LIBRARY: Final = ("ChannelAttribution==2.2.5", "matplotlib", "seaborn")
_LIBRARY_LIMIT_S: Final = 900
_MOST: Final = {**dict.fromkeys(CHAINS + GAMES, 3.0), "markov_4": 6.0}
_MEMORY_MB: Final = 2000


def measure(run: Run) -> None:
    """Measure the main size with few and with many sales, the others for the curve."""
    main = run.options.touches
    for share in _SALES:
        _main(run, main, int(main * share))
    curve = {}
    for touches in sorted({*run.options.curve, main}):
        if touches != main:
            curve[touches] = _took(run, touches, int(touches * _SALES[0]))
    for touches, took in curve.items():
        _curve(run, touches, took)
    _library(run)


def _main(run: Run, touches: int, sales: int) -> None:
    took = _took(run, touches, sales)
    seconds, sort = took.seconds, took.seconds["sort"]
    told = f"{touches / 1e6:g} M touches, {sales:,} sales"

    def add(name: str, what: str, target: Target | None) -> None:
        used = took.cpu_seconds
        note = (
            f"{seconds[what]:.2f} s ÷ {sort:.2f} s; "
            f"of a processor {used[what]:.2f} s ÷ {used['sort']:.2f} s"
        )
        run.findings.add(
            "attribution", f"{told}: {name} ÷ sorting", seconds[what] / sort, "ratio", target, note
        )

    add("seven rules", "rules", at_most(2))
    for model in CHAINS + GAMES:
        add(model, model, at_most(_MOST[model]))
    add("making what is kept", "make", None)
    for name, what, most in (
        ("a page of a month, asked first", "page", None),
        ("the same page again", "page again", 300),
        ("a receipt, median", "receipt", 50),
    ):
        target = None if most is None else at_most(most)
        run.findings.add("attribution", f"{told}: {name}", seconds[what] * 1000, "ms", target)
    run.findings.add(
        "attribution",
        f"{told}: {NEW_EVENTS:,} new events until a question",
        seconds["refresh"],
        "s",
        at_most(2),
        f"after they were archived in {seconds['archive']:.2f} s",
    )
    run.findings.add("attribution", f"{told}: most memory", took.peak_mb, "MB", at_most(_MEMORY_MB))


def _curve(run: Run, touches: int, took: Took) -> None:
    for what in ("sort", "make", "rules", "markov_2", "shapley_sum", "refresh"):
        run.findings.add(
            "attribution",
            f"{touches / 1e6:g} M touches: {what}, for a million",
            took.seconds[what] / (touches / 1e6),
            "s",
            note=f"{took.seconds[what]:.2f} s in all; most memory {took.peak_mb:,.0f} MB",
        )


def _took(run: Run, touches: int, sales: int, paths: Path | None = None) -> Took:
    """Fill a lake, ask everything of it in a process of its own, and remove it again."""
    folder = run.folder / f"attribution-{touches}-{sales}"
    run.tell(f"attribution: writing {touches:,} touches and {sales:,} sales into a lake")
    fill(Installation(folder, has_names=False), touches, sales)
    run.tell("attribution: asking")
    command = [sys.executable, "-m", "bench.attributing", str(folder)]
    told = subprocess.run(
        [*command, *([] if paths is None else [str(paths)])],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    shutil.rmtree(folder)
    took = msgspec.json.decode(told.stdout, type=Took)
    run.findings.runs.append(
        {"section": "attribution", "touches": touches, "sales": sales, **msgspec.to_builtins(took)}
    )
    return took


def _library(run: Run) -> None:
    """Compare chains with the library's, from the same path counts."""
    python = _environment(run)
    if python is None:
        return
    touches = min(run.options.touches, _PATHS_TOUCHES)
    paths = run.folder / "paths.csv"
    took = _took(run, touches, int(touches * _SALES[0]), paths)
    for simulations, least in (("default", 1.0), ("5e7", 20.0)):
        for order in (1, 2, 3, 4):
            theirs = _times(python, paths, order, simulations)
            name = f"markov_{order}: ChannelAttribution, {simulations} ÷ ours"
            if theirs is None:
                run.findings.skipped.append(f"attribution: {name}: over {_LIBRARY_LIMIT_S} s")
                continue
            ours = took.seconds[f"counted markov_{order}"]
            note = f"{theirs:.2f} s ÷ {ours:.3f} s, {touches / 1e6:g} M touches counted by path"
            run.findings.add("attribution", name, theirs / ours, "ratio", at_least(least), note)


def _environment(run: Run) -> Path | None:
    """Return the Python of an environment with the library, which nothing else here uses."""
    folder = run.folder / "library"
    uv = Path(sys.executable).with_name("uv")
    python = folder / "bin" / "python"
    try:
        for command in (
            ["venv", "--quiet", "--python", sys.executable, str(folder)],
            ["pip", "install", "--quiet", "--python", str(python), *_LIBRARY],
        ):
            subprocess.run([str(uv), *command], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        told = getattr(problem, "stderr", None) or str(problem)
        reason = told.strip().splitlines()[-1]
        run.findings.skipped.append(f"attribution: ChannelAttribution not installed: {reason}")
        return None
    return python


def _times(python: Path, paths: Path, order: int, simulations: str) -> float | None:
    """Return the seconds that the library takes, ``None`` if it is too many."""
    script = str(ROOT / "bench" / "channel_attribution.py")
    try:
        told = subprocess.run(
            [str(python), script, str(paths), str(order), simulations],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_LIBRARY_LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return None
    seconds: float = json.loads(told.stdout.splitlines()[-1])[str(order)]
    return seconds
