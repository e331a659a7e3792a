"""Opens what an import needs, runs it until it is done or stopped, and reports.

Called by ``footfall import``, and by whoever wants an import without the command line.
"""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from footfall.errors import ConfigurationError
from footfall.importing.mapping import ImportMapping, load_mapping
from footfall.importing.progress import Progress, progress_name
from footfall.importing.report import RejectedFile, Report
from footfall.importing.rows import Rows
from footfall.importing.sender import GIVE_UP_AFTER_S, Sender
from footfall.importing.source import Source
from footfall.importing.transfer import Transfer, Watch


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What to import, how, and where to.

    Attributes:
        url: address of the server, without ``/v1``.
        data: folder whose ``imports`` holds the progress.
        rejected: file for the rejected rows.
        concurrency: requests under way at once.
        restart: start at the first row whatever an earlier run did.
        give_up_after_s: longest time to wait for a server that is gone.
    """

    file: Path
    mapping: Path
    url: str
    token: str
    data: Path
    rejected: Path
    batch_size: int = 500
    concurrency: int = 4
    restart: bool = False
    give_up_after_s: float = GIVE_UP_AFTER_S


def run_import(job: ImportJob, watch: Watch) -> Report:
    """Import a file, or go on with the import of it, and return the report.

    SIGINT and SIGTERM let the batches under way end; the report then is not complete.

    Raises:
        ConfigurationError: mapping, file, token or address is at fault.
        ServerUnreachable: the server was gone for too long; running again goes on.
    """
    if job.rejected.resolve() in (job.file.resolve(), job.mapping.resolve()):
        raise ConfigurationError("--rejected would overwrite what is imported; name another file.")
    mapping = load_mapping(job.mapping)
    watch.begin("checking the file")
    with Source(job.file, mapping.file) as source:
        rows, total = Rows(source, mapping), source.count()
        name = progress_name(source.digest, mapping.digest, job.url.rstrip("/"), job.token)
        with closing(Progress(job.data / "imports", name, restart=job.restart)) as progress:
            report = asyncio.run(_transfer(job, mapping, rows, total, progress, watch))
            if report.complete:
                progress.forget()
    return report


async def _transfer(
    job: ImportJob,
    mapping: ImportMapping,
    rows: Rows,
    total: int,
    progress: Progress,
    watch: Watch,
) -> Report:
    began = time.monotonic()
    earlier = progress.load()
    sender = Sender(
        job.url,
        job.token,
        concurrency=job.concurrency,
        give_up_after_s=job.give_up_after_s,
        on_wait=watch.note,
    )
    async with sender:
        await sender.check()
        with (
            closing(RejectedFile(job.rejected, earlier.rejected_bytes)) as rejected,
            _stop_signals(watch) as stop,
        ):
            transfer = Transfer(sender, rows, progress, rejected, watch, total, stop)
            await transfer.send_actions(mapping.actions)
            await transfer.send_profiles(job.concurrency)
            # Twice as many as can be on their way: the next is ready when a connection is.
            await transfer.send_events(job.batch_size, 2 * job.concurrency)
    seconds = time.monotonic() - began
    tally, read = transfer.tally, transfer.row_done
    return Report(
        complete=read == total,
        file=str(job.file),
        rows=total,
        read=read,
        skipped=read - tally.sent,
        stored=tally.stored,
        duplicate=tally.duplicate,
        rejected=tally.rejected,
        reasons=tally.reasons,
        profiles=transfer.profiles_count,
        resumed_after_row=earlier.row_done,
        rejected_file=str(job.rejected) if tally.rejected else None,
        seconds=round(seconds, 3),
        rows_per_second=round((read - earlier.row_done) / seconds, 1),
    )


@contextmanager
def _stop_signals(watch: Watch) -> Iterator[asyncio.Event]:
    """Yield an event that the first SIGINT or SIGTERM sets; a second one has its usual effect."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    caught = (signal.SIGINT, signal.SIGTERM)

    def ask() -> None:
        stop.set()
        release()
        watch.note("finishing what is under way")

    def release() -> None:
        for each in caught:
            loop.remove_signal_handler(each)

    # Only the main thread of a Unix process can; elsewhere a signal is as good as a crash.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        for each in caught:
            loop.add_signal_handler(each, ask)
    try:
        yield stop
    finally:
        release()
