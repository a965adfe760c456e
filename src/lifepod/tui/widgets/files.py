"""Files and folders of this machine, to choose several of: a tree, a path to type, and what was chosen.

It refuses to read what is in a file, to take a name for markup or for anything but a name, and to list more of a
folder than somebody can look through.
"""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import DirectoryTree, Input, OptionList, Static
from textual.widgets.directory_tree import DirEntry
from textual.widgets.option_list import Option
from textual.widgets.tree import TreeNode
from textual.worker import Worker

from lifepod.plain import plain
from lifepod.tui.arrivals import at_home

MOST = 2000
"""Entries of one folder that are listed."""
_TOGETHER = 1000
"""Files that one pattern may choose."""
HINT = "Space chooses, Enter opens. A path: Tab completes, * fits any name. Files can be dropped here."


def start() -> Path:
    """Where to begin: where browsers put what was downloaded, else the home folder."""
    home = Path.home()
    return next((folder for folder in (home / "Downloads", home) if folder.is_dir()), Path("/"))


def called(path: Path, limit: int = 300) -> str:
    """A path as it is shown: harmless, and short where it is at home."""
    return at_home(os.fspath(path), limit)


def spelled(text: str) -> Path:
    """The path that somebody typed."""
    try:
        return Path(os.path.normpath(Path(text.strip()).expanduser()))
    except RuntimeError:  # ~nobody
        return Path(text.strip())


def completions(text: str) -> list[str]:
    """What a path that was begun may become; names that do not look as they are cannot be typed."""
    before, slash, begun = text.rpartition("/")
    if not slash:
        return []
    try:
        with os.scandir(Path(before + slash).expanduser()) as found:
            entries = [(one.name, one.is_dir()) for one in islice(found, 10 * MOST) if one.name.startswith(begun)]
    except (OSError, RuntimeError, ValueError):
        return []
    names = sorted(name + "/" * folder for name, folder in entries if begun or not name.startswith("."))
    return [before + slash + name for name in names if plain(name) == name]


def fitting(pattern: str) -> list[Path]:
    """The files that a pattern such as ``~/Downloads/takeout-*.zip`` names."""
    path = spelled(pattern)
    if not any(mark in path.name for mark in "*?["):
        return []
    try:
        return sorted(islice(path.parent.glob(path.name), _TOGETHER))
    except (OSError, ValueError):
        return []


def dropped(text: str) -> list[Path]:
    """The paths that a terminal types where files are dropped on it; nothing where that is no list of files."""
    try:
        words = shlex.split(text)
    except ValueError:
        return []
    paths = [spelled(unquote(word.removeprefix("file://")) if word.startswith("file://") else word) for word in words]
    return paths if paths and all(path.is_absolute() and os.path.lexists(path) for path in paths) else []


class _Paths(Suggester):
    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first of them; the disk is asked in a thread."""
        return next(iter(await asyncio.to_thread(completions, value)), None)


class PathInput(Input):
    """A path that completes itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False),
        Binding("down", "app.focus_next", "To the tree", show=False),
    ]

    @dataclass
    class Several(Message):
        """It may become any of these."""

        names: list[str]

    @dataclass
    class Dropped(Message):
        """Files were dropped on it."""

        paths: list[Path]

    async def action_complete(self) -> None:
        """As far as it is the only way; from there to what comes next."""
        found = await asyncio.to_thread(completions, self.value) if self.value else []
        common = os.path.commonprefix(found)  # noqa: RUF071  (letter by letter, as shells do)
        if len(common) > len(self.value):
            self.value = common
            self.cursor_position = len(common)
        if len(found) > 1:
            self.post_message(self.Several([one.rstrip("/").rsplit("/", 1)[-1] for one in found]))
        elif not found or (found == [self.value] and not common.endswith("/")):
            self.screen.focus_next()

    def _on_paste(self, event: events.Paste) -> None:
        paths = dropped(event.text)
        if paths:  # else it is typed, which the framework does by itself
            event.prevent_default()
            event.stop()
            self.post_message(self.Dropped(paths))


class Files(DirectoryTree):
    """A folder and what is in it, with a box before each."""

    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", "  "
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Choose", show=False),
        Binding("full_stop", "hidden", "Hidden files", show=False),
        Binding("backspace,left", "up", "Folder above", show=False),
        Binding("right", "open", "Open", show=False),
    ]

    @dataclass
    class Marked(Message):
        """Somebody chose this, or no longer."""

        path: Path

    @dataclass
    class Amiss(Message):
        """A folder is not shown, or not all of it."""

        sentence: str

    def __init__(self, path: Path, marked: dict[Path, None], *, id: str) -> None:
        self._marked, self.shows_hidden = marked, False
        super().__init__(path, id=id)

    def process_label(self, label: object) -> Text:
        """A name, and nothing but a name."""
        return Text(plain(label, 300), no_wrap=True)

    def render_label(self, node: TreeNode[DirEntry], base_style: Style, style: Style) -> Text:
        """Its box, whether it is a folder, its name."""
        path = node.data.path if node.data else Path("/")
        icon = (
            (self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE) if node.allow_expand else self.ICON_FILE
        )
        box = "[x] " if path in self._marked else "[-] " if self.holder(path) else "[ ] "
        name = called(path) if node is self.root else plain(path.name, 300)
        bold = Style(bold=node.allow_expand or path in self._marked)
        here = Style.from_meta({"box": True})
        return Text.assemble((icon, base_style), (box, style + bold + here), (name, style + bold), no_wrap=True)

    def holder(self, path: Path) -> Path | None:
        """The chosen folder that something is in."""
        return next((above for above in path.parents if above in self._marked), None)

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Not what is hidden, unless that is asked for; not more than can be looked through."""
        shown = (path for path in paths if self.shows_hidden or not path.name.startswith("."))
        found = list(islice(shown, MOST + 1))
        if len(found) > MOST:
            self.post_message(self.Amiss(f"More than {MOST} files: type the path, or choose the whole folder."))
        return found[:MOST]

    def _directory_content(self, location: Path, worker: Worker[object]) -> Iterator[Path]:
        try:
            yield from location.iterdir()
        except OSError as error:
            self.post_message(self.Amiss(f"{called(location)} cannot be read ({error.strerror or 'unknown'})."))

    def repaint(self) -> None:
        """Show the boxes as they are."""
        self._clear_line_cache()
        self.refresh()

    def action_mark(self) -> None:
        """Choose what the cursor is on, or no longer."""
        if self.cursor_node is not None and self.cursor_node.data is not None:
            self.post_message(self.Marked(self.cursor_node.data.path))

    def on_click(self, event: events.Click) -> None:
        """A click on the box chooses, a folder too; anywhere else it opens a folder."""
        meta = event.style.meta
        if meta.get("box") and "line" in meta:
            event.prevent_default()
            self.move_cursor(self.get_node_at_line(meta["line"]))
            self.action_mark()

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        """Enter and a click choose a file."""
        event.stop()
        if not event.node.allow_expand:  # else it is a folder that went away while it was opened
            self.post_message(self.Marked(event.path))

    def action_hidden(self) -> None:
        """Show hidden files too, or no longer."""
        self.shows_hidden = not self.shows_hidden
        self.reload()

    def action_open(self) -> None:
        """Open the folder under the cursor."""
        if self.cursor_node is not None and self.cursor_node.allow_expand:
            self.cursor_node.expand()

    def action_up(self) -> None:
        """Close the folder, or go to the one it is in."""
        node = self.cursor_node
        if node is not None and node is not self.root:
            if node.is_expanded:
                node.collapse()
            else:
                self.move_cursor(node.parent)
            return
        self.path = Path(self.path).parent


class FilePicker(Vertical):
    """A path, a tree, and what was chosen."""

    DEFAULT_CSS = """
    FilePicker {
        height: 1fr;
        & > .field { height: 1; margin-bottom: 1; }
        .label { width: 6; color: $foreground 70%; }
        PathInput { width: 1fr; background: $panel; }
        PathInput:focus { background: $primary 20%; }
        #both { height: 1fr; }
        Files { width: 3fr; background: $surface; padding: 0; scrollbar-size: 1 1; }
        Files:focus { background-tint: $foreground 0%; }
        #side { width: 2fr; padding-left: 2; }
        #chosen { height: auto; max-height: 1fr; border: none; padding: 0; background: $surface; }
        #chosen:focus { border: none; background-tint: $foreground 0%; }
        #chosen { text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size: 0 1; }
        #count { color: $primary; text-style: bold; }
        #hint { height: 2; margin-top: 1; color: $foreground 70%; }
    }
    """

    @dataclass
    class Changed(Message):
        """Something else is chosen."""

        count: int

    def __init__(self, folder: Path, chosen: Iterable[Path] = (), *, id: str) -> None:
        super().__init__(id=id)
        self._folder, self._chosen = folder, dict.fromkeys(chosen)

    @property
    def chosen(self) -> tuple[Path, ...]:
        """Files and folders, in the order in which they were chosen; none of them lies in another."""
        return tuple(self._chosen)

    def compose(self) -> ComposeResult:
        """The parts."""
        with Horizontal(classes="field"):
            yield Static("Path", classes="label")
            yield PathInput(placeholder="~/Downloads/takeout-*.zip", suggester=_Paths(), id="path", compact=True)
        with Horizontal(id="both"):
            yield Files(self._folder, self._chosen, id="tree")
            with Vertical(id="side"):
                yield Static("", id="count", markup=False)
                yield OptionList(id="chosen", markup=False)
        yield Static(HINT, id="hint", markup=False)

    def on_mount(self) -> None:
        """The tree has the keys."""
        self._paint()
        self.query_one(Files).focus()

    def choose(self, paths: Iterable[Path], *, toggle: bool = False) -> None:
        """Choose these; with ``toggle`` what is chosen is let go."""
        tree, said = self.query_one(Files), HINT
        for path in paths:
            holder = tree.holder(path)
            if holder is not None:
                said = f"It is in {called(holder, 120)}, which is chosen."
            elif path in self._chosen:
                if toggle:
                    del self._chosen[path]
            else:
                for inner in [one for one in self._chosen if path in one.parents]:
                    del self._chosen[inner]
                self._chosen[path] = None
        self.say(said)
        self._paint()
        self.post_message(self.Changed(len(self._chosen)))

    def say(self, sentence: str) -> None:
        """One sentence below."""
        self.query_one("#hint", Static).update(Content(plain(sentence)))

    def _paint(self) -> None:
        self.query_one(Files).repaint()
        box, count = self.query_one("#chosen", OptionList), len(self._chosen)
        self.query_one("#count", Static).update(Content(f"Chosen: {count}" if count else "Nothing is chosen yet"))
        at = box.highlighted
        box.clear_options()
        box.add_options([Option(Content(_brief(path))) for path in self._chosen])
        if at is not None and count:
            box.highlighted = min(at, count - 1)
        box.can_focus = bool(count)

    def on_files_marked(self, event: Files.Marked) -> None:
        """Choose it, or no longer."""
        event.stop()
        self.choose([event.path], toggle=True)

    def on_files_amiss(self, event: Files.Amiss) -> None:
        """Say so."""
        event.stop()
        self.say(event.sentence)

    def on_path_input_dropped(self, event: PathInput.Dropped) -> None:
        """Choose what was dropped."""
        event.stop()
        self.choose(event.paths)

    def on_paste(self, event: events.Paste) -> None:
        """Files may be dropped on the tree as well."""
        paths = dropped(event.text)
        if paths:
            event.stop()
            self.choose(paths)

    def on_path_input_several(self, event: PathInput.Several) -> None:
        """Which ways there are."""
        event.stop()
        self.say("  ".join(event.names[:40]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Let one go."""
        event.stop()
        self.choose([self.chosen[event.option_index]], toggle=True)
        if not self._chosen:
            self.query_one(Files).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A folder is opened, a file chosen, and of a pattern all that fit."""
        event.stop()
        text = event.value.strip()
        if not text:
            return
        path, tree = spelled(text), self.query_one(Files)
        found = fitting(text)
        try:
            folder, there = path.is_dir(), path.exists()
        except (OSError, ValueError):
            folder = there = False
        if folder:
            tree.path = Path(os.path.abspath(path))  # noqa: PTH100  (a link stays what it was called)
            tree.focus()
        elif there or found:
            event.input.value = ""
            self.choose([path.absolute()] if there else found)
        else:
            self.say(f"{called(path)} is not there.")


def _brief(path: Path) -> str:
    return plain(path.name or path, 200) + ("/" if path.is_dir() else "")
