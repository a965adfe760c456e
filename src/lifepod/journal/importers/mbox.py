"""Mail as mbox files (RFC 4155): who wrote to whom and when, one message at a time.

It refuses to keep a subject, a body, a name or a blind copy; bodies are passed over while they are read. Spam, what is
in the bin and drafts are no messages of the person's.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from functools import partial
from typing import BinaryIO

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers.clock import moment_of, out_of_bounds
from lifepod.journal.importers.mailaddresses import ADDRESS, as_text, mailto
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import LP_THREAD, SCHEMA

_PIECE = 64 * 1024
_SURE = re.compile(
    rb"From \S{1,500} +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{0,40}?\d{1,2}:\d{2}[^@]{0,60}\s*\Z", re.IGNORECASE
)
"""A line between messages as RFC 4155 has it."""
_LONGEST = 1000
"""Bytes of such a line that are looked at."""
_MAYBE = re.compile(rb"From \S{1,500} .{0,80}?\d{1,2}:\d{2}")
"""The same in other languages and orders; only behind an empty line."""
_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_QUOTED_FROM = re.compile(rb">+From ")
_WANTED = frozenset(
    {"date", "received", "from", "to", "cc", "message-id", "in-reply-to", "references", "x-gmail-labels"}
    | {"x-mozilla-status"}
)
_KNOWN = re.compile(
    rb"^(?:date|received|from|to|message-id|return-path|delivered-to|x-gm(?:ail-labels|-thrid)|x-mozilla-status)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_TAIL = re.compile(r"(?:\.mbo?x|(?:^|/)(?:mbox|inbox|sent|archives?|drafts|junk|trash))$", re.IGNORECASE)
_ASIDE = frozenset(
    name.casefold()
    for name in (
        "Spam", "Trash", "Bin", "Drafts", "Draft", "Junk", "Papierkorb", "Entwürfe", "Corbeille", "Brouillons",
        "Papelera", "Borradores", "Cestino", "Bozze", "Prullenbak", "Concepten", "Lixeira", "Lixo", "Rascunhos",
        "Skräppost", "Papperskorgen", "Utkast", "Papirkurv", "Kladder", "Søppelpost", "Roskaposti", "Roskakori",
        "Luonnokset", "Kosz", "Wersje robocze", "Koš", "Koncepty", "Kôš", "Kuka", "Piszkozatok", "Coș de gunoi",
        "Mesaje nefinalizate", "Çöp kutusu", "Taslaklar", "Спам", "Корзина", "Черновики", "Кошик", "Чернетки",
        "迷惑メール", "ゴミ箱", "下書き", "스팸함", "휴지통", "임시보관함", "垃圾邮件", "已删除邮件", "草稿",
        "垃圾郵件", "垃圾桶", "الرسائل غير المرغوب فيها", "المهملات", "ספאם", "אשפה", "Ανεπιθύμητα",
        "Κάδος απορριμμάτων", "Sampah", "Thư rác", "Thùng rác", "จดหมายขยะ", "ถังขยะ", "Correu brossa", "Paperera",
    )
)  # fmt: skip
"""Gmail's own labels for what is no message of the person's, in the languages of its exports."""
_EXPUNGED = 0x0008
"""Thunderbird's flag of a message that was deleted and still lies in the file."""
_UNIT = "\x1f"
_LINE_COST = 100
"""Bytes that a kept header line counts beside its own, because it takes memory however short it is."""
_LONGEST_DATE = 200
_ASIDE_TEXT = re.compile(r'"(?:[^"\\]++|\\.|\\$)*+("(?:@[^\s<>,;]*)?|$)|\([^()]*+\)', re.DOTALL)
"""A name in quotes, or a comment. An address whose own name is quoted goes with it; nobody has one."""
_ANGLES = re.compile(r"<([^<>]*+)>")
_LEAP = re.compile(r"(:[0-9]{2}):60\b")
_SECONDS = re.compile(r"[0-9][:.][0-9]{2}[:.][0-9]{2}")


class Mail:
    """Reads ``.mbox`` files."""

    name = "mail"
    title = "Mail (mbox; who, whom and when, never a subject or a body)"
    version = "1"
    how_to_get = (
        "Google: takeout.google.com, choose Mail alone; hours to days. Thunderbird: Account settings, Server settings, "
        "Local directory, the files without an ending. Apple: Mail, Mailbox, Export Mailbox. At once."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the line that stands between messages and a header after it; the name makes it surer."""
        head = member.head()
        first, _, rest = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")
        if not _SURE.match(first[:_LONGEST]) and not _MAYBE.match(first):
            return None
        block = re.split(rb"\r?\n\r?\n", rest, maxsplit=1)[0]
        if not (_HEADER.match(rest) or _QUOTED_FROM.match(rest)) or not _KNOWN.search(block):
            return None
        sure = 0.9 if _TAIL.search(member.path) else 0.7
        return Match(member, "mbox", "", sure, "it begins with a From line and headers of a message", label="mail")

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every message in the order of the file."""
        path, now, number = match.member.path, answers.get("now", ""), 0
        try:
            with match.member.open() as stream:
                for headers in _messages(stream):
                    number += 1
                    found = headers if isinstance(headers, str) else _message(headers, now)
                    yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
        except TooBig:
            yield Skipped("too-large", f"{path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{path}#{number + 1}")


Headers = Mapping[str, Sequence[bytes]]
"""Name in small letters → its values, unfolded and as they stand."""


class _Head:
    """The headers of one message while they are read, bounded."""

    def __init__(self) -> None:
        self._values: dict[str, list[bytes]] = {}
        self._name, self._value, self._size = "", list[bytes](), 0

    def take(self, piece: bytes, fresh: bool) -> bool:
        """Add what was read; whether the headers end there, at an empty line or at one that is none of theirs."""
        found = _HEADER.match(piece) if fresh and piece[:1] not in b" \t" else None
        if fresh and not piece.strip(b"\r\n"):
            return True
        if found is not None:
            self._keep()
            name = found.group(1).decode().lower()
            self._name = name if name in _WANTED else ""
            piece = piece[found.end() :]
        elif fresh and piece[:1] not in b" \t":
            return _QUOTED_FROM.match(piece) is None
        if self._name and self._size <= LIMITS.field_bytes:
            self._size += len(piece) + _LINE_COST
            self._value.append(piece.strip(b"\r\n"))
        return False

    def whole(self) -> Headers | Reason:
        """All of them, or why they cannot be used."""
        self._keep()
        return self._values if self._size <= LIMITS.field_bytes else "too-long"

    def _keep(self) -> None:
        if self._name:
            self._values.setdefault(self._name, []).append(b"".join(self._value).strip())
        self._name, self._value = "", []


def _messages(stream: BinaryIO) -> Iterator[Headers | Reason]:
    """The wanted headers of each message, or why they cannot be used."""
    head: _Head | None = None
    fresh, empty, between = True, True, b""
    for piece in iter(partial(stream.readline, _PIECE), b""):
        if between:
            if _begins(between, piece):
                if head is not None:
                    yield head.whole()
                head = _Head()
            between = b""
        elif fresh and empty and piece[:3] == b"\xef\xbb\xbf":
            piece = piece[3:]
        if fresh and piece[:5] == b"From " and (_SURE.match(piece[:_LONGEST]) or (empty and _MAYBE.match(piece))):
            between = piece
        elif head is not None and head.take(piece, fresh):
            yield head.whole()
            head = None
        empty = fresh and piece in (b"\n", b"\r\n")
        fresh = piece.endswith(b"\n")
    if head is not None or between:
        yield "malformed"


def _begins(between: bytes, after: bytes) -> bool:
    """Whether a message begins at such a line, told from the line after it."""
    if _HEADER.match(after) or _QUOTED_FROM.match(after):
        return True
    return not after.strip() and _SURE.match(between[:_LONGEST]) is not None


def _message(headers: Headers, now: str) -> Activity | Reason:
    if _is_aside(headers):
        return "not-an-activity"
    sent = _sent(headers, now)
    if isinstance(sent, str):
        return sent
    senders = _addresses(headers.get("from", ()))
    recipients = _addresses((*headers.get("to", ()), *headers.get("cc", ())))
    if not senders and not recipients:
        return "no-object"
    facts: tuple[Fact, ...] = tuple((SCHEMA + "sender", found) for found in senders)
    facts += tuple((SCHEMA + "recipient", found) for found in recipients)
    own = next(iter(_ids(headers.get("message-id", ()))), "")
    roots = (*_ids(headers.get("references", ())), *_ids(headers.get("in-reply-to", ())), own)
    if roots[0]:
        facts += ((LP_THREAD, hashlib.sha256(f"thread{_UNIT}{roots[0]}".encode()).hexdigest()[:16]),)
    if own:
        facts += ((SCHEMA + "identifier", clean_text(own)),)
    when = sent.value.isoformat()
    key = (own,) if own else (when, *(found.value for found in (*senders, *recipients)))
    return Activity("message", "mail", key, sent, None, facts, match=(own or key[1], when[:16]), native=bool(own))


def _is_aside(headers: Headers) -> bool:
    """Whether it is spam, in the bin, or was never sent."""
    for value in headers.get("x-gmail-labels", ()):
        labels = unicodedata.normalize("NFC", _decoded(as_text(value))).casefold().split(",")
        if not _ASIDE.isdisjoint(label.strip(' "') for label in labels):
            return True
    flags = next(iter(headers.get("x-mozilla-status", ())), b"")
    return re.fullmatch(rb"[0-9a-fA-F]{4}", flags) is not None and bool(int(flags, 16) & _EXPUNGED)


def _sent(headers: Headers, now: str) -> Moment | Reason:
    """When it was sent, else when a server on its way took it, the one nearest to the person first."""
    ways = (value.rpartition(b";")[2] for value in headers.get("received", ()))
    reason: Reason = "no-time"
    for value in (*headers.get("date", ()), *ways):
        found = _moment(as_text(value[:_LONGEST_DATE]).strip(), now)
        if isinstance(found, Moment):
            return found
        reason = "bad-time" if found == "bad-time" else reason
    return reason


def _moment(text: str, now: str) -> Moment | Reason:
    """A time as RFC 5322 writes it; without a zone it is a local one."""
    # A leap second is read as the second before it; -0000 is UTC told by somebody who does not say where they are.
    shown = _LEAP.sub(r"\1:59", text).replace("-0000", "+0000")
    try:
        value = parsedate_to_datetime(shown)
        value = value.astimezone(UTC) if value.tzinfo else value
    except (ValueError, TypeError, IndexError, OverflowError):
        found = moment_of(text, now)
        return found if isinstance(found, Moment) else "no-time"
    if out_of_bounds(value if value.tzinfo else value.replace(tzinfo=UTC), now):
        return "bad-time"
    return Moment(value, "instant" if _SECONDS.search(shown) else "minute")


def _addresses(values: Sequence[bytes]) -> tuple[Iri, ...]:
    """The addresses alone; what stands in quotes and brackets beside them are names."""
    text = as_text(b",".join(values))
    found = _bare(text)
    # Some programs encode the address together with the name, which no reader would find it in.
    return found if found or "=?" not in text else _bare(_decoded(text))


def _bare(text: str) -> tuple[Iri, ...]:
    parts = re.split("[,;]", _ASIDE_TEXT.sub(_unquoted, text))
    shown = (one for part in parts if "@" in part for one in _ANGLES.findall(part) or [part])
    found = (mailto(match.group()) for one in shown if (match := ADDRESS.search(one)))
    return tuple(dict.fromkeys(iri for iri in found if iri))


def _unquoted(match: re.Match[str]) -> str:
    # A quote that is never closed is only a mark; what stands behind it counts.
    return " " if match.group(1) != "" else match.group()[1:]


def _ids(values: Sequence[bytes]) -> list[str]:
    """Message ids in their order, without their brackets; words around them are left out."""
    text = as_text(b" ".join(values))
    found = ["".join(one.split()) for one in _ANGLES.findall(text)]
    bare = text.split()
    return [one for one in found if one] or (bare if len(bare) == 1 else [])


def _decoded(text: str) -> str:
    """Text with its encoded words (RFC 2047) read, as far as they can be."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(as_text(part, said or "") if isinstance(part, bytes) else part for part, said in parts)


IMPORTER: Importer = Mail()
"""What the entry point names."""
