"""A whole file of history through ``footfall import``: rate, memory, and whether all is there."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from bench import memory
from bench.figures import at_most
from bench.options import ROOT
from bench.process import Footfall
from bench.run import Run

MAPPING: Final = ROOT / "examples" / "online_retail" / "mapping.toml"
_SUMS: Final = {541_909: Decimal("9747747.93"), 42_481: Decimal("748957.02")}
"""GBP by rows of the file, as the example's README tells them: the whole year, and December."""
_SUM: Final = """
select sum(case when actions.name in ('product.purchased', 'ledger.debited') then amount_minor
    when actions.name in ('product.returned', 'ledger.credited') then -amount_minor else 0 end)
from events join actions on actions.id = events.action_id
"""


def measure(run: Run) -> None:
    """Import the file twice: the first time stores every row, the second none."""
    file = run.options.file
    with run.new("import", has_names=False) as footfall:
        footfall.start()
        with memory.Watch(footfall.pid) as server:
            first, client_mb = _import(run, footfall, file)
        again, _ = _import(run, footfall, file)
        stored = footfall.installation.count()
        minor = footfall.installation.query(_SUM)[0][0]
    add = run.findings.add
    add(
        "import", f"{file.name}: rate", first["rows_per_second"], "/s", note=f"{first['seconds']} s"
    )
    add("import", "rows of the file", first["rows"], "rows")
    add("import", "rows not stored", first["rows"] - stored, "rows", at_most(0))
    add("import", "rows stored by a second import", again["stored"], "rows", at_most(0))
    total = Decimal(minor or 0) / 100
    expected = _SUMS.get(first["rows"])
    if expected is not None:
        off = float(abs(total - expected))
        add("import", "amounts off the file's total", off, "GBP", at_most(0), f"{total:,} GBP")
    if memory.is_there():
        add("import", "most memory of the server", server.peak_mb, "MB")
        add("import", "most memory of the import", client_mb, "MB")


def _import(run: Run, footfall: Footfall, file: Path) -> tuple[dict[str, Any], float]:
    """Run the command; return its report and the most memory it had."""
    run.tell(f"import: sending {file.name}")
    command = [
        *(str(Path(sys.executable).with_name("footfall")), "import", str(file), "--json"),
        *("--map", str(MAPPING), "--url", f"http://127.0.0.1:{footfall.port}", "--restart"),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        cwd=run.folder,
        env={
            **os.environ,
            "FOOTFALL_TOKEN": footfall.token,
            "FOOTFALL_DATA": str(run.folder / "imports"),
        },
    )
    with memory.Watch(process.pid) as watch:
        told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"footfall import ended with status {process.returncode}")
    report: dict[str, Any] = msgspec.json.decode(told)
    return report, watch.peak_mb
