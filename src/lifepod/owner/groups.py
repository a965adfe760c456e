"""Members of the groups that rules name, each group document asked for once.

It refuses to read a group as anyone but nobody for what it decides: that is how servers read them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from lifepod.access.dialects import members_of
from lifepod.access.rules import BlindSpot, Kind
from lifepod.access.survey import Control, Survey
from lifepod.errors import LifepodError
from lifepod.limits import Limits
from lifepod.solid.pod import Document, Pod, document_of
from lifepod.solid.wire import settled_tag


@dataclass(slots=True)
class Groups:
    """What was found of them."""

    members: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    """By group IRI; ``None`` where the document could not be read."""
    versions: dict[str, str] = field(default_factory=dict)
    """Settled version of each group document, by its URL."""
    owned: dict[str, Document] = field(default_factory=dict)
    """Documents of groups that the owner keeps, as the owner reads them: with their version, so they can be edited."""
    blind: list[BlindSpot] = field(default_factory=list)


async def gather_groups(pod: Pod, controls: Iterable[Control], earlier: Survey | None, limits: Limits) -> Groups:
    """Read every group that a rule names; what ``earlier`` knows is only asked whether it changed."""
    named = {w.iri for c in controls for r in c.rules for w in r.audience if w.kind is Kind.GROUP}
    by_document: dict[str, list[str]] = {}
    for group in sorted(named):
        by_document.setdefault(group.split("#")[0], []).append(group)
    found = Groups()
    desk = _Reader(pod, found, earlier, limits)
    await asyncio.gather(*(desk.read(url, groups) for url, groups in by_document.items()))
    return found


class _Reader:
    def __init__(self, pod: Pod, found: Groups, earlier: Survey | None, limits: Limits) -> None:
        self._pod, self._found, self._limits = pod, found, limits
        self._known = {g: m for g, m in (earlier.groups if earlier else ()) if m is not None}
        self._versions = dict(earlier.group_versions) if earlier else {}

    async def read(self, url: str, groups: list[str]) -> None:
        tag = self._versions.get(url, "") if all(g in self._known for g in groups) else ""
        began = time.monotonic()
        try:
            more = {"If-None-Match": tag} if tag else {}
            reply = await self._pod.nobody.send("GET", url, {"Accept": "text/turtle", **more})
            if reply.status == 304 and tag:
                self._found.members.update((g, self._known[g]) for g in groups)
                self._found.versions[url] = tag
            elif reply.status == 200:
                document = document_of(reply)
                for group in groups:
                    self._take(group, members_of(document, group))
                if version := settled_tag(reply, time.monotonic() - began):
                    self._found.versions[url] = version
            else:
                self._found.members.update(dict.fromkeys(groups))
        except LifepodError:
            self._found.members.update(dict.fromkeys(groups))
        if url.startswith(self._pod.storage):
            await self._own(url, groups)

    def _take(self, group: str, members: tuple[str, ...]) -> None:
        bound = self._limits.group_members
        self._found.members[group] = members if len(members) <= bound else None
        if len(members) > bound:
            self._found.blind.append(BlindSpot(group, f"the group has {len(members)} members, more than {bound}"))

    async def _own(self, url: str, groups: list[str]) -> None:
        try:
            document = await self._pod.read(url)
        except LifepodError:
            return
        self._found.owned.update((g, document) for g in groups if members_of(document, g))
