"""The parts of an import, one for each step: what to read and how, what was found, what is asked, how far it is.

It refuses to read anything: it is told what was found, and says what was chosen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Checkbox, Input, ProgressBar, Static

from lifepod.owner.importing import FileReport, Progress, Wanted
from lifepod.plain import plain
from lifepod.tui import arrivals
from lifepod.tui.widgets.chooser import Chooser
from lifepod.tui.widgets.files import FilePicker as FilePicker  # which tells what is chosen
from lifepod.tui.widgets.files import start
from lifepod.tui.widgets.picks import Picks
from lifepod.tui.widgets.tick import Tick

_SPANS = [
    ("", "as usual: a month, or a year"),
    ("year", "a year"),
    ("month", "a month"),
    ("day", "a day"),
]
_LATEST = 8
"""Files that are named while others are read."""


class Choosing(Vertical):
    """What to import, and how."""

    def __init__(self, chosen: Sequence[Path]) -> None:
        super().__init__(id="choosing")
        self._chosen, self._span = chosen, ""

    def compose(self) -> ComposeResult:
        """Files, and two things that may be wanted."""
        folder = self._chosen[0].parent if self._chosen else start()
        yield FilePicker(folder, self._chosen, id="picker")
        with Horizontal(id="how"):
            yield Tick("read again what was imported before", id="anew")
        with Horizontal(id="span"):
            yield Static("A file of a new source holds", classes="label")
            yield Chooser(_SPANS, "", id="partition")

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """How much one file of a new source holds."""
        event.stop()
        self._span = event.value

    @property
    def paths(self) -> tuple[Path, ...]:
        """What was chosen."""
        return self.query_one(FilePicker).chosen

    def wanted(self, answers: dict[str, str]) -> Wanted:
        """All of it."""
        again = self.query_one("#anew", Checkbox).value
        return Wanted(self.paths, answers, again=again, partition=self._span or None)


class Finding(Vertical):
    """Every file with what it is; the picked one whole."""

    files: Sequence[FileReport] = ()
    _base = ""

    def __init__(self) -> None:
        super().__init__(id="found")

    def compose(self) -> ComposeResult:
        """A sum, a list, one of it."""
        yield Static("", id="sum", markup=False)
        yield Static("", id="columns", markup=False)
        yield Picks(id="files")
        with VerticalScroll(id="about-box", can_focus=True):
            yield Static("", id="about", markup=False)

    def show(self, files: Iterable[FileReport], total: str, chosen: Sequence[Path]) -> None:
        """What was found in what was chosen."""
        self._base = f"{os.path.commonpath([path.parent for path in chosen])}/".replace("//", "/")
        self.files = arrivals.in_order(files)
        self.query_one("#sum", Static).update(Content(total))
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """The columns have another room."""
        self._lay_out()

    def _lay_out(self) -> None:
        room = self.query_one(Picks).size.width - 1
        if room > 0:
            self.query_one("#columns", Static).update(Content(arrivals.head(room)))
            self.query_one(Picks).show(arrivals.rows(self.files, room, self._base), keep=True)

    def on_picks_moved(self, event: Picks.Moved) -> None:
        """Say more of it."""
        event.stop()
        for text in self.query("#about").results(Static):
            key = event.widget.picked
            text.update(arrivals.about_file(self.files[int(key[1])]) if key else Content(""))
            self.query_one("#about-box", VerticalScroll).scroll_home(animate=False)


class Asking(VerticalScroll):
    """What only the person knows."""

    def __init__(self) -> None:
        super().__init__(id="asking", can_focus=False)
        self._questions: Sequence[arrivals.Question] = ()
        self._chosen: dict[str, str] = {}

    async def ask(self, questions: Sequence[arrivals.Question]) -> None:
        """These, each with the ways to answer it; what is not answered is left out."""
        self._questions, self._chosen = questions, {}
        await self.remove_children()
        for number, one in enumerate(questions):
            files = f"{arrivals.many(len(one.paths), 'file')}: "
            await self.mount(Static(Content(files + plain(one.says, 600)), classes="says", markup=False))
            field = Horizontal(classes="field")
            await self.mount(field)
            label = Static(Content(plain(one.key, 40)), classes="label", markup=False)
            if one.choices:
                await field.mount(label, Chooser(arrivals.options(one), "", id=f"answer-{number}"))
            else:
                await field.mount(label, Input(placeholder=_example(one.key), id=f"answer-{number}", compact=True))
        says = "Anything else an importer takes, as NAME=VALUE (spotify.incognito=yes); all files are read again."
        await self.mount(Static(Content(says), classes="says", markup=False))
        field = Horizontal(classes="field")
        await self.mount(field)
        await field.mount(
            Static("another answer", classes="label"), Input(placeholder="NAME=VALUE", id="another", compact=True)
        )

    def focus_first(self) -> None:
        """The keys go to the first answer."""
        self.query("Chooser, Input").first().focus()

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """One of several."""
        event.stop()
        self._chosen[event.chooser.id or ""] = event.value

    def answers(self) -> dict[str, str]:
        """By name; those that were given."""
        given = {}
        for number, one in enumerate(self._questions):
            name = f"answer-{number}"
            texts = [box.value.strip() for box in self.query(f"#{name}").results(Input)]
            value = texts[0] if texts else self._chosen.get(name, "")
            if value:
                given[one.key] = str(Path(value).expanduser()) if value.startswith("~/") else value
        return given

    def other(self) -> dict[str, str] | None:
        """What was given beside the questions; ``None`` where it is no answer."""
        text = self.query_one("#another", Input).value.strip()
        name, equals, value = text.partition("=")
        if not text:
            return {}
        return {name.strip(): value.strip()} if equals and name.strip() and value.strip() else None


def _example(key: str) -> str:
    return {"qif.currency": "EUR", arrivals.PROFILES: "~/profiles"}.get(key, "")


class Working(Vertical):
    """How far it is."""

    def __init__(self) -> None:
        super().__init__(id="work")

    def compose(self) -> ComposeResult:
        """What is done, a bar, counts, what came last."""
        yield Static("", id="doing", markup=False)
        yield Static("", id="what", markup=False)
        yield ProgressBar(id="bar", show_eta=False, show_percentage=False)
        yield Static("", id="counts", markup=False)
        yield Static("", id="latest", markup=False)

    def show(self, progress: Progress, files: Sequence[FileReport]) -> None:
        """This far; of the files that were read those that are known, the last ones."""
        words = {
            "": "Beginning",
            "looking": "Looking what is there",
            "reading": "Reading on this machine; nothing of it leaves",
            "comparing": "Comparing with the pod; nothing is written",
            "writing": "Writing, one file of the pod after the other",
        }
        self.query_one("#doing", Static).update(Content(words[progress.doing]))
        self.query_one("#what", Static).update(Content(plain(progress.what, 300)))
        self.query_one(ProgressBar).update(total=progress.of or None, progress=progress.done if progress.of else 0)
        self.query_one("#counts", Static).update(Content(_counts(progress)))
        known = [one for one in files if one.importer][-_LATEST:] if progress.doing == "reading" else []
        lines = [f"{plain(one.importer, 20):<18} {arrivals.state(one)[0]:<18} {plain(one.path, 300)}" for one in known]
        self.query_one("#latest", Static).update(Content("\n".join(lines)))


def _counts(progress: Progress) -> str:
    if progress.doing in ("", "looking"):
        return arrivals.many(progress.done, "file") if progress.done else ""
    if progress.doing == "reading":
        return f"file {progress.done + 1:,} of {progress.of:,}   {arrivals.many(progress.records, 'record')}"
    at = f"source {min(progress.done + 1, progress.of)} of {progress.of}" if progress.of else ""
    files = f"{arrivals.many(progress.files, 'file')} {'written' if progress.doing == 'writing' else 'would change'}"
    return f"{at}   {files}".strip()
