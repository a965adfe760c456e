"""What the double keeps: documents, containers and access control documents in memory, each with a time of change.

It refuses to judge who may see what. Its clock is a counter, so that two runs give the same version tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes, urlsplit

_START = 1_767_225_600_000  # 2026-01-01T00:00:00Z, ms
_LDP = "http://www.w3.org/ns/ldp#"


def canonical(url: str) -> str:
    """The server's own spelling: each segment decoded, then encoded again; no query, no fragment."""
    parts = urlsplit(url)
    path = "/".join(quote(unquote_to_bytes(s), safe="-_.!~*'()") for s in parts.path.split("/"))
    return f"{parts.scheme}://{parts.netloc.lower()}{path or '/'}"


def above(url: str) -> str:
    """The container that holds a URL."""
    return url[: url.rstrip("/").rfind("/") + 1]


@dataclass(slots=True)
class Thing:
    """One stored representation."""

    body: bytes
    content_type: str
    stamp: int
    """Time of change, ms."""

    @property
    def etag(self) -> str:
        """As Community Solid Server makes them: time and content type."""
        return f'"{self.stamp}-{self.content_type}"'

    @property
    def modified(self) -> str:
        """Time of change, ISO 8601 UTC."""
        return datetime.fromtimestamp(self.stamp / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Shelf:
    """Everything stored below one pod, and single public documents elsewhere."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._now = _START
        self.things: dict[str, Thing] = {}
        self._inside: dict[str, set[str]] = {}
        self.controls: dict[str, Thing] = {}
        """Access control documents by the place they are for."""
        self.elsewhere: dict[str, Thing] = {}
        self.put(base, b"", "text/turtle")

    def tick(self) -> int:
        """One second later."""
        self._now += 1000
        return self._now

    def put(self, url: str, body: bytes, content_type: str) -> bool:
        """Store one resource with the containers above it; whether it is new."""
        new = url not in self.things
        self.things[url] = Thing(body, content_type, self.tick())
        if new and url != self.base:
            if above(url) not in self.things:
                self.put(above(url), b"", "text/turtle")
            self._inside.setdefault(above(url), set()).add(url)
            self._touch(above(url))
        return new

    def delete(self, url: str) -> None:
        """Remove one resource and its access control document (WAC §reinstated-resource-permissions)."""
        del self.things[url]
        self._inside[above(url)].discard(url)
        self.controls.pop(url, None)
        self._touch(above(url))

    def put_control(self, place: str, body: bytes, content_type: str = "text/turtle") -> bool:
        """Store the access control document of a place, which need not exist; whether it is new."""
        new = place not in self.controls
        self.controls[place] = Thing(body, content_type, self.tick())
        if new:
            self._touch_for_control(place)
        return new

    def delete_control(self, place: str) -> None:
        """Remove the access control document of a place."""
        del self.controls[place]
        self._touch_for_control(place)

    def _touch_for_control(self, place: str) -> None:
        self._touch(place if place.endswith("/") else above(place))

    def _touch(self, container: str) -> None:
        # A container's tag moves when a member or a member's ACL comes or goes, not when one is modified.
        if container in self.things:
            self.things[container].stamp = self.tick()

    def members(self, container: str) -> list[str]:
        """What a container holds, sorted."""
        return sorted(self._inside.get(container, ()))

    def listing(self, container: str) -> bytes:
        """A container as Turtle."""
        return "\n".join(self._lines(container)).encode() + b"\n"

    def _lines(self, container: str) -> Iterator[str]:
        yield f"@prefix ldp: <{_LDP}>."
        yield "@prefix dc: <http://purl.org/dc/terms/>."
        yield "@prefix posix: <http://www.w3.org/ns/posix/stat#>."
        yield "@prefix xsd: <http://www.w3.org/2001/XMLSchema#>."
        for url in (container, *self.members(container)):
            kind = "ldp:Container, ldp:BasicContainer, ldp:Resource" if url.endswith("/") else "ldp:Resource"
            when = self.things[url]
            yield f"<{url}> a {kind}; dc:modified {_typed(when.modified)}; posix:mtime {when.stamp // 1000}."
        if container == self.base:
            yield f"<{container}> a <http://www.w3.org/ns/pim/space#Storage>."
        yield from (f"<{container}> ldp:contains <{url}>." for url in self.members(container))


def _typed(when: str) -> str:
    return f'"{when}"^^xsd:dateTime'
