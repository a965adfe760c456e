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

from lifepod.tui.topics import APART

_Line = tuple[str, str, str]
_POD: tuple[_Line, ...] = (
    ("1 2 3", "Home, Places, Agents", "who, why · sees"),
    ("4 5 6", "Matrix, Requests, Agreed", "matrix · inbox · agreements"),
    ("7  8", "Journal, Changes", "records · changes"),
    ("g", "let somebody in, plan first", "grant AGENT PATH"),
    ("r", "shut somebody out, plan first", "revoke AGENT PATH"),
    ("u  F5", "look at the whole pod again", "survey"),
)
_EVERYWHERE: tuple[_Line, ...] = (
    ("/", "show only what matches", ""),
    ("Esc", "show all again", ""),
    ("Ctrl+P", "every action by name", "--help"),
    ("t  @  ,", "dark or light, logins, settings", "profiles"),
    ("?  F1", "this help; any key closes it", ""),
    ("q", "leave", ""),
)
TOPICS: dict[str, tuple[str, tuple[_Line, ...], tuple[str, ...]]] = {
    "home": (
        "Home: the state of things in one look",
        (
            ("↑ ↓", "another line", ""),
            ("→  ←", "the next part, the part before", ""),
            ("w  a", "who could read; waiting for you", "matrix · inbox"),
            ("c  b", "changed; blind spots, how fresh", "diff · blind"),
            ("s", "your records", "records"),
            ("Enter", "to the screen it is about; or click", ""),
        ),
        (
            "Bars: how much of the pod they could read; ░ is unknown and may be open. A pod keeps no record of reads. "
            "Looking … is not known yet. Unknown could not be looked at: u tries again.",
        ),
    ),
    "places": (
        "Places: who could see this, and why",
        (
            ("↑ ↓", "another place", "who PATH"),
            ("→  ←", "open and close a branch", ""),
            ("Tab", "to the audiences, to the reasons", "why AGENT PATH"),
            ("Enter", "on an audience: all it could see", "sees AGENT"),
            ("v Enter", "what the place holds, to read", "get PATH"),
            ("h", "the history of access to it", "changes"),
            ("p", "make it private, plan first", "private PATH"),
            ("P", "and all below with own rules", "private … --all-below"),
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
            ("h", "the history of what they could use", "changes"),
            ("a", "the agreement with them", "agreements"),
            ("x", "out: revoke everywhere, plan first", "revoke … --everywhere"),
        ),
        (
            "A line stands for all places below it that are alike; the note says how many. Dates are those that the "
            "names of the record files tell. A pod keeps no record of reads: this says what somebody could see, never "
            "what they saw.",
        ),
    ),
    **APART,
    "requests": (
        "Requests: who asks for what, and what a yes would open",
        (
            ("↑ ↓", "another request", "inbox NUMBER"),
            ("Enter", "to the text, to scroll it", ""),
            ("a", "approve: plan first, then signed", "approve NUMBER"),
            ("c", "counter: offer less", "counter NUMBER"),
            ("d", "decline, in words or silently", "decline NUMBER"),
            ("o", "what was kept apart, and why", "inbox"),
            ("x", "delete what cannot be read", "… --clear-unreadable"),
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
            ("l", "the ledger: promised, claimed …", "ledger"),
            ("w", "guard: what would end, then close", "guard"),
            ("u  F5", "read them again", "agreements"),
        ),
        (
            "claimed, attested: the vendor's word. matched, possible: records of your bank that look alike. "
            "overdue: a day that passed without word. lifepod ledger shows all of it.",
        ),
    ),
    "changes": (
        "Changes: what was done to access, and what differs",
        (
            ("↑ ↓", "another change, newest first", "changes"),
            ("Enter", "to its agent and places, and there", "sees · who"),
            ("z", "take it back: plan first", "undo"),
            ("c", "a change cut off: bring to its end", "changes"),
            ("d", "compare two days: who gained what", "diff"),
            ("w", "guard: what would end, then close", "guard"),
            ("u  F5", "read the log again", "changes"),
        ),
        (
            "done: a look confirmed it. unknown: written, and a look found something else. cut off: begun, and not "
            "ended. Outside lifepod: rules that no change on record accounts for; other programs write rules, too.",
        ),
    ),
    "welcome": (
        "The ways to begin",
        (
            ("↑ ↓", "another way", ""),
            ("Enter", "begin that way; it asks first", "home · login · demo"),
            ("1 2 3", "the same, by number", ""),
            ("@", "logins remembered here", "profiles"),
            (",", "settings", ""),
            ("Esc", "back, for who has a login already", ""),
        ),
        ("A pod at home is a real Community Solid Server on this machine, reachable from this machine alone.",),
    ),
    "beginning": (
        "Beginning",
        (
            ("Tab", "to the next field or button", ""),
            ("Enter", "begin", "home · login · demo"),
            ("c", "copy the address of the login", ""),
            ("Esc", "stop it; or leave", ""),
        ),
        ("What was finished when it is stopped stands; beginning again goes on from there.",),
    ),
    "logins": (
        "Logins on this machine",
        (
            ("↑ ↓", "another login", "profiles"),
            ("Enter", "go over to it", "--profile NAME"),
            ("l", "log in to another", "login"),
            ("x", "log out; it asks first", "logout"),
            ("Esc", "close", ""),
        ),
        ("● is the one you are at. Going over closes the lines of the one before and shows the next one's picture.",),
    ),
    "settings": (
        "Settings",
        (
            ("↑ ↓  Tab", "another line", ""),
            ("→  ←", "change it; it holds at once", ""),
            ("t", "dark or light", ""),
            ("Esc", "close", ""),
        ),
        ("All is kept for the next start. Where NO_COLOR is set everything is shown without colours.",),
    ),
    "journal": (
        "Journal: your records, the newest first",
        (
            ("↑ ↓", "another record", "records"),
            ("→  ←", "the day before, the day after", ""),
            ("Enter", "all of it, and where it came from", "records show"),
            ("/", "search in all records", "records --text …"),
            ("f", "only some classes, sources, days", "records --class …"),
            ("v", "over time, and the week by the hour", ""),
            ("e", "correct it, shown first", "records edit"),
            ("d", "delete it: asks first", "records delete"),
            ("z", "take back what was done here last", ""),
            ("i", "bring in an export of your data", "import PATH"),
            ("o", "what could not be read, and why", "records"),
            ("u  F5", "read again; Esc stops reading", "records"),
        ),
        (
            "Times are those of this machine's clock. +1: one more source tells of the same. Edited: your own word, "
            "which no import changes. Unverified: a vendor delivered it. A deleted record stays deleted.",
        ),
    ),
    "record": (
        "One record",
        (
            ("↑ ↓", "another line", "records show"),
            ("Enter", "on →: to the screen it is about", "who · sees"),
            ("w", "its file: who could see it, and why", "who PATH"),
            ("e", "correct it, shown first", "records edit"),
            ("d", "delete it: asks first", "records delete"),
            ("u  F5", "read it again", ""),
            ("Esc", "close", ""),
        ),
        (
            "Who could see it is told by the last picture of the pod. A pod keeps no record of reads, so nothing "
            "here says who did.",
        ),
    ),
    "sieve": (
        "Which records are shown",
        (
            ("Tab", "to the next field", ""),
            ("Space", "tick or untick", "records --class --source"),
            ("Enter", "in a field: show what fits", "records --since --until …"),
            ("Esc", "leave it as it was", ""),
        ),
        ("Everything that is said must fit. Where nothing is ticked every class and every source is shown.",),
    ),
    "import": (
        "Import: files first, the dry run next, then written",
        (
            ("Space", "choose a file or a folder, or not", "import PATH…"),
            ("Enter  →", "open a folder; ← to the one above", ""),
            (".", "show hidden files", ""),
            ("Tab", "path: complete; else the next part", ""),
            ("c", "go on: recognise, then dry run", "… --dry-run"),
            ("a", "answer what an importer asks", "… --answer NAME=VALUE"),
            ("s", "what can be imported, and how", "sources"),
            ("y", "yes, write it", ""),
            ("n", "no, leave it", ""),
            ("Esc", "the step before; stop what runs", ""),
        ),
        (
            "Files are read on this machine; nothing of them leaves it before the yes. What is in the journal is not "
            "written again. An import that was stopped goes on when it is run again.",
        ),
    ),
    "compare": (
        "Two looks side by side",
        (
            ("↑ ↓", "another time, or another line", "diff --since DAY"),
            ("Tab", "to the other time, to the lines", ""),
            ("Enter", "on a line: show it on its screen", "who PATH"),
            ("Esc", "close", ""),
        ),
        (
            "Only surveys that are kept on this machine can be compared; between two of them nobody looked. What "
            "opened and closed again in between is in the change log alone.",
        ),
    ),
    "ledger": (
        "The ledger of a vendor",
        (
            ("↑ ↓", "another line", "ledger VENDOR"),
            ("Enter", "on a match: the record of the bank", "records"),
            ("b", "overdue: sign a note of a breach", "… --breach CLAUSE"),
            ("w", "guard: what would end, then close", "guard"),
            ("u  F5", "read it again", ""),
            ("Esc", "close", ""),
        ),
        (
            "promised: their word. claimed, attested: their signed word that it was done. matched, possible: a record "
            "of your bank that looks alike. overdue: a day that passed without word. Nothing says that money moved.",
        ),
    ),
    "deed": (
        "A deed, before it is done",
        (
            ("y", "yes: do it", ""),
            ("n  Esc", "no: leave it as it is", ""),
            ("↑ ↓", "scroll (Tab goes to the text)", ""),
        ),
        ("Where it is cut off the sheet says what may be done already.",),
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
    "holds": (
        "What a place holds",
        (
            ("1 2 3", "table, Turtle, as it lies there", "get PATH"),
            ("v  Tab", "the next view", ""),
            ("↑ ↓ ← →", "scroll", ""),
            ("u  F5", "read it again", ""),
            ("Esc", "close", ""),
        ),
        (
            "Of a long document the first 2 MiB are shown, and that is said. What is binary is described: lifepod get "
            "PATH FILE keeps it as a file.",
        ),
    ),
    "history": (
        "History of access",
        (
            ("↑ ↓", "scroll", "changes"),
            ("u  F5", "read it again", ""),
            ("Esc", "close", ""),
        ),
        (
            "The change log holds what was done with lifepod, by which agreement, and how it ended. Kept surveys say "
            "what a look found at its time; between two of them nobody looked.",
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
        ("“Also places below” is --all-below, “without checking” --unchecked. Until: the guard closes it then.",),
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
_OF_PAPERS = ("requests", "agreements", "changes", "journal")
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
    common = (
        _POD + _EVERYWHERE
        if topic in ("home", "places", "agents", "matrix")
        else _EVERYWHERE
        if topic in _OF_PAPERS
        else ()
    )
    for key, does, twin in own + common:
        command = twin if not twin or twin.startswith("…") else f"lifepod {twin}"
        lines.append(Content.assemble((key.ljust(_KEYS), "bold $text-accent"), does.ljust(_DOES) if wide else does))
        if wide:
            lines[-1] += Content.styled(command, _QUIET)
        elif twin:
            lines.append(Content.styled(f"{'':{_KEYS}}{command}", _QUIET))
    return Content("\n").join([*lines, Content(""), *(Content.styled(w, _QUIET) for w in words)])
