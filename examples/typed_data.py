"""Dataclasses instead of triples: declared against a vocabulary, read and written without losing what they don't know.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/typed_data.py
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from lifepod import at, connect, read_thing, read_things, thing, write_thing

SCHEMA = "https://schema.org/"


@thing(SCHEMA + "Book")
@dataclass(frozen=True)
class Book:
    iri: str
    name: Annotated[str, at(SCHEMA + "name")]
    published: Annotated[date | None, at(SCHEMA + "datePublished")] = None
    authors: Annotated[tuple[str, ...], at(SCHEMA + "author")] = ()


async def main() -> None:
    async with connect() as pod:
        url = pod.url("example-books.ttl")
        dune = Book(f"{url}#dune", "Dune", date(1965, 8, 1), ("Frank Herbert",))
        async with pod.edit(url, create=True) as graph:
            write_thing(graph, dune)

        async with pod.edit(url) as graph:  # exactly the difference is sent
            write_thing(graph, replace(read_thing(Book, graph, dune.iri), name="Dune (first edition)"))

        for book in read_things(Book, (await pod.read(url)).graph):
            print(book.name, "by", ", ".join(book.authors), "in", book.published)
        await pod.delete(url)


asyncio.run(main())
