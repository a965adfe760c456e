"""Help: for the screen one is on, what the keys do, which command does the same, and what the words mean.

It refuses to be the only place where something is said: every key is also in the foot or in the palette.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_Line = tuple[str, str, str]
_POD: tuple[_Line, ...] = (
    ("1  2", "Places, Agents", "who, why · sees"),
    ("3  4", "Requests, Agreements", "inbox · agreements"),
    ("g", "let somebody in, plan first", "grant AGENT PATH"),
    ("r", "shut somebody out, plan first", "revoke AGENT PATH"),
    ("u  F5", "look at the whole pod again", "survey"),
)
_EVERYWHERE: tuple[_Line, ...] = (
    ("/", "show only what matches", ""),
    ("Esc", "show all again", ""),
    ("Ctrl+P", "every action by name", "--help"),
    ("t", "dark or light", ""),
    ("?  F1", "this help; any key closes it", ""),
    ("q", "leave", ""),
)
TOPICS: dict[str, tuple[str, tuple[_Line, ...], tuple[str, ...]]] = {
    "places": (
        "Places: who could see this, and why",
        (
            ("↑ ↓", "another place", "who PATH"),
            ("→  ←", "open and close a branch", ""),
            ("Tab", "to the audiences, to the reasons", "why AGENT PATH"),
            ("Enter", "on an audience: all it could see", "sees AGENT"),
        ),
        (
            "me: only you. 3 agents: that many others. signed-in: anyone who signs in anywhere. public: everybody. "
            "unknown: nobody could look; it may be open. ◆: rules of its own. Control: could change who sees this.",
        ),
    ),
    "agents": (
        "Agents: what each of them could see",
        (
            ("↑ ↓", "another audience", "sees AGENT"),
            ("Tab", "to the places it could see", "blind"),
            ("Enter", "on a place: show it in the tree", "who PATH"),
        ),
        (
            "A line stands for all places below it that are alike; the note says how many. A pod keeps no record of "
            "reads: this says what somebody could see, never what they saw.",
        ),
    ),
    "requests": (
        "Requests: who asks for what, and what a yes would open",
        (
            ("↑ ↓", "another request", "inbox NUMBER"),
            ("Enter", "to the text, to scroll it", ""),
            ("a", "approve: plan first, then signed", "approve NUMBER"),
            ("c", "counter: offer less", "counter NUMBER"),
            ("d", "decline, in words or silently", "decline NUMBER"),
            ("o", "what was kept apart, and why", "inbox"),
            ("u  F5", "look through the inbox again", "inbox"),
        ),
        (
            "Key: whether the sender's profile shows the key that signed; unknown is not no. Enforced by the pod: its "
            "rules keep it. Promised by the vendor: it is their word, and the ledger tracks it.",
        ),
    ),
    "agreements": (
        "Agreements: what you agreed with whom, and how it stands",
        (
            ("↑ ↓", "another agreement", "agreements ID"),
            ("Enter", "to the text, to scroll it", ""),
            ("v", "check it, compare both copies", "verify FILE"),
            ("e", "end it: plan first, then signed", "end ID"),
            ("u  F5", "read them again", "agreements"),
        ),
        (
            "claimed, attested: the vendor's word. matched, possible: records of your bank that look alike. "
            "overdue: a day that passed without word. lifepod ledger shows all of it.",
        ),
    ),
    "sign": (
        "A decision, before it is signed",
        (
            ("Tab", "to the next field or button", ""),
            ("y", "yes: sign it", "approve · counter · decline · end"),
            ("n  Esc", "no: leave it, nothing is signed", "… --dry-run"),
        ),
        (
            "Where it was cut off the sheet says what may be signed or open already; doing it again goes on where it "
            "stopped and signs nothing twice.",
        ),
    ),
    "form": (
        "Grant or revoke",
        (
            ("Tab", "to the next field", ""),
            ("→", "take the suggested WebID", ""),
            ("Space", "tick or untick", ""),
            ("Enter", "show the plan; nothing is written", "… --dry-run"),
            ("Esc", "leave", ""),
        ),
        ("On the command line “also places below” is --all-below, “without checking” is --unchecked.",),
    ),
    "plan": (
        "The plan",
        (
            ("y", "write it, then look again", "grant … · revoke …"),
            ("n  Esc", "leave it", "… --dry-run"),
            ("↑ ↓", "scroll (Tab goes to the text)", ""),
        ),
        (
            "Only a fresh look that finds what was planned is called done. Writing stops where somebody changed the "
            "document meanwhile. A revoke closes future reads; what was read before stays with whoever read it.",
        ),
    ),
}
_KEYS, _DOES, _QUIET = 9, 35, "$foreground 75%"
_OF_PAPERS = ("requests", "agreements")
_WIDE = 68
"""Cells from which keys, deeds and commands stand side by side."""


class HelpScreen(ModalScreen[None]):
    """Keys, commands, words."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Close", show=False)]

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        """One sheet."""
        with VerticalScroll(id="sheet"):
            # Three columns where there is room, else the command below the deed.
            yield Static(_sheet(self._topic, self.app.size.width >= _WIDE + 8), markup=False)

    def on_key(self, event: events.Key) -> None:
        """Any key closes it but those that scroll."""
        if event.key not in ("up", "down", "pageup", "pagedown", "home", "end", "tab", "shift+tab"):
            event.stop()
            self.dismiss()

    def action_leave(self) -> None:
        """Back to the screen."""
        self.dismiss()

    def on_click(self) -> None:
        """A click closes it too."""
        self.dismiss()


def _sheet(topic: str, wide: bool) -> Content:
    title, own, words = TOPICS[topic]
    lines = [Content.styled(title, "bold $text-primary"), Content("")]
    common = _POD + _EVERYWHERE if topic in ("places", "agents") else _EVERYWHERE if topic in _OF_PAPERS else ()
    for key, does, twin in own + common:
        command = twin if not twin or twin.startswith("…") else f"lifepod {twin}"
        lines.append(Content.assemble((key.ljust(_KEYS), "bold $text-accent"), does.ljust(_DOES) if wide else does))
        if wide:
            lines[-1] += Content.styled(command, _QUIET)
        elif twin:
            lines.append(Content.styled(f"{'':{_KEYS}}{command}", _QUIET))
    return Content("\n").join([*lines, Content(""), *(Content.styled(w, _QUIET) for w in words)])
