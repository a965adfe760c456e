"""The command ``login``: through a browser, by a pasted answer, or with client credentials.

It refuses to show a secret, and to take one from the command line, where everyone on the machine could read it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import as_json, gathered
from lifepod.cli.say import Voice, run
from lifepod.errors import NotReady
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.signing import Ways


@dataclass(frozen=True, slots=True)
class How:
    """How to log in."""

    name: str
    pod: str
    paste: bool
    no_browser: bool
    credentials: bool
    client_id: str
    port: int


@click.command()
@click.argument("who", metavar="WEBID-OR-ISSUER")
@click.option("--name", default="", help="What to call the login here (made from the WebID if left out).")
@click.option("--pod", default="", metavar="URL", help="Root of the pod, where a WebID has several or names none.")
@click.option("--paste", is_flag=True, help="The browser is on another device: bring its answer by hand.")
@click.option("--no-browser", is_flag=True, help="Show the address; open no browser.")
@click.option("--credentials", is_flag=True, help="With a client credential; its id and secret are asked for.")
@click.option("--client-id", default="", metavar="URL", help="Client identifier document to use.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port of this machine the answer comes to.")
@as_json
@gathered(How)
def login(voice: Voice, how: How, who: str) -> None:
    """Log in to a pod you have, anywhere, and remember it.

    Name your WebID, or the login server of your pod. A browser opens; log in there and say yes. What is kept on this
    machine lies in the system keyring, renews itself, and is forgotten by `lifepod logout`.

    \b
    Examples: lifepod login https://alice.solidcommunity.net/profile/card#me
              lifepod login https://login.inrupt.com
              lifepod login http://localhost:3000/ --paste
              lifepod login https://id.example/me --credentials --name work
    --json: {"name", "webid", "pod", "issuer", "default"}
    """
    from lifepod.owner import logins, signing

    wanted = signing.Wanted(who, how.name, how.pod)
    store = logins.store(voice.talk, voice.ask if voice.may_ask else None)
    if how.credentials:
        given = logins.credentials(*_credentials(voice, who))
        profile = run(signing.with_credentials(wanted, given, voice.choose, store))
    else:
        profile = run(signing.through_browser(wanted, _ways(voice, how), store))
    words = [
        f"Logged in as {profile.webid}.",
        f"  login   {profile.name}",
        f"  pod     {profile.storage or 'none found'}",
    ]
    if not profile.storage:
        words.append("  Name the pod with --pod URL to use it.")
    value = {"name": profile.name, "webid": profile.webid, "pod": profile.storage, "issuer": profile.issuer}
    voice.data(value | {"default": profile.is_default}, words)


def _ways(voice: Voice, how: How) -> Ways:
    from lifepod.owner import signing

    def show(address: str, door: str) -> None:
        voice.talk("Open this address in a browser, log in, and say yes:")
        # Not through the voice, which cuts what is too long to be read: this must be whole.
        sys.stderr.write(f"\n  {plain(address, 20_000)}\n\n")
        sys.stderr.flush()
        if not (how.paste or how.no_browser):
            _open(door)

    program = signing.Program(how.client_id, how.port)
    return signing.Ways(signing.Talk(show, _pasted if how.paste else None), voice.choose, program)


def _open(address: str) -> None:
    import threading
    import webbrowser

    # A browser in a terminal would hold us until it is closed; the answer may come before.
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


async def _pasted() -> str:
    sys.stderr.write("Then paste the address your browser ended at (the page itself will not load): ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _credentials(voice: Voice, who: str) -> tuple[str, str, str, str]:
    """WebID, issuer, id and secret, asked for one by one; from a pipe, one a line."""
    import getpass

    from lifepod.owner import signing

    issuer = run(signing.issuer_of(who))
    webid = who if issuer != who else _line(voice, "WebID")
    client_id = _line(voice, "Client id")
    secret = getpass.getpass("Client secret: ") if voice.may_ask else _line(voice, "Client secret")
    return webid, issuer, client_id, secret


def _line(voice: Voice, what: str) -> str:
    if voice.may_ask:
        sys.stderr.write(f"{what}: ")
        sys.stderr.flush()
    said = sys.stdin.readline().strip()
    if not said:
        raise NotReady(
            f"{what} was not given.", advice="Run the command again and answer, or pipe the answers in, one a line."
        )
    return said
