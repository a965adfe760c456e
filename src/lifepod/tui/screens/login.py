"""Logging in through a browser, as a sheet: who, where to go, which pod.

It refuses to see a password, and to choose among several pods by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static

from lifepod.owner.beginnings import Beginnings, Begun
from lifepod.plain import plain
from lifepod.tui.screens.beginning import DOING, BeginScreen
from lifepod.tui.widgets.tick import Tick

_QUIET = "$foreground 70%"


class LogInScreen(BeginScreen):
    """A login through a browser."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "copy", "Copy", show=False)]
    NAMED = "Log in to the pod I have"
    SAYS = (
        "• A browser opens at your pod's login server; log in there and say yes.",
        "• The login rests in the system keyring; logging out forgets it.",
    )
    LABEL, EXAMPLE = "Your WebID", "https://… : your WebID, or the login server of your pod"
    MISSING = "Name your WebID, or the login server of your pod."

    @dataclass
    class Asked(Message):
        """The login server's page stands at this address."""

        address: str
        opened: bool

    @dataclass
    class Several(Message):
        """The login has several pods."""

        said: str
        choices: tuple[str, ...]

    def __init__(self, beginnings: Beginnings) -> None:
        super().__init__(beginnings)
        self._address = ""
        self._answer: asyncio.Future[str] | None = None
        self._choices: tuple[str, ...] = ()

    def fields(self) -> ComposeResult:
        """Who, and where the browser is."""
        yield from super().fields()
        yield Tick("the browser is on another device: I bring its answer by hand", id="away")

    def extras(self) -> ComposeResult:
        """The address, its answer, the choice of a pod."""
        with VerticalScroll(id="address-box"):
            yield Static("", id="address", markup=False)
        yield Input(placeholder="paste here the address the browser ended at", id="pasted", compact=True)
        yield OptionList(id="pods", markup=False)

    def turn(self, state: str) -> None:
        """What belongs to one state goes with it."""
        for name in ("#address-box", "#pasted", "#pods"):
            self.query_one(name).display = False
        super().turn(state)

    async def do(self, said: str) -> Begun:
        """Ask the login server, wait for the person, keep the login."""
        from lifepod.owner import logins, signing

        warnings = list[str]()
        store = await asyncio.to_thread(logins.store, warnings.append)
        away = self.query_one("#away", Tick).value
        self.say("asking for the login server")
        talk = signing.Talk(self._show, self._wait if away else None)
        profile = await signing.through_browser(signing.Wanted(said), signing.Ways(talk, self._choose), store)
        if not profile.storage:
            warnings.append(f"{profile.webid} names no pod. Name it: lifepod login … --pod URL")
        return Begun(profile.name, warnings=tuple(warnings))

    def _show(self, address: str, door: str) -> None:
        self._address = address
        self._open(address, "" if self.query_one("#away", Tick).value else door)

    @work(group="open", exit_on_error=False)
    async def _open(self, address: str, door: str) -> None:
        opened = bool(door) and await asyncio.to_thread(self.beginnings.browse, door)
        self.post_message(self.Asked(address, opened))

    def on_log_in_screen_asked(self, event: Asked) -> None:
        """Show where to go."""
        event.stop()
        if self.state != DOING:
            return
        self.say("waiting for your yes in the browser" if event.opened else "waiting for you to open this address:")
        self.query_one("#address-box").display = True
        self.query_one("#address", Static).update(
            Content.assemble((plain(event.address, 20_000), ""), ("\nc copies it", _QUIET))
        )
        pasted = self.query_one("#pasted", Input)
        pasted.display = self.query_one("#away", Tick).value
        (pasted if pasted.display else self.query_one("#leave")).focus()

    def _wait(self) -> Awaitable[str]:
        self._answer = asyncio.get_running_loop().create_future()
        return self._answer

    def _choose(self, said: str, choices: tuple[str, ...]) -> Awaitable[str]:
        self.post_message(self.Several(said, choices))
        return self._wait()

    def on_log_in_screen_several(self, event: Several) -> None:
        """Ask which."""
        event.stop()
        self._choices = event.choices
        self.say(f"{event.said} Choose one; Enter takes it.")
        pods = self.query_one("#pods", OptionList)
        pods.clear_options()
        pods.add_options([Content(plain(one, 400)) for one in event.choices])
        pods.display, pods.highlighted = True, 0
        pods.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """That one."""
        event.stop()
        self._give(self._choices[event.option_index])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The answer that was brought by hand; or go on."""
        if event.input.id == "pasted":
            event.stop()
            self._give(event.value.strip())
        else:
            super().on_input_submitted(event)

    def _give(self, said: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(said)

    def action_copy(self) -> None:
        """The address, to the clipboard of whoever sits there."""
        if self.state == DOING and self._address:
            self.app.copy_to_clipboard(self._address)
            self.notify("The address is copied, where the terminal allows it.", markup=False)
