"""A counter-offer: what is to be less, then what would be signed, then a yes or no.

It refuses to sign what was not shown, and to offer more than was asked for or than the other version offers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, ItemGrid
from textual.content import Content
from textual.widgets import Checkbox, Input, Static

from lifepod.owner.statements import clauses_as_value
from lifepod.owner.wishing import REPLY_DAYS, narrower
from lifepod.plain import plain
from lifepod.tui.picture import Trouble
from lifepod.tui.screens.decide import ApproveScreen as ApproveScreen  # the other two answers
from lifepod.tui.screens.decide import DecideScreen, Step, Tick, done_words
from lifepod.tui.screens.decide import DeclineScreen as DeclineScreen
from lifepod.tui.views import TITLE, changed_words, clause_words, line, moment

if TYPE_CHECKING:
    from lifepod.owner.deciding import Narrower
    from lifepod.owner.statements import Offered, Request
    from lifepod.tui.screens.decide import Desk

_FIELDS = (
    ("until", "Until", "an earlier end: 2027-02-22"),
    ("places", "Only at", "fewer places, with commas between them"),
    ("purpose", "Only for", "a narrower purpose"),
    ("reply", "Answer by", f"a day; in {REPLY_DAYS} days if empty"),
    ("word", "A word to them", "may stay empty"),
)
"""Name, label and hint of each field."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in."""

    until: str
    places: str
    purpose: str
    reply: str
    word: str
    under: str = ""
    """Another version of the person's terms; empty for the same."""


class CounterScreen(DecideScreen):
    """Offers less than was asked, once."""

    VERB, ASKS = "counter", "Sign this counter-offer? Nothing is signed yet"
    LAST = "Signing the counter-offer. Access does not change."

    def __init__(self, desk: Desk, request: Request) -> None:
        super().__init__(desk, request)
        self._filled: Filled | None = None
        self._offers: tuple[Offered, ...] = ()
        self._wish: Narrower | None = None
        self._versions: list[str] = []
        """Names of the other versions that are offered."""

    def fields(self) -> ComposeResult:
        """What is to be less."""
        for name, label, hint in _FIELDS:
            with Horizontal(classes="field"):
                yield Static(label, classes="label")
                yield Input(placeholder=hint, id=name, compact=True, max_length=2000)
        yield ItemGrid(id="versions", min_column_width=40)

    def asks_more(self, buttons: Sequence[str]) -> bool:
        """Before anything is drawn up."""
        return "next" in buttons

    def begin(self) -> None:
        """The form first."""
        self._filled = None
        super().begin()

    async def prepare(self) -> Content:
        """Which versions are offered; with the form filled in what would be signed."""
        papers, request = await self.afresh()
        filled, storage = self._filled, self.desk.profile.storage
        self.must_wait(request)
        if filled is None:
            self._offers = await papers.offers()
            lines = [Content("Say what is to be less, or choose another version of your terms. It is said once.")]
            lines += [Content.styled("\nWhat they ask for", TITLE)]
            return self.whole([*lines, *clause_words(clauses_as_value(request.case.policy), storage)])
        words = [word.strip() for word in filled.places.split(",")]
        places = tuple([await self.desk.place(word) for word in words if word])
        times = (filled.until, filled.reply)
        self._wish = narrower(papers.now, times, places=places, purpose=filled.purpose, description=filled.word)
        another = await papers.another(filled.under) if filled.under else None
        draft = papers.draft_counter(request, self._wish, another)
        asked, offered = clauses_as_value(request.case.policy), clauses_as_value(draft)
        lines = [line("Under", plain(filled.under or "the same terms", 80))]
        lines += [
            line("Answer", f"by {moment(self._wish.reply_by)}"),
            line("Your word", plain(filled.word, 2000) or "none"),
        ]
        lines += [Content.styled("\nWhat changes", TITLE), *changed_words(asked, offered, storage)]
        lines += [Content.styled("\nWhat you would sign", TITLE), *clause_words(offered, storage)]
        return self.whole(lines)

    async def ready(self, body: Content) -> None:
        """The form, or what would be signed."""
        if self._filled is not None:
            self.paint(self.ASKS, body, buttons="back no yes")
            return
        self.paint("Counter: offer less", body, buttons="no next")
        grid = self.query_one("#versions", ItemGrid)
        if not grid.children:
            mine = self.request.offered.listed.name if self.request.offered else ""
            named = [one.listed.name for one in self._offers if one.listed.state == "open" and one.policy is not None]
            self._versions = [name for name in named if name != mine]
            ticks = [Tick(f"under {plain(name, 60)}", id=f"under-{n}") for n, name in enumerate(self._versions)]
            await grid.mount_all(ticks)

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """One version at most."""
        event.stop()
        for box in self.query(Checkbox):
            if event.value and box is not event.checkbox:
                box.value = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter shows what would be signed."""
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """Draw it up."""
        until, places, purpose, reply, word = (self.query_one(f"#{f[0]}", Input).value.strip() for f in _FIELDS)
        ticked = [int((box.id or "").rpartition("-")[2]) for box in self.query(Checkbox) if box.value]
        self._filled = Filled(until, places, purpose, reply, word, self._versions[ticked[0]] if ticked else "")
        self.paint("Working it out", Content("Drawing it up. Nothing is signed."), buttons="no")
        self.prepare_again()

    def unready(self, trouble: Trouble) -> None:
        """What cannot be drawn up leads back to the form."""
        if self._filled is None:
            super().unready(trouble)
            return
        self._filled = None
        self.paint("Counter: offer less", Content("Nothing is signed."), buttons="no next")
        self.say_trouble(f"{trouble.sentence} {trouble.advice}")

    async def act(self) -> Content:
        """Sign it and send it."""
        papers, request = await self.afresh()
        self.must_wait(request)
        assert self._filled is not None
        assert self._wish is not None
        another = await papers.another(self._filled.under) if self._filled.under else None
        self.reached(Step.SIGNING)
        return done_words(await papers.counter(request, self._wish, another))
