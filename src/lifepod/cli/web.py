"""The command ``web``: the same screen, shown in a browser of this machine.

It refuses to listen beyond loopback, and to put the word that lets a browser in where others could read it: a process
list, a log, an output that is no terminal.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import Voice, run
from lifepod.errors import NotReady

if TYPE_CHECKING:
    from lifepod.cli.web_server import Server


@dataclass(frozen=True, slots=True)
class How:
    """How to serve it."""

    port: int
    no_open: bool


@click.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of this machine (else any free one).")
@click.option("--no-open", is_flag=True, help="Open no browser; say what to open.")
@common
@gathered(How)
def web(options: Common, how: How) -> None:
    """Show the screen in a browser on this machine.

    A browser is let in once, by an address that works one time; nobody beyond this machine can reach it. It goes on
    until Ctrl-C. Needs `pip install 'lifepod[web]'`.

    \b
    Examples: lifepod web    lifepod web --port 8800 --no-open
    --json: {"url", "page": a file that only you can read, and that leads a browser in once}
    """
    if options.profile:
        from lifepod.owner import logins

        logins.chosen(options.profile)
    server = _server(how.port, options.profile)
    folder = Path(tempfile.mkdtemp(prefix="lifepod-web-"))  # readable by its owner alone
    try:
        page = folder / "lifepod.html"
        run(server.until_stopped(lambda: _tell(options.voice, how, server, page), lambda: page.unlink(missing_ok=True)))
        options.voice.talk("Stopped.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server(port: int, profile: str | None) -> Server:
    try:
        from lifepod.cli.web_server import Server
    except ImportError as error:
        raise NotReady(
            f"The screen in a browser needs a package that is not installed here ({error.name}).",
            advice="Install it: pip install 'lifepod[web]'",
        ) from None
    command = [sys.executable, "-P", "-m", "lifepod"]
    return Server(port, (*command, "--profile", profile) if profile else tuple(command))


def _tell(voice: Voice, how: How, server: Server, page: Path) -> None:
    """Write the page that leads in, say what was done, open a browser."""
    from lifepod.cli.web_page import leading_in

    page.touch(mode=0o600)
    page.write_text(leading_in(server.entrance), "utf-8")
    voice.data(
        {"url": server.url, "page": str(page)},
        [f"The screen is at {server.url} for this machine alone. Ctrl-C stops it."],
    )
    if sys.stderr.isatty():
        voice.talk(f"This address lets one browser in, once: {server.entrance}")
    else:
        voice.talk(f"Open this file in a browser; it lets one in, once: {page}")
    if not how.no_open:
        # What a browser is started with can be read by everyone on this machine: a file of ours, and no address.
        threading.Thread(target=_open, args=(page.as_uri(),), daemon=True).start()


def _open(address: str) -> None:
    try:
        webbrowser.open(address)
    except (webbrowser.Error, OSError):
        pass  # what to open was said
