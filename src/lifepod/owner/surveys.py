"""Surveys as the questions they answer, taken now; each of the whole pod is kept on this machine.

It refuses to pass a memory off as a look: every audit carries the time its survey was taken. Without a self-test that
proved the server's habits (:mod:`lifepod.owner.selftest`), every survey is a full one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from lifepod.access.audit import Audit
from lifepod.errors import LifepodError, NotSignedIn, Unreachable
from lifepod.owner import kept
from lifepod.owner.findings import Findings, mark_of
from lifepod.owner.kept import Proof as Proof
from lifepod.owner.kept import Survey
from lifepod.owner.look import Look, Way, look
from lifepod.owner.look import Tell as Tell
from lifepod.owner.look import quiet as quiet
from lifepod.owner.selftest import self_test as self_test  # what proves that a survey may be confirmed cheaply
from lifepod.solid.pod import Pod

Show = Callable[[Audit], None]
"""Gets what is known so far, about once a second; what was not looked at yet is blind in it."""


async def take(pod: Pod, tell: Tell = quiet, *, show: Show | None = None, full: bool = False) -> Audit:
    """Look at the whole pod now, and keep what was found.

    A look that was cut off less than a quarter of an hour ago is taken up where it ended. An earlier survey is only
    confirmed where a self-test allows that, unless a ``full`` one is wanted.
    """
    now = datetime.now(UTC)
    earlier, said = (None, "") if full else _to_confirm(pod, now)
    mark = mark_of(pod.storage, pod.webid, earlier.surveyed_at if earlier else "")
    findings = Findings.opened(kept.folder_of(pod.storage, pod.webid) / "unfinished", mark, now)
    done = False
    try:
        heard = _Growing(tell, show)
        heard.look = Look(pod, pod.storage, Way(tell=heard, findings=findings, earlier=earlier, said=said))
        survey = (await heard.look.run()).survey
        await _must_be_there(pod, survey)
        kept.keep(survey)
        done = True
    finally:
        findings.close(done=done)
    return Audit(survey)


async def _must_be_there(pod: Pod, survey: Survey) -> None:
    """Raise :class:`~lifepod.errors.Unreachable` where the line is dead by now: then it is no pod of blind spots.

    What was found until then stays, for the next look to take up.
    """
    if Audit(survey).blind:
        try:
            await pod.head(pod.storage)
        except (Unreachable, NotSignedIn):
            raise
        except LifepodError:
            return  # it answers


def _to_confirm(pod: Pod, now: datetime) -> tuple[Survey | None, str]:
    """The last survey, if a self-test of the last day allows to confirm it, and what the server called itself then."""
    proof = kept.kept_proof(pod.storage, pod.webid, now)
    if proof is None or not proof.proved:
        return None, ""
    earlier = kept.newest(pod.storage, pod.webid)
    if earlier is None or earlier.root != earlier.storage or earlier.server.dialect != proof.dialect:
        return None, ""
    return earlier, proof.said


class _Growing:
    """Passes the counts on, and once a second what is known so far."""

    def __init__(self, tell: Tell, show: Show | None) -> None:
        self._tell, self._show = tell, show
        self._shown = time.monotonic()
        self.look: Look | None = None

    def __call__(self, done: int, known: int) -> None:
        self._tell(done, known)
        now = time.monotonic()
        if self._show is not None and self.look is not None and now - self._shown >= 1.0:
            self._shown = now
            self._show(Audit(self.look.so_far()))


async def at(pod: Pod, path: str, *, below: bool = True, tell: Tell = quiet) -> Audit:
    """Look at one place now, with all under it if wanted; not kept."""
    return Audit((await look(pod, pod.url(path), below=below, tell=tell)).survey)
