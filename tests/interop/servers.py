"""The other pod servers on this machine: installed once from the lockfile beside this file, started on 127.0.0.1.

It refuses to go through ``npx`` or a wrapper script, to run install scripts of packages, to reuse whatever else answers
on a port, and to leave a process or a port behind. Community Solid Server is :mod:`lifepod.home`'s own.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2
from tests import npm

from lifepod.home.node import find_node
from lifepod.home.port import free_port, is_used

HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json", ".npmrc", "loopback.cjs")
_READY_SECONDS = 60.0
_NSS_JS = "node_modules/solid-server/bin/solid"
_JSS_JS = "node_modules/javascript-solid-server/bin/jss.js"


class NotStarted(Exception):
    """A server that could not be installed or does not answer; it says what the server said."""


def version_of(package: str) -> str:
    """The version that the lockfile pins."""
    lock = json.loads((HERE / "package-lock.json").read_bytes())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def installed() -> Path:
    """The folder with both servers' ``node_modules``."""
    try:
        return npm.installed("interop", HERE, _FILES)
    except npm.NotInstalled as error:
        raise NotStarted(str(error)) from None


@dataclass(frozen=True, slots=True)
class Start:
    """How one server is started and known to be ready."""

    base_url: str
    folder: Path
    """Where it runs and keeps its data; its log is there."""
    script: Path
    options: Sequence[str]
    ready: str
    """What answers 200 as soon as it can be used."""
    preload: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    verify: ssl.SSLContext | bool = True
    """What its certificate is checked against."""

    @property
    def port(self) -> int:
        """Part of its address from the start."""
        return httpx2.URL(self.base_url).port or 443


class NodeServer:
    """A server we started, in a process group of its own; it ends with us, because it hangs on a pipe that we hold."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.base_url = start.base_url
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("LIFEPOD_", "NODE_", "CSS_", "JSS_", "DEBUG"))
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [find_node().path, "--require", start.preload, start.script, *start.options],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=start.folder,
                env=clean | dict(start.environment), process_group=0,
            )  # fmt: skip

    @property
    def _log(self) -> Path:
        return self.start.folder / "server.log"

    def __enter__(self) -> Self:
        """Waits until it answers; raises :class:`NotStarted` with the end of its log."""
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it."""
        self.stop()

    def _wait(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        ours = f"listening on {self.start.port} as {self._process.pid}"
        with httpx2.Client(trust_env=False, timeout=5.0, verify=self.start.verify) as client:
            while time.monotonic() < until and self._process.poll() is None:
                said = self._log.read_text(errors="replace")
                if ours in said and self._answers(client):
                    return
                time.sleep(0.05)
        raise NotStarted(f"{self.base_url} does not answer; it said:\n{self._log.read_text(errors='replace')[-4000:]}")

    def _answers(self, client: httpx2.Client) -> bool:
        try:
            return client.get(self.start.ready, headers={"Accept": "text/turtle, */*;q=0.1"}).status_code == 200
        except httpx2.HTTPError:
            return False

    def stop(self) -> None:
        """End the whole group and wait for it; safe to repeat."""
        for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            if self._process.poll() is not None:
                break
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        if self._process.stdin is not None:
            self._process.stdin.close()

    @property
    def remains(self) -> list[str]:
        """What is left of it: its processes and its port; empty once it was stopped."""
        left = [f"port {self.start.port}"] if is_used(self.start.port) else []
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, 0)
            left.append(f"process group {self._process.pid}")
        return left


def jss(folder: Path) -> NodeServer:
    """JavaScript Solid Server on a free port."""
    port, server = free_port(), installed()
    base = f"http://localhost:{port}/"
    folder.mkdir(parents=True)
    options = ("start", "-h", "127.0.0.1", "-p", str(port), "-r", "./data", "--idp", "--idp-issuer", base)
    return NodeServer(
        Start(
            base, folder, server / _JSS_JS, (*options, "--conneg", "--notifications", "--multiuser"),
            ready=base + ".well-known/openid-configuration", preload=server / "loopback.cjs",
            environment={"TOKEN_SECRET": secrets.token_hex(32)},
        )
    )  # fmt: skip


def nss(folder: Path, root_acl: str, verify: ssl.SSLContext) -> NodeServer:
    """node-solid-server on a free port, its certificate in ``folder``; ``root_acl`` says who its owner is.

    It is written before the start, because a server that runs already goes by the old one for ten seconds; and so is a
    page for the root, without which the server would put its own template over both.
    """
    port, server = free_port(), installed()
    base = f"https://localhost:{port}/"
    for part in ("data", "db", "config"):
        (folder / part).mkdir(parents=True)
    (folder / "data/.acl").write_text(root_acl)
    (folder / "data/index.html").write_text("<!doctype html><title>interop</title>")
    options = ("start", "--root", "./data", "--port", str(port), "--server-uri", base.rstrip("/"), "--webid")
    more = ("--auth", "oidc", "--ssl-key", KEY, "--ssl-cert", CERTIFICATE, "--db-path", "./db", "--config-path")
    return NodeServer(
        Start(
            base, folder, server / _NSS_JS,
            (*options, *more, "./config", "--no-reject-unauthorized", "--server-info-name", "interop"),
            ready=base, preload=server / "loopback.cjs", verify=verify,
            # Its own login server must reach itself, and so trusts the same certificate.
            environment={"NODE_EXTRA_CA_CERTS": str(folder / CERTIFICATE)},
        )
    )  # fmt: skip


KEY, CERTIFICATE = "key.pem", "certificate.pem"
"""Files in the folder of a server that speaks TLS."""
