"""Starts the reverse proxies of ``deploy`` in front of a real server.

The configuration is the project's own; only addresses, the certificate and where logs go are put in
place for the test. Each proxy is started by its own command, which returns once it listens.
"""

import contextlib
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest

from tests.docs.pages import DEPLOY
from tests.server import Server, free_port

_NGINX: Final = """\
{user}pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/footfall.conf;
}}
"""


class Proxy(NamedTuple):
    """A running proxy.

    Attributes:
        client: speaks to it with the server's token.
        plain_url: where it listens without TLS, ``""`` if it does not.
    """

    name: str
    client: httpx.Client
    plain_url: str


@contextlib.contextmanager
def nginx(server: Server, folder: Path) -> Iterator[Proxy]:
    """Run nginx with ``deploy/nginx.conf``."""
    _require("nginx", "openssl")
    port, plain_port = free_port(), free_port()
    certificate = _certificate(folder)
    text = (DEPLOY / "nginx.conf").read_text()
    for told, used in {
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "/etc/ssl/footfall/fullchain.pem": str(certificate),
        "/etc/ssl/footfall/privkey.pem": str(certificate.with_name("key.pem")),
        "/var/log/nginx/footfall.log": str(folder / "access.log"),
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{server.port};",
    }.items():
        assert text.count(told) == 1, told
        text = text.replace(told, used)
    (folder / "footfall.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(_NGINX.format(folder=folder, user="user root;\n" if os.geteuid() == 0 else ""))
    command = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)]
    with _running(command, [*command, "-s", "stop"]):
        trust = ssl.create_default_context(cafile=str(certificate))
        trust.check_hostname = False
        with _client(f"https://127.0.0.1:{port}", server, trust) as client:
            yield Proxy("nginx", client, f"http://127.0.0.1:{plain_port}")


@contextlib.contextmanager
def caddy(server: Server, folder: Path) -> Iterator[Proxy]:
    """Run Caddy with ``deploy/Caddyfile``, without TLS: it would have to ask for a certificate."""
    _require("caddy")
    port, admin = free_port(), f"127.0.0.1:{free_port()}"
    text = (DEPLOY / "Caddyfile").read_text()
    for told, used in {
        "events.example.org {": f"http://127.0.0.1:{port} {{",
        "auto_https disable_redirects": f"auto_https off\nadmin {admin}",
        "reverse_proxy 127.0.0.1:8000 {": f"reverse_proxy 127.0.0.1:{server.port} {{",
    }.items():
        assert text.count(told) == 1, told
        text = text.replace(told, used)
    file = folder / "Caddyfile"
    file.write_text(text)
    start = ["caddy", "start", "--config", str(file), "--adapter", "caddyfile"]
    with (
        _running(start, ["caddy", "stop", "--address", admin], XDG_CONFIG_HOME=str(folder)),
        _client(f"http://127.0.0.1:{port}", server) as client,
    ):
        yield Proxy("caddy", client, "")


PROXIES: Final = {"nginx": nginx, "caddy": caddy}


def _require(*programs: str) -> None:
    lacking = [name for name in programs if shutil.which(name, path=_path()) is None]
    if lacking:
        pytest.skip(f"{', '.join(lacking)} is not installed")


def _certificate(folder: Path) -> Path:
    file = folder / "certificate.pem"
    made = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=events.example.org", "-keyout", str(folder / "key.pem")]
    subprocess.run(
        ["openssl", *made, *names, "-out", str(file)], check=True, capture_output=True, timeout=60
    )
    return file


@contextlib.contextmanager
def _running(start: list[str], stop: list[str], **variables: str) -> Iterator[None]:
    environment = {**os.environ, "PATH": _path(), **variables}
    # What it leaves running keeps its output open: a pipe would never end.
    quiet = subprocess.DEVNULL
    subprocess.run(start, env=environment, check=True, stdout=quiet, stderr=quiet, timeout=60)
    try:
        yield
    finally:
        subprocess.run(stop, env=environment, check=True, capture_output=True, timeout=60)


def _client(url: str, server: Server, trust: ssl.SSLContext | bool = True) -> httpx.Client:
    headers = {"Authorization": f"Bearer {server.token}"}
    return httpx.Client(base_url=url, verify=trust, headers=headers, timeout=60, trust_env=False)


def _path() -> str:
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])
