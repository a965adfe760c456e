"""Questions in SPARQL to a pod: over a container through its index, or over one document as it stands.

It refuses to hide what could not be read: the answer says which documents it does not rest on.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.plain import plain
from lifepod.rdf.sparql import Answer, Rows, cells, query_of, write_csv, write_json
from lifepod.rdf.turtle import write_turtle
from lifepod.solid.asking import ask_document
from lifepod.solid.index import Index, Unread
from lifepod.solid.refresh import Tell, silent
from lifepod.solid.resources import Resources


@dataclass(frozen=True, slots=True)
class Queried:
    """An answer, and what it rests on."""

    answer: Answer
    """Rows of a SELECT, yes or no of an ASK, the graph of a CONSTRUCT or DESCRIBE."""
    documents: int
    """How many documents were asked."""
    at: str
    """When they were last compared with the pod, UTC; empty for a document that was read just now."""
    unread: tuple[Unread, ...] = ()
    """What could not be read, and whether an older copy took its place."""

    @property
    def is_table(self) -> bool:
        """Whether there are rows."""
        return isinstance(self.answer, Rows)

    def table(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Names and rows as text that is harmless to show; an ASK is one word, a graph its Turtle lines."""
        if isinstance(self.answer, Rows):
            return tuple(plain(name, 60) for name in self.answer.names), cells(self.answer)
        if isinstance(self.answer, bool):
            return ("answer",), (("yes" if self.answer else "no",),)
        lines = write_turtle(self.answer).decode().splitlines()
        return ("turtle",), tuple((plain(line, 2000),) for line in lines)

    def results(self, kind: str) -> bytes:
        """The answer as ``json`` (SPARQL 1.1 results), ``csv`` or ``turtle``; a graph is always Turtle."""
        if isinstance(self.answer, Rows):
            return write_csv(self.answer) if kind == "csv" else write_json(self.answer)
        return write_json(self.answer) if isinstance(self.answer, bool) else write_turtle(self.answer)


async def query(pod: Resources, text: str, place: str = "", tell: Tell = silent, *, as_known: bool = False) -> Queried:
    """Ask a container and all below it (default: the whole pod), or one document.

    A container's index is compared with the pod first, unless ``as_known``. Raises
    :class:`~lifepod.errors.Malformed` for what is no query, or one that would write or ask elsewhere, and
    :class:`~lifepod.errors.TooBig` past the bounds of rows and seconds.
    """
    query_of(text)  # before anything is sent
    url = pod.url(place) if place else pod.storage
    if not url.endswith("/"):
        return Queried(await ask_document(await pod.read(url), text, pod.limits), 1, "")
    async with Index(pod.storage, pod.webid, url, limits=pod.limits) as index:
        unread: tuple[Unread, ...] = ()
        if not (as_known and index.refreshed_at):
            unread = (await index.refresh(pod, tell=tell)).unreadable
        return Queried(await index.ask(text), index.size, index.refreshed_at, unread)
