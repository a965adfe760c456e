"""The whole story on this machine, in one command: a pod at home, sample exports, vendors let in and shut out.

It refuses to need a network beyond loopback (once the server is installed), to touch any login or pod but its own, and
to call it a success unless the vendor was shut out again.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from lifepod.cli.demo_steps import LOGINS, PERSON, Told
from lifepod.cli.options import as_json, gathered
from lifepod.cli.say import OpenScreen, Voice

if TYPE_CHECKING:
    from lifepod.home.server import HomeFolder


@dataclass(frozen=True, slots=True)
class How:
    """How to show it."""

    headless: bool
    clean: bool
    stay: bool


@click.command()
@click.option("--headless", is_flag=True, help="Tell the story without the screen, then stop the server.")
@click.option("--clean", is_flag=True, help="Remove the demo's pod and logins, and do nothing else.")
@click.option("--stay", is_flag=True, hidden=True, help="For the screen: open none, keep the server until stdin ends.")
@as_json
@gathered(How)
def demo(voice: Voice, how: How) -> OpenScreen | None:
    """Show the whole story on this machine, with made-up trails.

    A pod of its own, two weeks of sample exports, three vendors; one is let in, reads, and is shut out again.
    Everything stays on this machine, in a folder of its own; `demo --clean` removes it.

    \b
    Examples: lifepod demo    lifepod demo --headless --json
    --json (last line): {"pod", "webid", "records": {class: n},
                         "vendor": {"webid", "read", "before", "granted", "elsewhere", "revoked"}}
    """
    if not how.headless and not how.clean and not how.stay:
        voice.must_have_screen("Tell the story without it: lifepod demo --headless")
    clean(voice)
    if how.clean:
        voice.data({"removed": True}, ["The demo's pod and logins are gone."])
        return None
    stack = ExitStack()
    try:
        folder = _start(voice, stack)
        told = Told(voice, folder)
        told.people()
        told.collect()
        told.let_in()
        if how.headless:
            told.shut_out()
            told.say()
            stack.close()
            return None
        if how.stay:
            voice.data({"login": LOGINS[PERSON]}, [LOGINS[PERSON]])
            sys.stdin.read()
            stack.close()
            return None
    except BaseException:
        stack.close()
        raise
    voice.talk("Opening the screen; the demo's server stops when you leave it.")
    return OpenScreen(LOGINS[PERSON], stack.close)


def clean(voice: Voice) -> None:
    """Remove what an earlier demo left: its folder and its logins; nothing else."""
    from lifepod.home import supervisor
    from lifepod.home.server import HomeFolder
    from lifepod.owner import logins

    folder = HomeFolder.named("demo")
    if not folder.is_new:
        supervisor.remove(folder)
    for profile in logins.every():
        if profile.name in LOGINS.values():
            logins.forget(profile.name, voice.talk)


def _start(voice: Voice, stack: ExitStack) -> HomeFolder:
    from lifepod.home.server import HomeFolder, RunningServer

    folder = HomeFolder.named("demo")
    stack.enter_context(RunningServer.start(folder, voice.talk))
    return folder
