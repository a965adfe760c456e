"""The places of an audit as branches of a tree, worked out as far as somebody looks.

It refuses to ask anyone: an audit in, names and words out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifepod.tui.words import Badge, badge, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit


class Branches:
    """Which places lie directly below which, and who can see each."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.root = audit.survey.storage
        self._badges: dict[tuple[str, bool], Badge] = {}
        self._below: dict[str, list[str]] = {}
        self._folded: list[tuple[str, str]] = []
        self._last: tuple[str, list[tuple[str, str]]] = ("", [])
        self._every = every = {place.url for place in audit.survey.places}
        for url in every - {self.root}:
            above = _above(url)
            while above not in every and len(above) > len(self.root):
                above = _above(above)
            self._below.setdefault(above, []).append(url)

    def below(self, url: str) -> list[str]:
        """Places directly in a container: containers first, each kind by name."""
        return sorted(self._below.get(url, ()), key=lambda each: (not each.endswith("/"), each))

    def count(self, url: str) -> int:
        """How many places lie directly in a container."""
        return len(self._below.get(url, ()))

    def has(self, url: str) -> bool:
        """Whether the place is in the picture."""
        return url == self.root or url in self._every

    def nearest(self, url: str) -> str:
        """The place, or where it is gone what held it."""
        while url.startswith(self.root) and not self.has(url):
            url = _above(url)
        return url if self.has(url) else self.root

    def holder(self, url: str) -> str:
        """The branch a place hangs from."""
        above = _above(url)
        return above if above in self._below or len(above) <= len(self.root) else self.holder(above)

    def has_own_rules(self, url: str) -> bool:
        """Whether a place stands by rules of its own."""
        return self.audit.source_of(url)[1]

    def badge(self, url: str) -> Badge:
        """Who can see a place; the same for all places that one document speaks for in the same way."""
        key = self.audit.source_of(url)
        if key not in self._badges:
            self._badges[key] = badge(self.audit.who(url), self.audit.survey.owner)
        return self._badges[key]

    def named(self, url: str) -> str:
        """The place as a branch: the last part of its name."""
        if url == self.root:
            return place_name(url.split("://", 1)[-1], "")
        return place_name(url, self.holder(url))

    def matching(self, text: str) -> list[str]:
        """Places whose name below the pod contains the text, whatever its case."""
        if not self._folded:
            start = len(self.root)
            self._folded = [(p.url[start:].casefold(), p.url) for p in self.audit.survey.places if p.url != self.root]
        wanted, (before, found) = text.casefold(), self._last
        # Whoever types on looks among what is found already.
        among = found if before and before in wanted else self._folded
        self._last = (wanted, [one for one in among if wanted in one[0]])
        return [url for _, url in self._last[1]]


def _above(url: str) -> str:
    return url[: url.rstrip("/").rfind("/") + 1]
