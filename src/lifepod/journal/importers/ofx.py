"""Bank statements in OFX and QFX: SGML of version 1, XML of version 2, and everything between that banks write.

It refuses to believe the header, the times of day and the transaction types: texts are read by their bytes, a line has
a booking date, and the sign of the amount says where the money went.

An XML parser cannot read it: in version 1 fields are not closed, and in files that say version 2 often neither. So
there is no DTD and no entity here either: tags, texts and the five escapes are all there is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Reason, Skipped
from lifepod.journal.importers.accounts import account_slug
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.transfers import Line, amount_of, mended, transfers
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.plain import plain

_BEGIN = re.compile(r"(?P<header>[A-Z0-9:\s._-]{0,1000})(?:<(?:\?[^>]*\?|!--[^>]*--)>\s*)*<OFX\s*>", re.IGNORECASE)
"""Lines of names and values, or processing instructions, or nothing, and then the first tag."""
_VERSION = re.compile(r"\bVERSION\s*[:=]\s*\"?([0-9]{3})", re.IGNORECASE)
_CHARSET = re.compile(
    r"\b(?:CHARSET\s*:\s*|encoding\s*=\s*[\"'])((?:windows-|cp|iso-|utf-)?[0-9-]{1,8})", re.IGNORECASE
)
# A quoted text ends at the next quotation as well: looking for an end that never comes, again and again, takes hours.
_TOKEN = re.compile(
    r"<(?:(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9._]*)[^<>]*>|!\[CDATA\[(?P<raw>(?:(?!<!\[CDATA\[|\]\]>).)*)\]\]>)"
    r"(?P<text>[^<]*(?:<(?![/A-Za-z!?])[^<]*)*)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ESCAPES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_DAY = re.compile(r"([0-9]{4})[-/.]?([0-9]{2})[-/.]?([0-9]{2})")
_PART = 128 * 1024
_STATEMENTS = frozenset(("STMTRS", "CCSTMTRS", "INVSTMTRS"))
_LINES = frozenset(("STMTTRN", "STMTTRNP"))
_OWNERS = frozenset(("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"))
_INNER = frozenset(("PAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA"))
_FIELDS = frozenset(
    ("TRNTYPE", "DTPOSTED", "DTTRAN", "DTAVAIL", "TRNAMT", "FITID", "NAME", "EXTDNAME", "MEMO", "CORRECTACTION")
)
_TRADES = frozenset(
    (
        "BUYDEBT", "BUYMF", "BUYOPT", "BUYOTHER", "BUYSTOCK", "CLOSUREOPT", "INCOME", "INVEXPENSE", "JRNLFUND",
        "JRNLSEC", "MARGININTEREST", "REINVEST", "RETOFCAP", "SELLDEBT", "SELLMF", "SELLOPT", "SELLOTHER", "SELLSTOCK",
        "SPLIT", "TRANSFER",
    )
)  # fmt: skip
"""Lines of a securities account; money that only passes through it stands in ``INVBANKTRAN`` as a bank line does."""


class Ofx:
    """Reads ``.ofx`` and ``.qfx``."""

    name = "ofx"
    title = "Bank statements (OFX, QFX)"
    version = "1"
    how_to_get = (
        "Online banking: the account, Download or Export, format OFX, QFX, Quicken or Money; at once. "
        "--answer bank.LAST4=NAME gives the account a name."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its first tag, and what may stand before it."""
        text = _head(member)
        found = _BEGIN.match(text)
        if found is None or ("OFXHEADER" not in found["header"].upper() and found["header"].strip()):
            return None
        said = _VERSION.search(text, 0, found.end())
        version = said.group(1) if said else ""
        shape = "ofx-2" if version.startswith("2") or (not version and "<?" in found.group()) else "ofx-1"
        usual = re.search(r"\.(?:ofx|qfx)$", member.path, re.IGNORECASE)
        return Match(member, shape, version, 0.9 if usual else 0.7, "it begins with the tag OFX of bank statements")

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every line of every account in the order of the file."""
        return transfers(match.member.path, lambda: _lines(match.member, answers))


def _head(member: Member) -> str:
    head = member.head()
    return head.decode(encoding_of(head), errors="replace")


@dataclass(slots=True)
class _Reader:
    """Where in the file the reading is."""

    answers: Mapping[str, str]
    account: str = ""
    source: str = "bank-ofx"
    currency: str = ""
    open: str = ""
    """``STMTTRN`` or ``STMTTRNP`` while inside one."""
    inner: str = ""
    """The group inside it, or the one that names the account."""
    said: dict[str, str] = field(default_factory=dict)

    def take(self, tag: str, text: str) -> None:
        """A field and its text; of two of one name the first that says something counts."""
        if not text:
            return
        if self.open:
            if self.inner == "PAYEE" and tag == "NAME":
                self.said.setdefault("PAYEE", text)
            elif (tag == "CURSYM" and self.inner == "CURRENCY") or tag == "CURRENCY":
                self.said.setdefault("CURRENCY", text)
            elif tag in _FIELDS and self.inner not in ("BANKACCTTO", "CCACCTTO"):
                self.said.setdefault(tag, text)
        elif tag == "ACCTID" and (self.inner in _OWNERS or not self.account):
            self.account, self.source = text, account_slug(text, self.answers)
        elif tag == "CURDEF":
            self.currency = text

    def line(self) -> Line | Reason:
        """The line that ends here."""
        said, opened = self.said, self.open
        self.open, self.inner, self.said = "", "", {}
        if opened == "STMTTRNP" or said.get("TRNTYPE", "").upper() == "HOLD":
            return "pending"
        if said.get("CORRECTACTION", "").upper() == "DELETE":
            return "cancelled"
        posted = said.get("DTPOSTED", "")
        day = _day(posted)
        if posted.strip("0") and day is None:
            return "bad-time"
        currency = said.get("CURRENCY", self.currency).upper()
        return Line(
            source=self.source,
            day=day,
            amount=amount_of(said.get("TRNAMT", ""), currency) or "",
            currency=currency,
            counterparty=said.get("EXTDNAME") or said.get("NAME") or said.get("PAYEE", ""),
            description=said.get("MEMO", ""),
            native=said.get("FITID", ""),
            value_day=_day(said.get("DTAVAIL", "")),
            number=self.account,
            read_at=self.answers.get("now", ""),
        )


def _lines(member: Member, answers: Mapping[str, str]) -> Iterator[tuple[int, Line | Reason]]:
    """Each line with its number; a file that ends before its last tag is malformed."""
    reader, number, ended, last, text = _Reader(answers), 0, False, "", ""
    for end, tag, raw in _tokens(member):
        if not tag:
            text += raw
            continue
        reader.take(last, text.strip())
        last, text = ("", "") if end else (tag, raw)
        # A line that was never closed ends where the next one, or the list, does.
        if reader.open and (tag in _LINES or (end and tag.startswith("BANKTRANLIST"))):
            number += 1
            yield number, reader.line()
        if not end and tag in _TRADES and not reader.open and not raw.strip():
            number += 1
            yield number, "other-class"
        _step(reader, tag, end, raw)
        ended = ended or (end and tag == "OFX")
    if not ended:
        raise _cut_off(member, number + 1)


def _step(reader: _Reader, tag: str, end: bool, raw: str) -> None:
    """Into a group, or out of it."""
    if end:
        if tag == reader.inner:
            reader.inner = ""
        return
    if tag in _STATEMENTS:
        reader.account = reader.currency = reader.inner = ""
        reader.source = "bank-ofx"
    elif tag in _LINES:
        reader.open, reader.inner, reader.said = tag, "", {}
    elif tag in (_INNER if reader.open else _OWNERS) and not raw.strip():
        reader.inner = tag


def _tokens(member: Member) -> Iterator[tuple[bool, str, str]]:
    """Whether a tag is a closing one, its name, and the text behind it; no name for a text that was quoted whole."""
    head = _head(member)
    found = _CHARSET.search(head[:2000])
    charset = found.group(1).lower() if found else "1252"
    charset = f"cp{charset}" if charset.isdigit() else re.sub(r"\A(?=8859)", "iso-", charset)
    for token in _raw_tokens(member):
        end, tag, raw, text = token.groups()
        if "&" in text or not text.isascii():
            text = _ESCAPE.sub(_unescaped, mended(text, charset))
        if raw is not None:
            text = mended(raw, charset) + text
        yield end == "/", (tag or "").upper(), text


def _raw_tokens(member: Member) -> Iterator[re.Match[str]]:
    encoding = encoding_of(member.head(2))
    decoder = codecs.getincrementaldecoder(encoding)("replace" if encoding == "utf-16" else "surrogateescape")
    rest, ended = "", False
    with member.open() as stream:
        while not ended:
            data = stream.read(_PART)
            ended = not data
            rest += decoder.decode(data, final=ended)
            cut = len(rest) if ended else _last_tag(rest)
            yield from _TOKEN.finditer(rest, 0, cut)
            rest = rest[cut:]
            if len(rest) > LIMITS.field_bytes:
                place = plain(member.path)
                raise TooBig(f"{place} has a text that is too long.", bound=LIMITS.field_bytes, place=place)


def _last_tag(text: str) -> int:
    """Where the last tag begins, or the last quoted text that has not ended: from there on more has to be read."""
    at = text.rfind("<")
    while at >= 0 and text[at + 1 : at + 2] not in "/!?" and not text[at + 1].isalpha():
        at = text.rfind("<", 0, at)
    quoted = text.rfind("<![CDATA[")
    open_quote = quoted >= 0 and "]]>" not in text[quoted:]
    return max(quoted if open_quote else at, 0)


def _unescaped(found: re.Match[str]) -> str:
    name, digits, hexadecimal = found.groups()
    if name:
        return _ESCAPES[name]
    code = int(digits) if digits else int(hexadecimal, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _cut_off(member: Member, number: int) -> Malformed:
    place = plain(member.path)
    return Malformed(f"{place} ends before its last tag.", place=place, line=number)


IMPORTER: Importer = Ofx()
"""What the entry point names."""
