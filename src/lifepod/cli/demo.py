"""The whole story on this machine, in one command: a pod at home, sample exports, vendors let in and shut out.

It refuses to need a network beyond loopback (once the server is installed), to touch any login or pod but its own, and
to call it a success unless the vendor was shut out again.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.home import make
from lifepod.cli.options import as_json, gathered
from lifepod.cli.say import OpenScreen, Voice, run

if TYPE_CHECKING:
    from lifepod.home.server import HomeFolder

PERSON, VENDORS = "sam", ("acme-shop", "visa-express", "photo-booth")
_GRANTED = "journal/purchases/"
_RIGHT = {"before": 403, "granted": 200, "elsewhere": 403, "revoked": 403}
"""What the pod must answer the vendor."""


@dataclass(frozen=True, slots=True)
class How:
    """How to show it."""

    headless: bool
    clean: bool


@click.command()
@click.option("--headless", is_flag=True, help="Tell the story without the screen, then stop the server.")
@click.option("--clean", is_flag=True, help="Remove the demo's pod and logins, and do nothing else.")
@as_json
@gathered(How)
def demo(voice: Voice, how: How) -> OpenScreen | None:
    """Show it all: a pod, two weeks of sample trails, three vendors; one is let in, reads, and is shut out again.

    Everything stays on this machine, in a folder of its own; `demo --clean` removes it.

    \b
    Examples: lifepod demo    lifepod demo --headless --json
    --json (last line): {"pod", "webid", "records": {class: n},
                         "vendor": {"webid", "read", "before", "granted", "elsewhere", "revoked"}}
    """
    clean(voice)
    if how.clean:
        voice.data({"removed": True}, ["The demo's pod and logins are gone."])
        return None
    stack = ExitStack()
    try:
        folder = _start(voice, stack)
        told = _Told(voice, folder)
        told.people()
        told.collect()
        told.let_in()
        if how.headless:
            told.shut_out()
            told.say()
            stack.close()
            return None
    except BaseException:
        stack.close()
        raise
    voice.talk("Opening the screen; the demo's server stops when you leave it.")
    return OpenScreen(_login(PERSON), stack.close)


def _login(name: str) -> str:
    return f"demo-{name}"


def _path() -> Path:
    from lifepod.home.install import data_root

    return data_root() / "demo"


def clean(voice: Voice) -> None:
    """Remove what an earlier demo left: its folder and its logins; nothing else."""
    from lifepod.home import supervisor
    from lifepod.home.server import HomeFolder
    from lifepod.owner import logins

    if (_path() / "lifepod-home.json").is_file():
        supervisor.remove(HomeFolder.at(_path()))
    for profile in logins.every():
        if profile.name in {_login(name) for name in (PERSON, *VENDORS)}:
            logins.forget(profile.name, voice.talk)


def _start(voice: Voice, stack: ExitStack) -> HomeFolder:
    from lifepod.home.server import HomeFolder, RunningServer

    folder = HomeFolder.at(_path())
    stack.enter_context(RunningServer.start(folder, voice.talk))
    return folder


class _Told:
    def __init__(self, voice: Voice, folder: HomeFolder) -> None:
        self._voice, self._folder = voice, folder
        self._pod = self._webid = self._vendor = ""
        self._records: dict[str, int] = {}
        self._expected: dict[str, int] = {}
        self._statuses: dict[str, int] = {}
        self._read = 0

    def people(self) -> None:
        """A person and three vendors, each with an account, a WebID and a login of its own."""
        for name in (PERSON, *VENDORS):
            self._voice.talk(f"making a pod and a login for {name}")
            new, _ = make(self._voice, self._folder, (name, _login(name)))
            if name == PERSON:
                self._pod, self._webid = new.pod, new.webid
            elif name == VENDORS[0]:
                self._vendor = new.webid

    def collect(self) -> None:
        """The sample exports, imported."""
        from lifepod.home.story_files import expected_of, write_story

        folder = Path(tempfile.mkdtemp(prefix="lifepod-demo-"))
        try:
            write_story(folder)
            self._expected = expected_of(folder)
            self._records = run(_import(self._voice, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        for name, count in self._records.items():
            self._voice.talk(f"imported {name}: {count} records")

    def let_in(self) -> None:
        """The vendor asks in vain, is granted the purchases, and reads them with its own login."""
        self._knock("before")
        run(_share("grant", self._vendor))
        self._voice.talk(f"granted {self._vendor} to read {_GRANTED}; confirmed by a fresh look")
        self._knock("granted")
        self._read = run(_read(self._pod + _GRANTED))
        self._voice.talk(f"the vendor read {self._read} records")
        self._knock("elsewhere", "journal/searches/")

    def shut_out(self) -> None:
        """The vendor is shut out, and tries again."""
        run(_share("revoke", self._vendor))
        self._voice.talk("revoked; confirmed by a fresh look")
        self._knock("revoked")

    def _knock(self, when: str, place: str = _GRANTED) -> None:
        self._statuses[when] = run(_knock(self._pod + place))
        self._voice.talk(f"the vendor asks for {place}: the pod answers {self._statuses[when]}")

    def say(self) -> None:
        """What happened; raises where any of it is not as it should be."""
        from lifepod.errors import Unconfirmed

        vendor = {"webid": self._vendor, "read": self._read, **self._statuses}
        value = {"pod": self._pod, "webid": self._webid, "records": self._records, "vendor": vendor}
        said = [f"{name}: {count} records" for name, count in self._records.items()]
        said.append("vendor: " + ", ".join(f"{when} {status}" for when, status in self._statuses.items()))
        self._voice.data(value, said)
        if self._records != self._expected or self._read != self._expected["purchases"]:
            raise Unconfirmed(f"The import gave {self._records}, and should have given {self._expected}.")
        if self._statuses != _RIGHT:
            raise Unconfirmed(f"The vendor was answered {self._statuses}, and should have been answered {_RIGHT}.")


async def _import(voice: Voice, folder: Path) -> dict[str, int]:
    from lifepod.owner.collect import order
    from lifepod.owner.desk import Desk

    async with Desk.open(_login(PERSON)) as desk:
        result = await desk.collect(order([folder]), voice.progress)
        voice.clear()
        return dict(result.classes)


async def _share(verb: str, vendor: str) -> None:
    from lifepod.owner.desk import Desk
    from lifepod.owner.share import wish

    async with Desk.open(_login(PERSON)) as desk:
        asked = wish(verb, vendor, await desk.place(_GRANTED), ("read",) if verb == "grant" else ())
        await desk.apply(await desk.rehearse(asked))


async def _knock(url: str) -> int:
    from lifepod.vendor.desk import VendorDesk

    async with VendorDesk.open(_login(VENDORS[0])) as desk:
        return await desk.knock(url)


async def _read(url: str) -> int:
    from lifepod.vendor.desk import VendorDesk

    async with VendorDesk.open(_login(VENDORS[0])) as desk:
        return len([record async for record in desk.read(url)])
