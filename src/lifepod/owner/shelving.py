"""Proved messages as files of the pod, byte for byte, beside what they are about.

It refuses to overwrite one, and to file what is about nothing that is known here.
"""

from __future__ import annotations

import json

from lifepod.errors import Conflict, Missing
from lifepod.owner.sifting import COMPLETED, REQUEST, Letter
from lifepod.parties.cases import AGREEMENTS, REQUESTS
from lifepod.parties.filing import ACCEPT, file_bytes, records_in
from lifepod.parties.rooms import make_room
from lifepod.solid.pod import Pod
from lifepod.terms.judge import read_as


async def shelve(pod: Pod, letter: Letter, profile: bytes, now: str) -> bool:
    """Keep a proved message where it belongs; whether it is new.

    ``profile`` is a copy of the sender's WebID document. Raises :class:`Conflict` where another text stands under its
    name, :class:`Missing` where it is about nothing that is known.
    """
    if letter.kind == REQUEST:
        return await _file_request(pod, letter, profile, now)
    folder = await _folder_of(pod, letter)
    if letter.kind == COMPLETED:
        return await _new_file(pod, folder + "completed.jsonld", letter.message.body)
    assert letter.read is not None
    assert letter.read.event is not None
    step, name = letter.read.event.step, letter.read.record.root.rpartition(":")[2]
    return await _new_file(pod, f"{folder}{step}-{name}.jsonld", letter.message.body)


async def _folder_of(pod: Pod, letter: Letter) -> str:
    for place in (AGREEMENTS, REQUESTS):
        folder = f"{pod.storage}{place}{letter.id}/"
        known, _ = await records_in(pod, folder)
        if known:
            return folder
    raise Missing("It is about nothing that is known here.")


async def _new_file(pod: Pod, url: str, body: bytes) -> bool:
    try:
        there = await pod.get(url, accept=ACCEPT)
    except Missing:
        await file_bytes(pod, url, body)
        return True
    if there.body != body:
        raise Conflict("There are two texts under one name; the first one stands.", place=url)
    return False


async def _file_request(pod: Pod, letter: Letter, profile: bytes, now: str) -> bool:
    folder, body = f"{pod.storage}{REQUESTS}{letter.id}/", letter.message.body
    await make_room(pod, pod.storage + "lifepod/")
    await make_room(pod, pod.storage + REQUESTS)
    try:
        new = await _new_file(pod, folder + "received.jsonld", body)
    except Conflict:
        await _file_fork(pod, folder, letter)
        new = True
    about = {"first_seen": now, "sender": letter.sender, "read_at": now, "was": letter.message.url}
    about |= {"came": letter.message.at, "content_type": letter.message.content_type}
    await _once(pod, folder + "sender.ttl", profile, "text/turtle")
    await _once(pod, folder + "about.json", json.dumps(about, indent=1).encode(), "application/json")
    return new


async def _file_fork(pod: Pod, folder: str, letter: Letter) -> None:
    """Another text under the same name: kept beside the first if the same sender signed it, else set aside."""
    known, _ = await records_in(pod, folder)
    senders = {policy.assignee for one in known if (policy := read_as(one.record).policy) is not None}
    if letter.sender not in senders:
        raise Conflict("Its name belongs to a request of somebody else.")
    assert letter.read is not None
    digest = letter.read.record.proofs[0]["proofValue"][1:17]
    await _new_file(pod, f"{folder}other-{digest}.jsonld", letter.message.body)


async def _once(pod: Pod, url: str, body: bytes, content_type: str) -> None:
    try:
        await pod.put(url, body, match=None, content_type=content_type)
    except Conflict:
        pass  # from an earlier time; what was known first stands
