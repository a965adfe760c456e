"""What agreements cost: verifying many, listing many requests, and ten thousand messages nobody proved.

Run as a program it does one of them in a process of its own and prints what it took. It refuses to count the fetching:
requests lie in a pod in memory.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import hashlib

from tests.owner.letters import NOW, SHOP_KEY, asked, at_home, letter, new_town, signed_request
from tests.terms.samples import KEYS, agreement, signed

from lifepod.errors import Missing
from lifepod.rdf.closed import Closed, read_closed, write_closed
from lifepod.terms.judge import is_agreed, read_as
from lifepod.terms.proof import sign

Figures = dict[str, float]


def verifying(count: int) -> Figures:
    """Bytes to "both signed", for different agreements; the floor is the two signatures alone."""
    now, bodies = datetime.fromisoformat("2026-12-01T00:00:00+00:00"), [_another(number) for number in range(count)]
    began = time.process_time()
    assert all(is_agreed(read_as(read_closed(body)), now) for body in bodies)
    took = time.process_time() - began
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(KEYS["shop"].seed)
    public, message = key.public_key(), b"x" * 64
    signature = key.sign(message)
    began = time.process_time()
    for _ in range(2 * count):
        public.verify(signature, message)
    return {"seconds": took, "floor": time.process_time() - began, "bytes": sum(map(len, bodies))}


def _another(number: int) -> bytes:
    """The sample agreement under another name, signed by both anew."""
    first = agreement()
    name = hashlib.sha256(str(number).encode()).hexdigest()
    root = f"urn:uuid:{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:32]}"
    triples = tuple(sorted((s.replace(first.root, root), p, o.replace(first.root, root)) for s, p, o in first.triples))
    record = Closed(root, triples)
    return write_closed(sign(sign(record, KEYS["shop"], "2026-11-23T09:58:00Z"), KEYS["alice"], "2026-11-24T18:30:00Z"))


async def _listing(count: int) -> Figures:
    """Requests taken in before, listed without what the same GETs cost; the floor reads the same bytes as JSON."""
    town, secrets, offer = await new_town()
    bodies = []
    for number in range(count):
        record = signed_request(town, offer, number=number)
        bodies.append(write_closed(record))
        folder = f"lifepod/requests/{record.root[9:]}/"
        town.double.put(folder + "received.jsonld", bodies[-1], "application/ld+json")
        town.double.put(folder + "sender.ttl", town.profiles["https://shop.example/profile/card"])
        about = json.dumps({"first_seen": NOW, "sender": SHOP_KEY.owner, "read_at": NOW})
        town.double.put(folder + "about.json", about, "application/json")
    async with at_home(town, secrets) as (pod, papers):
        town.double.requests.clear()
        await papers.requests()
        asked_for = [one.url for one in town.double.requests if one.method == "GET"]
        fetched = time.process_time()
        for url in asked_for:
            with suppress(Missing):
                await (pod.list(url) if url.endswith("/") else pod.get(url))
        fetched = time.process_time() - fetched
        began = time.process_time()
        found = await papers.requests()
        took = time.process_time() - began
    assert len(found) == count
    began = time.process_time()
    for body in bodies:
        json.loads(body)
    return {"seconds": max(took - fetched, 0.0), "whole": took, "floor": time.process_time() - began}


async def _spam(count: int) -> Figures:
    """Messages in forged names, and one real one among them; memory over what the pod in memory takes."""
    town, secrets, offer = await new_town()
    real = signed_request(town, offer, number=1)
    body = write_closed(replace(signed_request(town, offer, number=2), proofs=signed("accept").proofs))
    for number in range(count):
        town.double.put(f"inbox/spam-{number:05}", body, "application/ld+json")
    letter(town, real, "lifepod-real")
    async with at_home(town, secrets) as (_, papers):
        await papers.offers()
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        box = await papers.inbox()
        took = time.perf_counter() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    assert [one.id for one in box.requests] == [asked(town, offer, number=1).root[9:]]
    assert len(box.intake.unproved) + box.intake.folded["unproved"] == count
    return {"seconds": took, "grown": grown, "bytes": count * len(body)}


if __name__ == "__main__":
    what, number = sys.argv[1], int(sys.argv[2])
    works = {
        "verify": lambda: verifying(number),
        "list": lambda: asyncio.run(_listing(number)),
        "spam": lambda: asyncio.run(_spam(number)),
    }
    print(json.dumps(works[what]()))
