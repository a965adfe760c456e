"""What a recorded change wrote, rule by rule: the documents of its record before and after, read into words.

It refuses to say what stands there today, and to guess where a document cannot be read.
"""

from __future__ import annotations

from lifepod.access.changelog import Image
from lifepod.access.plans import Edit
from lifepod.access.servers import Server
from lifepod.rdf.turtle import Document, Graph, parse_turtle


def lines_of(image: Image, server: Server) -> tuple[str, ...]:
    """The rules that came (``+``) and went (``-``); raises :class:`~lifepod.errors.Malformed` where it is no Turtle."""
    before, after = (_document(image.document, text) for text in (image.before, image.after))
    creates, removes = image.before is None, image.after is None
    return Edit(image.place, before, after, creates=creates, server=server, removes=removes, group=image.group).lines


def _document(url: str, text: str | None) -> Document:
    return Document(url, Graph() if text is None else parse_turtle(text.encode(), url))
