"""Linked data in a pod: write it, change it so that nobody else's change is lost, list, delete.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/read_and_edit.py
"""

import asyncio

from rdflib import Graph, Literal, URIRef

from lifepod import Door, LifepodError

NAME = URIRef("https://schema.org/name")


async def main() -> None:
    async with await Door.of().pod() as pod:
        url = pod.url("notes/list.ttl")
        draft = Graph()
        draft.add((URIRef(f"{url}#milk"), NAME, Literal("Milk")))
        await pod.write(url, draft, match=None)  # must not exist yet

        # Exactly the difference is sent, and only if nobody changed the resource meanwhile.
        async with pod.edit(url) as graph:
            graph.add((URIRef(f"{url}#bread"), NAME, Literal("Bread")))

        document = await pod.read(url)
        print(sorted(str(name) for name in document.graph.objects(None, NAME)), "version", document.etag)

        try:
            await pod.write(url, draft, match='"an older version"')
        except LifepodError as error:
            print(f"{type(error).__name__}: {error.advice}")

        await pod.delete(url)
        await pod.delete(pod.url("notes/"))
        print("notes are gone")


asyncio.run(main())
