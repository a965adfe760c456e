"""The head of a screen that shows a picture of the pod, and when that was taken.

It refuses to let a picture pass for the present: its time is always there.
"""

from __future__ import annotations

from lifepod.tui.picture import Clock, Picture
from lifepod.tui.widgets.head import Head as Head  # of which it is one
from lifepod.tui.words import taken


class Banner(Head):
    """Says what a picture is."""

    def __init__(self, mode: str, pod: str, clock: Clock) -> None:
        super().__init__(mode, pod)
        self._clock = clock
        self._picture = Picture()

    def on_mount(self) -> None:
        """The picture grows older while it is looked at."""
        self.set_interval(20, self._say)

    def paint(self, picture: Picture) -> None:
        """Say what this picture is."""
        self._picture = picture
        self._say()

    def _say(self) -> None:
        audit, progress, trouble = self._picture.audit, self._picture.progress, self._picture.trouble
        blind = len(audit.blind) if audit else 0
        spots = f"{blind} blind spot{'s' * (blind > 1)}" if blind else ""
        notice = ""
        if trouble is not None and audit is not None and progress is None:
            notice = f"{trouble.sentence} {trouble.advice} This is the kept picture; u looks again."
        now = self._clock()
        self.say(taken(audit, now) if audit else "no picture yet", progress.words if progress else spots, notice)
