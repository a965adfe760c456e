"""A record corrected, deleted, or made again what it was: shown first, done after a yes, told how it ended.

It refuses to take Enter for a yes, to write over what somebody changed since, and to call it undone where it may stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from lifepod.errors import Conflict, Undecided
from lifepod.owner import correcting
from lifepod.plain import plain
from lifepod.tui import telling
from lifepod.tui.deeds import Step
from lifepod.tui.screens.sign import SignScreen

if TYPE_CHECKING:
    from lifepod.owner.correcting import Draft, Field
    from lifepod.owner.correcting import Mend as Mend  # what it leaves
    from lifepod.tui.picture import Trouble
    from lifepod.tui.telling import Desk

_QUIET, _ALERT = "$foreground 70%", "$text-warning"
_OPEN = "What was read of it before stays with whoever read it."


_CHANGED = "The record was changed. z in the journal takes it back until lifepod is closed."
_DELETED = "The record was deleted. No import brings it back; z in the journal takes it back for now."


class Correcting(SignScreen):
    """A deed about one record."""

    TOPIC = "deed"
    READS, CANNOT = "Reading it afresh. Nothing is written.", "It cannot be done now: nothing was written"
    mend: Mend | None = None
    """What was done, once it was."""

    def __init__(self, desk: Desk, address: str, also: Sequence[str] = ()) -> None:
        super().__init__(desk)
        self._address, self._also = address, tuple(also)
        self._draft: Draft | None = None

    @property
    def short(self) -> str:
        """The address below the pod."""
        return plain(self._address.removeprefix(self.desk.profile.storage), 8000)

    def whole(self, draft: Draft) -> list[Content]:
        """Every value of it."""
        lines = list[Content]()
        for one in correcting.form(draft):
            lines.append(Content.assemble((f"{telling.field_label(one):20} ", _QUIET), plain(one.value, 600)))
        return lines


class CorrectScreen(Correcting):
    """A form of its values, what changes, and a yes."""

    VERB, ASKS, DOES = "edit", "Write this? Nothing is written yet", "Yes, write it"
    LAST = "Writing it, with the version that was read."

    def __init__(self, desk: Desk, address: str, also: Sequence[str] = ()) -> None:
        super().__init__(desk, address, also)
        self._fields: tuple[Field, ...] = ()
        self._said: dict[Field, str] | None = None
        self._text = b""

    def fields(self) -> ComposeResult:
        """A box for each value; they are known once it was read."""
        yield VerticalScroll(id="form", can_focus=False)

    def asks_more(self, buttons: Sequence[str]) -> bool:
        """Before what changes is shown."""
        return "next" in buttons

    def begin(self) -> None:
        """The form first; what was filled in stays."""
        self._said = None
        super().begin()

    async def prepare(self) -> Content:
        """The record as it stands; with the form filled in what changes."""
        if self._said is None:
            pod = await self.desk.pod()
            draft = await correcting.draft(pod, self._address)
            if self._draft is not None and draft.text != self._draft.text:
                raise Conflict("Somebody changed this record meanwhile.", advice="Leave, and look at it again.")
            self._draft, self._fields = draft, correcting.form(draft)
            return Content("Change what is wrong; an emptied line is taken away. Enter shows what would be written.")
        assert self._draft is not None
        if not self._said:
            raise Undecided("Nothing is changed.", advice="Change a value first.")
        self._text = correcting.filled(self._draft, self._said)
        correcting.must_fit(self._draft, self._text)
        lines = [Content(one) for one in telling.changed_lines(self._said)]
        lines += [Content(""), Content("It is marked as your own word then: no import changes it again.")]
        return Content("\n").join([*lines, Content.styled(f"\nThe same as: lifepod records edit {self.short}", _QUIET)])

    async def ready(self, body: Content) -> None:
        """The form, or what would be written."""
        if self._said is not None:
            self.paint(self.ASKS, body, buttons="back no yes")
            return
        box = self.query_one("#form")
        if not box.children:
            for number, one in enumerate(self._fields):
                line = Static(Content(telling.field_label(one)), classes="label")
                field = Input(one.value, id=f"field-{number}", compact=True, max_length=20_000)
                await box.mount(Horizontal(line, field, classes="field"))
        self.paint("Correct this record", body, buttons="no next")
        self._to_form()

    def _to_form(self) -> None:
        self.query_one("#next", Button).label = "Show the change"
        for one in self.query("#form Input").results(Input):
            one.focus()
            break

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter shows what would be written."""
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """From the form to what changes."""
        boxes = [self.query_one(f"#field-{number}", Input).value for number in range(len(self._fields))]
        pairs = zip(self._fields, boxes, strict=True)
        self._said = {one: value for one, value in pairs if value != one.value}
        self.paint("Working it out", Content("Nothing is written."), buttons="no")
        self.prepare_again()

    def unready(self, trouble: Trouble) -> None:
        """What cannot be written leads back to the form."""
        if self._said is None:
            super().unready(trouble)
            return
        self._said = None
        self.paint("Correct this record", Content("Nothing is written."), buttons="no next")
        self.say_trouble(f"{trouble.sentence} {trouble.advice}")
        self._to_form()

    async def arrived(self) -> Content | None:
        """The correction, if it is what stands there now."""
        if self._draft is not None:
            self.mend = await correcting.corrected(await self.desk.pod(), self._draft, self._text)
        return Content(f"It had arrived. {_CHANGED}") if self.mend is not None else None

    async def act(self) -> Content:
        """Write it."""
        assert self._draft is not None
        pod = await self.desk.pod()
        self.reached(Step.SIGNING)
        try:
            self.mend = await correcting.correct(pod, self._draft, self._text)
        except Conflict:
            self.reached(Step.READING)
            raise
        return Content(_CHANGED)


class RemoveScreen(Correcting):
    """Deletes a record for good; asks first."""

    VERB, ASKS, DOES = "delete", "Delete this record? Nothing is deleted yet", "Yes, delete it"
    LAST = "Putting the deletion on record, then taking the record out."

    async def prepare(self) -> Content:
        """What would be deleted, and what stays."""
        draft = self._draft = await correcting.draft(await self.desk.pod(), self._address)
        lines = [*self.whole(draft), Content("")]
        lines.append(Content("It stays deleted: no later import brings it back."))
        if self._also:
            said = f"{plain(', '.join(self._also), 200)} tells of the same; what it tells stays, and is shown then."
            lines.append(Content.styled(said, _ALERT))
        lines.append(Content(_OPEN))
        lines.append(Content("z in the journal takes it back until lifepod is closed."))
        lines.append(Content.styled(f"\nThe same as: lifepod records delete {self.short}", _QUIET))
        return Content("\n").join(lines)

    async def arrived(self) -> Content | None:
        """The deletion, if the record is gone by now."""
        if self._draft is not None:
            self.mend = await correcting.removed(await self.desk.pod(), self._draft)
        return Content(f"It had arrived. {_DELETED}") if self.mend is not None else None

    async def act(self) -> Content:
        """Delete it."""
        assert self._draft is not None
        pod = await self.desk.pod()
        await correcting.must_stand(pod, self._draft)
        self.reached(Step.SIGNING)
        self.mend = await correcting.remove(pod, self._draft)
        return Content(_DELETED)


class RestoreScreen(Correcting):
    """Makes a record again what it was before it was corrected or deleted here."""

    VERB, ASKS, DOES = "restore", "Take this back? Nothing is written yet", "Yes, take it back"
    LAST = "Writing the record as it was."
    is_done = False

    def __init__(self, desk: Desk, mend: Mend) -> None:
        super().__init__(desk, mend.address)
        self._mend = mend

    async def prepare(self) -> Content:
        """What would come back."""
        was = "It was deleted, and would be" if self._mend.was_deleted else "It was corrected, and would be again"
        lines = [Content(f"{was} as follows."), Content(""), *self.whole(self._mend.draft)]
        if self._mend.was_deleted:
            lines.append(Content("\nIt is taken off the list of what no import brings back."))
        return Content("\n").join(lines)

    async def act(self) -> Content:
        """Take it back."""
        pod = await self.desk.pod()
        await correcting.must_be_left(pod, self._mend)
        self.reached(Step.SIGNING)
        await correcting.take_back(pod, self._mend)
        self.is_done = True
        return Content("The record is as it was.")
