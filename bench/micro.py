"""``python -m bench micro``: what single steps cost, and why some are as they are.

No server and no target; figures for ``docs/performance.md`` and for whoever changes a step.
"""

import timeit
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import cycle
from typing import Final, TypeVar

import click
import msgspec

from bench.figures import Findings
from bench.installation import event
from bench.machine import describe
from bench.micro_store import measure_commits, measure_indexes
from bench.options import Options
from bench.report import as_json, markdown, print_table, save, wide_console, working_folder
from footfall.domain.actions import BUILT_IN
from footfall.domain.objects import ObjectFact
from footfall.domain.public_ids import Kind, PublicIds
from footfall.domain.times import now_us
from footfall.errors import Fault
from footfall.ingest.decode import decode_object
from footfall.ingest.names import Names
from footfall.ingest.payloads import read
from footfall.ingest.resolve import resolve
from footfall.store.facts import Caller, Facts

Value = TypeVar("Value")

_REPEATS: Final = 7
_IDS: Final = 1000


@click.command("micro")
@click.option("--stored", default=5_000_000, show_default=True, help="Events in the full database.")
@click.option("--seconds", default=3, show_default=True, help="Time for each kind of commit.")
@click.option("--json", "prints_json", is_flag=True, help="Print JSON in place of the table.")
def micro(stored: int, seconds: int, prints_json: bool) -> None:
    """Measure single steps: ids, decoding, resolving, commits, indexes."""
    findings = Findings()
    _measure_ids(findings)
    _measure_steps(findings)
    with working_folder() as folder:
        machine = describe(folder)
        measure_commits(findings, folder, seconds)
        measure_indexes(findings, folder, stored, seconds)
    result = as_json(machine, Options(seconds, 1, stored, folder), findings)
    save(result)
    if prints_json:
        click.echo(msgspec.json.encode(result))
        return
    console = wide_console()
    print_table(findings, machine, console)
    text = markdown(result, "python -m bench micro", findings, machine)
    console.print(f"\n{text}", markup=False, highlight=False, soft_wrap=True)


def _measure_ids(findings: Findings) -> None:
    codec = PublicIds(bytes(32))[Kind.EVENT]
    rows = list(range(1_000_000, 1_000_000 + _IDS))
    texts = [codec.encode(row) for row in rows]
    _add(findings, "ids", "encode", _each(codec.encode, rows))
    _add(findings, "ids", "decode", _each(codec.decode, texts))
    try:
        sqids_class = import_module("sqids").Sqids
    except ImportError:
        findings.skipped.append("ids: the package “sqids” to compare with is not installed")
        return
    sqids = sqids_class(min_length=8)
    theirs = [sqids.encode([row]) for row in rows]
    _add(findings, "ids", "sqids, encode", _each(lambda row: sqids.encode([row]), rows))
    _add(findings, "ids", "sqids, decode", _each(sqids.decode, theirs))


def _measure_steps(findings: Findings) -> None:
    """Add the steps between the wire and the store, for the benchmark's event."""
    ids = PublicIds(bytes(32))
    body = event(ids[Kind.OBJECT].encode(1), ids[Kind.PROFILE].encode(1))
    told = decode_object(body)
    caller = Caller(1, 1, frozenset({"admin"}), None, "USD", "US")
    facts = _known(ids)
    faults: list[Fault] = []
    payload = read(told, faults)

    def resolve_once() -> None:
        resolve(payload, caller, Names(facts, caller, ids), now_us(), faults)

    _add(findings, "one event", "decode without checks (msgspec)", _time(msgspec.json.decode, body))
    _add(findings, "one event", "decode strictly", _time(decode_object, body))
    _add(findings, "one event", "read the payload", _time(read, told, faults))
    _add(findings, "one event", "resolve its names from the caches", _time(resolve_once))
    assert not faults, faults


def _known(ids: PublicIds) -> Facts:
    facts = Facts(1000)
    facts.actions.put(1, 1, dict(BUILT_IN))
    facts.profiles.put((1, ids[Kind.PROFILE].encode(1)), 1, 1)
    product = ObjectFact(1, "product", 1990, "USD")
    facts.objects.put((1, "product", ids[Kind.OBJECT].encode(1)), 1, product)
    return facts


def _each(function: Callable[[Value], object], values: Sequence[Value]) -> float:
    """Return the microseconds of a call, going through the values."""
    following = cycle(values)
    return _time(lambda: function(next(following)))


def _time(function: Callable[..., object], *arguments: object) -> float:
    """Return the microseconds of a call, in the least disturbed of several repeats."""
    timer = timeit.Timer(lambda: function(*arguments))
    number, _ = timer.autorange()
    return min(timer.repeat(_REPEATS, number)) / number * 1e6


def _add(findings: Findings, section: str, name: str, microseconds: float) -> None:
    findings.add(section, name, microseconds, "µs")
