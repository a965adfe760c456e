"""The same objects without `await`, for scripts and notebooks.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/without_await.py
"""

from rdflib import Literal, URIRef

from lifepod.blocking import Desk, connect

with connect() as pod:
    for listing in pod.walk(pod.url("profile/")):
        print(listing.url, [url for url, _ in listing.members])
    draft = pod.url("example-draft.ttl")
    with pod.edit(draft, create=True) as graph:
        graph.add((URIRef(draft + "#it"), URIRef("https://schema.org/name"), Literal("A draft")))
    print(len(pod.read(draft).graph), "triple; version", pod.head(draft).etag)
    pod.delete(draft)

with Desk.open() as desk:
    audit = desk.look("profile/card", below=False)
    for entry in audit.who(desk.place("profile/card")):
        print(entry.audience, [answer.word for answer in entry.answers])
