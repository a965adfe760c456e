"""The steps of the demo, each through the same desks that everybody else uses.

It refuses any short cut: what the demo shows, a person and a vendor can do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lifepod.cli.home import make
from lifepod.cli.say import Voice, run

if TYPE_CHECKING:
    from lifepod.cli.home import HomeFolder

PERSON, VENDORS = "sam", ("acme-shop", "visa-express", "photo-booth")
_GRANTED = "journal/purchases/"
_RIGHT = {"before": 403, "granted": 200, "elsewhere": 403, "revoked": 403}
"""What the pod must answer the vendor."""
LOGINS = {name: f"demo-{name}" for name in (PERSON, *VENDORS)}
"""Names of the logins it makes, and removes."""


class Told:
    """The story as it goes on, step by step."""

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
            # Logins of a trial: a warning is enough.
            new, _ = make(self._voice, self._folder, (name, LOGINS[name]), ask=False)
            if name == PERSON:
                self._pod, self._webid = new.pod, new.webid
            elif name == VENDORS[0]:
                self._vendor = new.webid

    def collect(self) -> None:
        """The sample exports, imported."""
        import shutil
        import tempfile

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
    from lifepod.owner.desk import Desk

    async with Desk.open(LOGINS[PERSON]) as desk:
        result = await desk.collect([folder], voice.progress)
        voice.clear()
        return dict(result.classes)


async def _share(verb: str, vendor: str) -> None:
    from lifepod.owner.desk import Desk
    from lifepod.owner.words import wish

    async with Desk.open(LOGINS[PERSON]) as desk:
        asked = wish(verb, vendor, await desk.place(_GRANTED), ("read",) if verb == "grant" else ())
        await desk.apply(await desk.rehearse(asked))


async def _knock(url: str) -> int:
    from lifepod.vendor.desk import VendorDesk

    async with VendorDesk.open(LOGINS[VENDORS[0]]) as desk:
        return await desk.knock(url)


async def _read(url: str) -> int:
    from lifepod.vendor.desk import VendorDesk

    async with VendorDesk.open(LOGINS[VENDORS[0]]) as desk:
        return len([record async for record in desk.read(url)])
