"""Looks at folder, disk, lock and port of an installation, without its database.

The part of ``doctor`` that asks the machine. It makes no folder and leaves no file.
"""

import errno
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx

from footfall.ops import lock
from footfall.ops.check import MIB, Check
from footfall.ops.folders import owner_remedy
from footfall.settings import Settings
from footfall.store.engine import parse_url

_FREE_FAIL_BYTES: Final = 100 * MIB
_FREE_WARN_BYTES: Final = 1024 * MIB
_OTHERS_MAY: Final = stat.S_IRWXO


def check_host(settings: Settings) -> Iterator[Check]:
    """Yield what can be said without the database."""
    yield check_folder(settings.data)
    file = database_file(settings)
    if file is not None:
        yield check_permissions(file)
    yield check_disk(file.parent if file is not None else settings.data)
    yield check_server(settings.data)
    yield check_elsewhere(settings) or check_port(settings.host, settings.port)


def database_file(settings: Settings) -> Path | None:
    """Return the SQLite file in use, ``None`` on PostgreSQL."""
    url = parse_url(settings.database_url)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def check_folder(data: Path) -> Check:
    """Look at the data folder: there, usable, closed to others."""
    name = "data folder"
    where = str(data.absolute())
    if not data.exists():
        remedy = "`footfall serve` makes it; if it should exist, check --data and FOOTFALL_DATA."
        return Check(name, "warn", f"{where} does not exist", remedy)
    if not data.is_dir():
        return Check(name, "fail", f"{where} is a file", "Name a folder with --data.")
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return Check(name, "fail", f"{where} may not be written to", owner_remedy(data))
    mode = data.stat().st_mode
    if mode & _OTHERS_MAY:
        found = f"{where} is open to every user of this machine (mode {stat.S_IMODE(mode):o})"
        return Check(name, "warn", found, f"chmod 700 {data}")
    return Check(name, "ok", where)


def check_permissions(file: Path) -> Check:
    """Look at the database file itself: there, usable, closed to others."""
    name = "database file"
    if not file.exists():
        return Check(name, "warn", f"{file} does not exist", "`footfall serve` makes it.")
    if not os.access(file, os.R_OK | os.W_OK):
        return Check(name, "fail", f"{file} may not be written to", owner_remedy(file))
    if file.stat().st_mode & _OTHERS_MAY and file.parent.stat().st_mode & stat.S_IXOTH:
        return Check(name, "warn", f"{file} can be read by every user", f"chmod 600 {file}")
    return Check(name, "ok", f"{file}, {file.stat().st_size / MIB:,.1f} MiB")


def check_disk(folder: Path) -> Check:
    """Look at the space left where the data is, or is going to be."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    return judge_space(shutil.disk_usage(there).free)


def judge_space(free_bytes: int) -> Check:
    """Say whether so much free space is enough."""
    found = f"{free_bytes / MIB:,.0f} MiB free"
    if free_bytes >= _FREE_WARN_BYTES:
        return Check("disk", "ok", found)
    remedy = "Free some space, or move the data folder to a larger disk."
    if free_bytes >= _FREE_FAIL_BYTES:
        return Check("disk", "warn", found, remedy)
    return Check("disk", "fail", f"{found}; events are refused when none is left", remedy)


def check_server(data: Path) -> Check:
    """Look whether a server uses the data folder."""
    try:
        found = lock.look(data)
    except PermissionError:
        file = data / lock.FILE_NAME
        return Check("server", "fail", f"{file} may not be read", owner_remedy(data))
    if found is None or not (found.is_held or found.text):
        return Check("server", "ok", "none is running on the data folder")
    if found.is_held:
        return Check("server", "ok", f"running: {found.text}")
    return Check("server", "ok", f"none is running; the last did not end by itself ({found.text})")


def check_elsewhere(settings: Settings) -> Check | None:
    """Look whether the data folder's server runs, but not where the settings here say."""
    with suppress(PermissionError):
        found = lock.look(settings.data)
        if found is not None and found.is_held:
            address = found.text.rpartition(", ")[2]
            if address.startswith("http") and address != settings.url:
                said = f"not looked at: the data folder's server is at {address}"
                return Check("port", "ok", said)
    return None


def check_port(host: str, port: int) -> Check:
    """Look who, if anyone, listens where Footfall is to listen."""
    name = "port"
    where = f"{host}:{port}"
    problem = _bind(host, port)
    if problem is None:
        return Check(name, "ok", f"{where} is free")
    if problem == errno.EADDRINUSE:
        if _is_footfall(host, port):
            return Check(name, "ok", f"{where} is answered by Footfall")
        remedy = "Stop that program, or choose another port with --port or FOOTFALL_PORT."
        return Check(name, "fail", f"{where} is taken by another program", remedy)
    if problem == errno.EACCES:
        remedy = "Choose a port of 1024 or above, and let a reverse proxy listen on the other."
        return Check(name, "fail", f"{where} is not allowed to this user", remedy)
    remedy = "Set FOOTFALL_HOST to 127.0.0.1, 0.0.0.0 or an address of this machine."
    return Check(name, "fail", f"{where} is no address of this machine", remedy)


def _bind(host: str, port: int) -> int | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as tried:
            # As servers do: connections of an earlier one that are still closing do not count.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except UnicodeError:
        return errno.EADDRNOTAVAIL
    except OSError as problem:
        return problem.errno or errno.EADDRNOTAVAIL
    return None


def _is_footfall(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    url = httpx.URL(scheme="http", host=reachable, port=port, path="/healthz")
    try:
        answer = httpx.get(url, timeout=3, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(answer, dict) and answer.keys() == {"status", "version"}
