"""Who asks for what, whether they proved it, what they would see, and what a yes would change.

It refuses to decide: a yes, a no and a counter-offer have sheets of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from lifepod.errors import LifepodError
from lifepod.tui import views
from lifepod.tui.preview import failure_words
from lifepod.tui.screens.papers import Clock, PapersScreen, Row, Trouble
from lifepod.tui.sheets import answer_sheet, clear_sheet, text_sheet

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk
    from lifepod.owner.statements import Inbox, Request, View

SETTLE = 2.0
"""Seconds after a word from the inbox in which more of the same is expected."""
INBOX = "inbox/"


class RequestsScreen(PapersScreen):
    """Requests on the left, one of them whole on the right."""

    MODE, TWIN, FILTER = "requests", "inbox", "part of a name, a purpose or a place"
    FOLLOWS = False  # looking through the inbox takes in what lies there: it waits until somebody asks
    LOOKING, EMPTY = "looking through the inbox …", "Nobody waits for an answer, and nothing was decided yet."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("c", "counter", "Counter"),
        Binding("d", "decline", "Decline"),
        Binding("o", "apart", "Apart", show=False),
        Binding("x", "clear", "Clear", show=False),
    ]

    @dataclass
    class Came(Message):
        """The inbox was looked through."""

        inbox: Inbox

    @dataclass
    class Viewed(Message):
        """All that is to be known of one request, or why it could not be found out."""

        request: Request
        view: View | None
        trouble: Trouble | None = None

    @dataclass
    class Stirred(Message):
        """Something came into the inbox or went."""

        def can_replace(self, message: Message) -> bool:
            """Once is enough."""
            return isinstance(message, RequestsScreen.Stirred)

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._requests: dict[str, Request] = {}
        self._views: dict[str, RequestsScreen.Viewed] = {}
        self._apart: tuple[views.Apart, ...] = ()
        self._inbox: Inbox | None = None
        self._listens = self._missed = False

    def deeds(self) -> ComposeResult:
        """The three answers, for the mouse."""
        yield Button("Approve", id="approve", compact=True)
        yield Button("Counter", id="counter", compact=True)
        yield Button("Decline", id="decline", compact=True)

    # Taking in

    async def gather(self) -> Message:
        """Take in what came, and list it."""
        papers = await self.desk.papers()
        return self.Came(await papers.inbox(self.tell))

    def on_requests_screen_came(self, event: Came) -> None:
        """Show what waits and what was kept apart; from the first time on, listen."""
        event.stop()
        found, storage = views.in_order(event.inbox.requests), self.desk.profile.storage
        self._requests, self._views = {one.id: one for one in found}, {}
        self._inbox, self._apart = event.inbox, views.apart_in(event.inbox)
        button = self.query_one("#apart", Button)
        button.display = bool(self._apart)
        button.label = Content(views.apart_in_short(self._apart))
        prompts = [(one.id, views.request_row(one, storage)) for one in found]
        self.came([Row(key, prompt.plain, prompt) for key, prompt in prompts])
        self.post_message(self.Counted(sum(one.is_waiting for one in found)))
        if not self._listens:
            self._listens = True
            self._listen()

    @work(exclusive=True, group="listen", exit_on_error=False)
    async def _listen(self) -> None:
        with suppress(LifepodError):
            async with aclosing(self.desk.stirrings(places=(INBOX,))) as words:
                async for _ in words:
                    await asyncio.sleep(SETTLE)
                    self.post_message(self.Stirred())

    def on_requests_screen_stirred(self, event: Stirred) -> None:
        """Look again by itself, unless a look is under way or somebody is deciding."""
        event.stop()
        self._missed = bool(self._busy) or self.app.screen.is_modal
        if not self._missed:
            self.action_look()

    def on_screen_resume(self) -> None:
        """Look now at what came while somebody was deciding."""
        if self._missed and not self._busy:
            self._missed = False
            self.action_look()

    # One request

    def choose(self, key: str) -> None:
        """What is known at once; the rest is found out in the background."""
        request = self._requests.get(key)
        for button in self.query("#deeds Button").results(Button):
            button.display = request is not None and (request.is_waiting or request.state in ("asked", "countered"))
        if request is None:
            self.whole(Content(""))
        elif key in self._views:
            self._paint(self._views[key])
        else:
            waits = Content.styled("\nLooking at what they would see, and what approving would change …", views.QUIET)
            self.whole(views.joined([*views.request_words(request, self.desk.profile.storage), waits]))
            self._view(request)

    @work(exclusive=True, group="view", exit_on_error=False)
    async def _view(self, request: Request) -> None:
        try:
            papers = await self.desk.papers()
            self.post_message(self.Viewed(request, await papers.view(request)))
        except LifepodError as error:
            self.post_message(self.Viewed(request, None, Trouble.of(error)))

    def on_requests_screen_viewed(self, event: Viewed) -> None:
        """Show it, unless another one is chosen or it was read again by now."""
        event.stop()
        if self._requests.get(event.request.id) is event.request:
            self._views[event.request.id] = event
            if event.request.id == self.chosen:
                self._paint(event)

    def _paint(self, found: Viewed) -> None:
        if found.view is not None:
            self.whole(views.joined(views.view_words(found.view, self.desk.profile.storage)))
        elif found.trouble is not None:
            said = Content.styled("\nUnknown: what they would see, and what approving would change", views.ALERT)
            facts = views.request_words(found.request, self.desk.profile.storage)
            self.whole(views.joined([*facts, said, failure_words(found.trouble)]))

    # Answers

    def _chosen(self) -> Request | None:
        request = self._requests.get(self.chosen)
        if request is None:
            self.notify("Choose a request first.", markup=False)
        return request

    def action_approve(self) -> None:
        """The sheet of a yes."""
        if (request := self._chosen()) is not None:
            self.app.push_screen(answer_sheet(self.desk, request, "approve"), self._approved)

    def action_counter(self) -> None:
        """The sheet of a counter-offer."""
        if (request := self._chosen()) is not None:
            self.app.push_screen(answer_sheet(self.desk, request, "counter"), self._decided)

    def action_decline(self) -> None:
        """The sheet of a no."""
        if (request := self._chosen()) is not None:
            self.app.push_screen(answer_sheet(self.desk, request, "decline"), self._decided)

    def _decided(self, touched: bool | None) -> None:
        if touched:
            self._busy = ""  # a look that began before would show the past
            self.action_look()

    def _approved(self, touched: bool | None) -> None:
        self._decided(touched)
        if touched:
            self.post_message(self.Changed())

    def action_apart(self) -> None:
        """What was kept apart, and why."""
        if self._apart:
            self.app.push_screen(text_sheet("Kept apart", views.joined(views.apart_words(self._apart))))
        else:
            self.notify("Nothing was kept apart.", markup=False)

    def action_clear(self) -> None:
        """What cannot be read, to be deleted for good."""
        if self._inbox is None or not self._inbox.intake.unreadable:
            self.notify("Nothing lies in the inbox that cannot be read.", markup=False)
        else:
            self.app.push_screen(clear_sheet(self.desk, self._inbox), self._decided)

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Approve", "sign it and open what it says (lifepod approve)", self.action_approve)
        yield SystemCommand("Counter", "offer less (lifepod counter)", self.action_counter)
        yield SystemCommand("Decline", "say no, signed (lifepod decline)", self.action_decline)
        yield SystemCommand(
            "Clear", "delete what cannot be read, shown first (lifepod inbox --clear-unreadable)", self.action_clear
        )
        yield SystemCommand("Kept apart", "what was not taken in, and why (lifepod inbox)", self.action_apart)
        yield from super().commands()
