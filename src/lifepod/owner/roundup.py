"""Gathers the parts of a glance that are not in the picture, each by itself: what changed since, what waits in the pod.

It refuses to wait for one part with the others, to let one that fails take the others along, and to write anything:
the inbox is counted and not looked through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from lifepod.access.grants import held
from lifepod.errors import LifepodError
from lifepod.owner import glance as g
from lifepod.owner.desk import Desk
from lifepod.owner.differences import Difference, compare, explained, kept_before
from lifepod.owner.papers import Papers, Request
from lifepod.owner.pictured import Audit, Tell
from lifepod.owner.tracks import Contracts, Log, held_contracts, log_of

T = TypeVar("T")


async def gather(desk: Desk, audit: Audit, known: g.Glance, tell: Tell, *, here: bool = True) -> None:
    """Every other part of a glance at this audit, told as it comes; ``known``: what to go on showing until then.

    Without ``here`` only the pod is asked: what changed up to this audit was worked out before.
    """
    found = _Round(desk, audit, known, tell)
    await (found.run() if here else found.ask_again())


class _Round:
    """One pass over all parts."""

    def __init__(self, desk: Desk, audit: Audit, known: g.Glance, tell: Tell) -> None:
        self._desk, self._audit, self._glance, self._tell = desk, audit, replace(known, lost=None), tell
        self._log: Log | g.Gap | None = None
        self._difference: Difference | None = None
        self._requests: tuple[Request, ...] | None = None
        self._cases: tuple[g.Case, ...] | None = None
        self._amiss: tuple[g.Gap, ...] = ()
        self._folders: Contracts | None = None
        """What vendors read of their own agreements and counter-offers, which no change on record gave."""

    async def run(self) -> None:
        """Both halves at once: neither waits for the other."""
        await _each(self._here(), self._there())

    async def ask_again(self) -> None:
        """The half that is in the pod."""
        since = self._glance.since
        self._difference = since.compared.found if since is not None and since.compared is not None else None
        await self._there()

    def _found(self, found: g.Glance) -> None:
        self._glance = found
        self._tell(found)

    # On this machine

    async def _here(self) -> None:
        """In threads."""
        before = await asyncio.to_thread(kept_before, self._audit)
        if before is None:
            self._found(replace(self._glance, since=g.Since()))
        else:
            self._difference = await asyncio.to_thread(compare, before, self._audit)
            self._compared()

    def _compared(self) -> None:
        """What differs, with the changes on record that account for it as soon as those were read."""
        if self._difference is not None:
            log = self._log if isinstance(self._log, Log) else None
            folders = [(grant.agent, grant.place) for grant in self._folders.grants] if self._folders else []
            found = explained(self._difference, log.changes if log else (), self._audit.survey.seconds, folders)
            whole = log is not None and not log.unread and self._folders is not None and not self._folders.amiss
            self._found(replace(self._glance, since=g.Since(found.found.since, found, is_explained=whole)))

    # In the pod

    async def _there(self) -> None:
        papers = await _or_gap(self._desk.papers())
        if isinstance(papers, g.Gap):
            self._found(self._lost(papers))
            return
        await _each(self._ask(papers), self._agreed(papers), self._logged(papers), self._told(papers))

    def _lost(self, gap: g.Gap) -> g.Glance:
        """Nothing in the pod could be looked at; what was known of it before is not said again as if it held."""
        parts = replace(self._glance, asking=None, letters=None, ending=None, late=None, untold=None)
        return replace(parts.given_up(gap), lost=None)

    async def _ask(self, papers: Papers) -> None:
        found, letters = await asyncio.gather(_or_gap(papers.requests()), _or_gap(papers.letters()))
        gaps = tuple(dict.fromkeys(one for one in (found, letters) if isinstance(one, g.Gap)))
        self._requests = () if isinstance(found, g.Gap) else found
        part = g.Part(g.asking_in(self._requests), gaps)
        self._found(replace(self._glance, asking=part, letters=letters if isinstance(letters, int) else None))
        self._know_vendors()

    async def _agreed(self, papers: Papers) -> None:
        found = await _or_gap(papers.agreements())
        if isinstance(found, g.Gap):
            self._cases, self._amiss = (), (found,)
            self._found(replace(self._glance, late=g.Part((), (found,))))
        else:
            self._cases = found[0]
            many = len(found[1])
            said = f"{many} agreement{'s' * (many > 1)} could not be read"
            self._amiss = (g.Gap(said, "The screen Agreed tells why."),) if many else ()
        self._ends(papers.now)
        self._know_vendors()
        if not isinstance(found, g.Gap):
            await self._owed(papers)

    async def _owed(self, papers: Papers) -> None:
        """Asks the bank's records where payments were promised, so it comes late."""
        ledger = await _or_gap(papers.ledger(self._cases or ()))
        if isinstance(ledger, g.Gap):
            part: g.Part[g.Late] = g.Part((), (*self._amiss, ledger))
        else:
            unread = tuple(g.Gap(f"{path} could not be read: {why}") for path, why in ledger.unread[:1])
            part = g.Part(g.late_in(ledger), (*self._amiss, *unread))
        self._found(replace(self._glance, late=part))

    async def _logged(self, papers: Papers) -> None:
        pod = await self._desk.pod()
        held = await _or_gap(held_contracts(pod, papers.now))
        self._folders = None if isinstance(held, g.Gap) else held
        self._log = await _or_gap(log_of(pod))
        self._ends(papers.now)
        self._compared()

    def _ends(self, now: str) -> None:
        """Ends are on record in two places: they are told when both were looked at."""
        if self._log is None or self._cases is None:
            return
        log, gaps = (Log(), (self._log,)) if isinstance(self._log, g.Gap) else (self._log, ())
        if many := len(log.unread):
            said = f"{many} record{'s' * (many > 1)} of the change log could not be read"
            gaps = (g.Gap(said, "The screen Changes tells why."),)
        found = g.ending_in(self._cases, held(log.changes), now)
        part = g.Part(found, tuple(dict.fromkeys((*self._amiss, *gaps))))
        self._found(replace(self._glance, ending=part))

    def _know_vendors(self) -> None:
        if self._requests is not None and self._cases is not None:
            self._found(replace(self._glance, vendors=g.vendors_in(self._requests, self._cases)))

    async def _told(self, papers: Papers) -> None:
        found = await _or_gap(papers.untold())
        part: g.Part[g.Notice] = g.Part((), (found,)) if isinstance(found, g.Gap) else g.Part(found)
        self._found(replace(self._glance, untold=part))


async def _each(*works: Awaitable[None]) -> None:
    """All of them to their end: one that has a fault does not take the others along; then the fault is raised."""
    for found in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(found, BaseException):
            raise found


async def _or_gap(work: Awaitable[T]) -> T | g.Gap:
    """What comes of it, or why nothing does."""
    try:
        return await work
    except LifepodError as error:
        return g.Gap.of(error)
