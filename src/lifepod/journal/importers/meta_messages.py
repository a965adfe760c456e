"""Conversations of Facebook and Instagram: who wrote to whom and when, and nothing of what was said.

It refuses to read the texts of messages.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from lifepod.journal.activity import Activity, Fact, Moment, Reason
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.meta import Entry, Family, Times, text_of
from lifepod.journal.source import Member
from lifepod.names import LP_THREAD, SCHEMA

_MANY = 8
"""More people than these are a group, which is told by its thread alone."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a conversation before its first message."""

    thread: str
    """Opaque."""
    people: tuple[str, ...]


def conversation(member: Member) -> Conversation:
    """The conversation that a file of messages belongs to, by its folder and by the list at its beginning."""
    first = member.head()
    head = first.decode(encoding_of(first), errors="replace")
    start = re.search(r'"participants"\s*:\s*(?=\[)', head)
    try:
        listed = json.JSONDecoder(strict=False).raw_decode(head, start.end())[0] if start else []
    except (ValueError, RecursionError):
        listed = []
    people = (text_of(one.get("name") if isinstance(one, dict) else one) for one in listed)
    names = tuple(sorted({name for name in people if name}))
    folder = re.search(r"/([^/]+)/message_\d+\.json$", member.path)
    # A folder is named after people, who may rename themselves, and then by a number.
    number = re.search(r"_(\d{6,})$", folder.group(1)) if folder else None
    told = number.group(1) if number else folder.group(1) if folder else "\x1f".join(names)
    return Conversation(hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16], names)


def message(entry: Entry, family: Family, times: Times, thread: Conversation) -> Activity | Reason:
    """A message without anything that was said in it."""
    sender = text_of(entry.get("sender_name") or entry.get("senderName"))
    at = times.at(entry.get("timestamp_ms") or entry.get("timestamp"), 1000)
    if not sender:
        return "no-object"
    if not isinstance(at, Moment):
        return at
    others = [name for name in thread.people if name != sender]
    facts: tuple[Fact, ...] = ((SCHEMA + "sender", sender), (LP_THREAD, thread.thread))
    if len(others) < _MANY:
        facts += tuple((SCHEMA + "recipient", name) for name in others)
    when = at.value.isoformat()
    key, match = (thread.thread, sender, when), (sender.casefold(), when[:16])
    return Activity("message", family.name, key, at, None, facts, match=match)
