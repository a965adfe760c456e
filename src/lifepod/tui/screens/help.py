"""Help: for the screen one is on, what the keys do, which command does the same, and what the words mean.

It refuses to be the only place where something is said: every key is also in the foot or in the palette.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_Line = tuple[str, str, str]
_EVERYWHERE: tuple[_Line, ...] = (
    ("1  2", "Places, Agents (or click the names on top)", ""),
    ("g", "grant: let somebody in; the plan is shown first", "lifepod grant AGENT PATH --read"),
    ("r", "revoke: shut somebody out; the plan is shown first", "lifepod revoke AGENT PATH"),
    ("u  F5", "look at the whole pod again, in the background", "lifepod survey"),
    ("/", "show only what contains some letters; Esc shows all", ""),
    ("Ctrl+P", "every action by name", "lifepod --help"),
    ("t", "dark or light", ""),
    ("?  F1", "this help; Esc closes it", ""),
    ("q", "leave", ""),
)
TOPICS: dict[str, tuple[str, tuple[_Line, ...], tuple[str, ...]]] = {
    "places": (
        "Places: who could see this, and why",
        (
            ("↑ ↓ ← →", "walk the tree; → opens, ← closes", "lifepod who PATH"),
            ("Tab", "to the audiences, then to the reasons", "lifepod why AGENT PATH"),
        ),
        (
            "me: only you. 3 agents: that many others. signed-in: anyone who signs in anywhere. public: everybody.",
            "unknown: we could not look, or not know; it may be open. ◆: the place has rules of its own.",
            "Control means: could change who sees this.",
        ),
    ),
    "agents": (
        "Agents: what each of them could see",
        (
            ("↑ ↓", "another audience", "lifepod sees AGENT"),
            ("Tab", "to the places; Enter shows one in the tree", "lifepod blind"),
        ),
        (
            "A line stands for all places below it that are alike; the note says how many.",
            "A pod keeps no record of reads: this says what somebody could see, never what they saw.",
        ),
    ),
    "form": (
        "Grant or revoke",
        (
            ("Tab", "to the next field", ""),
            ("→", "take the suggested WebID", ""),
            ("Space", "tick or untick", ""),
            ("Enter", "work out the plan; nothing is written yet", "… --dry-run"),
            ("Esc", "leave", ""),
        ),
        ("“Also below” is --all-below, “without checking” is --unchecked on the command line.",),
    ),
    "plan": (
        "The plan",
        (
            ("y", "write it; then a fresh look confirms it, or says what it found instead", ""),
            ("n  Esc", "leave it", ""),
            ("↑ ↓", "scroll, when the text has the focus (Tab)", ""),
        ),
        (
            "Writing stops where somebody changed the document meanwhile; nothing of theirs is overwritten.",
            "A revoke closes future reads. What was read before stays with whoever read it.",
        ),
    ),
}


class HelpScreen(ModalScreen[None]):
    """Keys, commands, words."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1,enter", "leave", "Close", show=False)]

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        """One sheet."""
        with VerticalScroll(id="sheet"):
            yield Static(_sheet(self._topic), markup=False)

    def action_leave(self) -> None:
        """Back to the screen."""
        self.dismiss()

    def on_click(self) -> None:
        """A click closes it too."""
        self.dismiss()


def _sheet(topic: str) -> Content:
    title, own, words = TOPICS[topic]
    lines = [Content.styled(title, "bold $text-primary"), Content("")]
    for key, does, twin in own + (_EVERYWHERE if topic in ("places", "agents") else ()):
        lines.append(Content.assemble((key.ljust(9), "bold $text-accent"), does))
        if twin:
            lines.append(Content.styled(f"{'':9}{twin}", "$foreground 60%"))
    return Content("\n").join([*lines, Content(""), *(Content(w) for w in words)])
