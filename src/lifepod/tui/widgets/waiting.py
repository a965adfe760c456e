"""What stands in place of an empty tree while there is no picture yet: what is going on, and a way to try again.

It refuses to look like an empty pod.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.content import Content
from textual.widgets import Button, ProgressBar, Static

from lifepod.plain import plain
from lifepod.tui.picture import Picture


class Waiting(Vertical):
    """Shown until the first picture is there."""

    DEFAULT_CSS = """
    Waiting {
        align: center middle; height: 1fr; background: $surface;
        & > Static { width: 100%; text-align: center; padding: 0 4; }
        & > .title { text-style: bold; color: $primary; padding-bottom: 1; }
        & > Center { height: auto; padding-top: 1; }
        Bar > .bar--bar, Bar > .bar--indeterminate, Bar > .bar--complete { color: $primary; }
        Button { display: none; }
        Button.shown { display: block; }
    }
    """

    def compose(self) -> ComposeResult:
        """A title, a sentence, a bar, a button."""
        yield Static("", classes="title", markup=False)
        yield Static("", classes="sentence", markup=False)
        with Center():
            # One without a total is drawn fifteen times a second, also where nobody sees it.
            yield ProgressBar(1, show_eta=False, show_percentage=False)
        with Center():
            yield Button("Try again", variant="primary")

    def paint(self, picture: Picture) -> None:
        """Say what is going on."""
        progress, trouble = picture.progress, picture.trouble
        title, words = "Opening the last picture of this pod", ""
        if progress is not None:
            title = "Looking at the pod for the first time"
            words = f"{progress.words}\nThe next start shows this picture at once."
        elif trouble is not None:
            title, words = trouble.sentence, trouble.advice
        self.query_one(".title", Static).update(Content(plain(title)))
        self.query_one(".sentence", Static).update(Content("\n").join(Content(plain(w)) for w in words.split("\n")))
        bar = self.query_one(ProgressBar)
        bar.display = progress is not None and progress.known > 0
        if progress is not None:
            bar.update(total=progress.known or 1, progress=progress.done)
        self.query_one(Button).set_class(trouble is not None and progress is None, "shown")

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Try again."""
        event.stop()
        await self.run_action("app.look")
