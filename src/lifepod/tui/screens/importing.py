"""An import as a sheet: choose files, see what they are, answer, see what would be written, and only then write it.

It refuses to write without a yes, to take Enter for one, to hold up the screen while files are read, and to leave it
open what was written where it was stopped.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from textual.content import Content
from textual.message import Message
from textual.widgets import Button, ContentSwitcher

from lifepod.owner.importing import Collected, Filed, Forecast, Importing, Wanted
from lifepod.tui import arrivals
from lifepod.tui.screens.stepping import ANSWERING, COMPARING, DOING, READING, WRITING, StepSheet
from lifepod.tui.screens.stepping import Imported as Imported  # what it gives back
from lifepod.tui.widgets.arriving import Asking, Choosing, FilePicker, Finding


class ImportScreen(StepSheet):
    """Four steps on one sheet."""

    @dataclass
    class Read(Message):
        """It is known what the files are."""

        read: Collected

    @dataclass
    class Planned(Message):
        """It is known what would be written."""

        forecast: Forecast
        readers: dict[str, str]

    @dataclass
    class Written(Message):
        """It was written, whole or until it was stopped."""

        filed: Filed

    def __init__(self, desk: arrivals.Desk) -> None:
        super().__init__()
        self._desk = desk
        self._answers: dict[str, str] = {}
        self._wanted = Wanted(())
        self._touched, self._again = False, READING

    def on_unmount(self) -> None:
        """Whatever reads, stops; what was read is forgotten."""
        if self._import is not None:
            self._import.stop()
            if not self._doing:
                self._import.close()

    def begin(self) -> None:
        """With the files."""
        self._to_choice()

    def _to_choice(self) -> None:
        self._show("choosing", "Import: choose files", "sources leave look", "#tree")
        self._can_look(len(self.query_one(Choosing).paths))

    def _to_found(self, read: Collected) -> None:
        asked = arrivals.questions(read.files)
        nothing = not any(one.importer for one in read.files)
        needed = [one for one in asked if one.key != arrivals.PROFILES]
        self.query_one("#ask", Button).label = f"Answer {len(needed)}" if needed else "Answers"
        total = arrivals.found_words(read)
        if nothing:
            total = "None of these files is an export that lifepod knows; s lists what is, and how to get it."
        self.query_one(Finding).show(read.files, total, self._wanted.paths)
        self._show("found", "Import: what the files are", "sources ask back" + " plan" * (not nothing), "#files")
        if needed:
            count = sum(len(one.paths) for one in needed)
            self._say(f"{arrivals.many(count, 'file')} wait{'s' * (count == 1)} for you")

    def on_file_picker_changed(self, event: FilePicker.Changed) -> None:
        """There must be something to look into."""
        self._can_look(event.count)

    def _can_look(self, count: int) -> None:
        self.query_one("#look", Button).disabled = not count

    async def _read(self) -> None:
        if self._import is None:
            self._import = Importing(await self._desk.pod())
        self.post_message(self.Read(await self._import.read(self._wanted)))

    async def _answer(self, answers: dict[str, str], paths: frozenset[str]) -> None:
        self.post_message(self.Read(await self._ours.answer(answers, paths)))

    async def _compare(self) -> None:
        forecast = await self._ours.compare()
        audit = await asyncio.to_thread(self._desk.kept)
        paths = [one.path for one in forecast.shelves if one.new]
        readers = {path: arrivals.readers(audit, path) for path in paths} if audit else {}
        self.post_message(self.Planned(forecast, readers))

    async def _write(self) -> None:
        self.post_message(self.Written(await self._ours.file()))

    @property
    def _ours(self) -> Importing:
        if self._import is None:
            raise LookupError("nothing was read")
        return self._import

    def on_import_screen_read(self, event: Read) -> None:
        """Show what the files are."""
        self._doing = ""
        self._to_found(event.read)

    def on_import_screen_planned(self, event: Planned) -> None:
        """Show what would be written, and ask."""
        self._doing, forecast = "", event.forecast
        if not forecast.changes:
            self._text("Nothing needs to be written", arrivals.nothing_words(forecast), "back close", 3)
            return
        body = arrivals.plan_words(forecast, event.readers, self._command())
        self._text("Dry run: nothing is written yet", body, "back no yes", 3)

    def on_import_screen_written(self, event: Written) -> None:
        """Say what was written, and what to do next."""
        self._doing = ""
        self._touched = self._touched or bool(event.filed.read.run)
        self._ours.close()
        self._text("Done", arrivals.done_words(event.filed), "records close", 4)

    def on_step_sheet_failed(self, event: StepSheet.Failed) -> None:
        """Say why it did not come to its end, what was written, and offer another try."""
        doing, self._doing = self._doing, ""
        if self._patience is not None:
            self._patience.stop()
        if doing == WRITING:
            self._not_written(event.trouble)
        elif event.trouble is not None:
            words = arrivals.trouble_words(event.trouble, "Nothing was written.")
            self._again = doing if doing == COMPARING else READING
            self._text("That did not work: nothing was written", words, "back again close", DOING[doing][1])
        elif doing == COMPARING:
            self._to_found(self._ours.read_so_far)
            self._say("Stopped; nothing was written.")
        elif doing:
            self._to_choice()
            self._say("Stopped; nothing was written.")

    def _not_written(self, trouble: arrivals.Trouble | None) -> None:
        filed = self._ours.so_far()
        touched = bool(filed.read.run)
        self._touched, self._again = self._touched or touched, WRITING
        lines = [arrivals.trouble_words(trouble), Content("")] if trouble else []
        if touched:
            title = "Not all was written" if trouble else "Stopped: what was written stands"
            lines.append(arrivals.done_words(filed))
        else:
            title = "Nothing was written" if trouble else "Stopped: nothing was written"
            lines.append(Content("Your pod is as it was."))
        self._text(title, Content("\n").join(lines), "again close", 4)

    # Keys and buttons

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Yes writes; anything else does not."""
        event.stop()
        name = event.button.id
        if name == "yes" and not self._doing:
            self._start(WRITING, self._write)
        elif name == "look":
            self._look()
        elif name == "plan":
            self._start(COMPARING, self._compare)
        elif name == "ask":
            await self._ask()
        elif name == "answer":
            self._answered()
        elif name == "again":
            self._try_again()
        elif name == "stop":
            self._stop_it()
        elif name == "sources":
            self.action_sources()
        elif name == "back":
            self.action_back()
        elif name in ("no", "leave", "close", "records"):
            self.dismiss(Imported(self._touched, show=name == "records"))

    def _look(self) -> None:
        self._wanted = self.query_one(Choosing).wanted(self._answers)
        if self._wanted.paths:
            self._start(READING, self._read)

    def _try_again(self) -> None:
        if self._again == READING:
            self._look()
        elif self._again == COMPARING:
            self._start(COMPARING, self._compare)
        else:
            self._start(WRITING, self._write)

    async def _ask(self) -> None:
        part = self.query_one(Asking)
        await part.ask(arrivals.questions(self._ours.files))
        self._show("asking", "Import: what only you know", "back answer")
        part.focus_first()

    def _answered(self) -> None:
        part = self.query_one(Asking)
        given, other = part.answers(), part.other()
        if other is None:
            self._say("An answer is NAME=VALUE, such as netflix.profile=Alice.")
        elif other:
            self._answers = {**self._answers, **given, **other}
            self._look()
        elif given:
            self._answers = {**self._answers, **given}
            asked = [one for one in arrivals.questions(self._ours.files) if one.key in given]
            paths = frozenset[str]().union(*(one.paths for one in asked))
            self._start(ANSWERING, partial(self._answer, given, paths))
        else:
            self._to_found(self._ours.read_so_far)

    def _command(self) -> str:
        wanted = replace(self._wanted, answers=self._answers)
        more = [f"--answer {name}={value}" for name, value in wanted.answers.items()]
        more += ["--again"] * wanted.again + ([f"--partition {wanted.partition}"] if wanted.partition else [])
        return arrivals.command((str(path) for path in wanted.paths), more)

    def action_on(self) -> None:
        """To the next step; never a yes."""
        for selector in ("#look", "#plan", "#answer"):
            self.action_press(selector)

    def action_no(self) -> None:
        """No."""
        for selector in ("#no", "#close"):
            self.action_press(selector)

    def action_back(self) -> None:
        """The step before; from the first one out; what is under way is stopped."""
        step = self.query_one(ContentSwitcher).current
        back = self.query_one("#back", Button).display
        if step == "work":
            self._stop_it()
        elif step == "choosing" or (step == "text-box" and not back):
            self.dismiss(Imported(self._touched))
        elif step == "found" or self._again_reads():
            self._to_choice()
        else:
            self._to_found(self._ours.read_so_far)

    def _again_reads(self) -> bool:
        shown = self.query_one("#again", Button).display
        return shown and self._again == READING
