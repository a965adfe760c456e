"""HTTP as values: what a request should say, what an answer means, whether a redirect may be followed.

It refuses to open a connection and to sleep. Sources: https://solidproject.org/TR/protocol, RFC 8288 (Link), RFC 9110.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import quote, unquote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.names import PIM_STORAGE_TYPE
from lifepod.plain import plain

TURTLE = "text/turtle"
JSON_LD = "application/ld+json"
N3_PATCH = "text/n3"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


_TAG = re.compile(r'"[\x20\x21\x23-\x7e]*"\Z')
"""A version tag that can be sent back: HTTP gives the bytes above ASCII no meaning, and no client writes them alike."""


@dataclass(frozen=True, slots=True)
class Link:
    """One target of a ``Link`` header, resolved."""

    target: str
    rel: str
    """One relation, in lower case where it is a registered word."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read whole within the limits."""

    url: str
    status: int
    headers: Mapping[str, str]
    """Lower-case names; several values joined by ``, ``."""
    body: bytes = b""

    @property
    def etag(self) -> str | None:
        """The strong version tag; a weak one cannot be used in ``If-Match`` and counts as none."""
        tag = self.headers.get("etag", "")
        return tag if _TAG.match(tag) and self.status < 400 else None

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def tokens(self, name: str) -> frozenset[str]:
        """The words of a header that lists media types or methods, lower case, without their parameters."""
        listed = self.headers.get(name, "")[:4000].split(",")
        return frozenset(word for one in listed if (word := one.split(";")[0].strip().lower()))

    @property
    def links(self) -> tuple[Link, ...]:
        """Every ``Link``, targets resolved against the URL of the answer."""
        return parse_links(self.headers.get("link", ""), self.url)

    def link(self, rel: str) -> str | None:
        """The first target of a relation; of ``acl`` only one that this server can speak for.

        Whoever reads, writes or deletes an access document does it with the login, so no server may name one of
        another: its origin must be that of the answer, and it must be no container.
        """
        target = next((link.target for link in self.links if link.rel == rel), None)
        return None if rel == "acl" and target is not None and not _is_control(target, self.url) else target

    @property
    def is_storage(self) -> bool:
        """Whether this is the root of a pod (Solid Protocol §4.1)."""
        return any(link.rel == "type" and link.target == PIM_STORAGE_TYPE for link in self.links)


def _is_control(target: str, place: str) -> bool:
    try:
        spelt, home = own_spelling(target), own_spelling(place)
    except Malformed:
        return False
    return origin_of(spelt) == origin_of(home) and not spelt.endswith("/")


_LIKE_RULES = (".acl", ".acr", ".meta")
"""Endings under which servers keep what rules and describes a file; sent as files they would be taken for that."""


def named_like_rules(name: str) -> bool:
    """Whether a name, or the last part of an address, is one that servers keep rules and descriptions under."""
    return unquote(name).lower().endswith(_LIKE_RULES)


def length_told(reply: Reply) -> int | None:
    """How many bytes there are, as an answer's head says it; ``None`` where it does not (RFC 9110 §8.6)."""
    said = reply.headers.get("content-length", "")
    plainly = re.fullmatch(r"\d{1,18}", said) and "content-encoding" not in reply.headers
    return int(said) if plainly and reply.status == 200 else None


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINK = re.compile(rf"<([^<>]*)>((?:\s*;\s*[A-Za-z0-9*!_.-]+\s*(?:=\s*(?:{_QUOTED}|[^\",;\s]+))?)*)")
_PARAM = re.compile(rf";\s*([A-Za-z0-9*!_.-]+)\s*(?:=\s*({_QUOTED}|[^\",;\s]+))?")


def parse_links(header: str, base: str) -> tuple[Link, ...]:
    """A ``Link`` header → links, one per relation; relative targets resolved against ``base`` (RFC 8288).

    Links whose ``anchor`` is another resource say nothing of this one and are left out.
    """
    out = []
    for target, text in _LINK.findall(header[:65536]):
        params: dict[str, str] = {}
        for name, value in _PARAM.findall(text):
            params.setdefault(name.lower(), value.strip('"'))
        resolved = _joined(base, target)
        if resolved is None or _joined(base, params.get("anchor", base)) != base:
            continue
        out += [Link(resolved, rel if ":" in rel else rel.lower()) for rel in params.get("rel", "").split()]
    return tuple(out)


def _joined(base: str, target: str) -> str | None:
    try:
        joined = urljoin(base, target)
        urlsplit(joined)
    except ValueError:
        return None
    return joined


def settled_tag(reply: Reply, took: float) -> str:
    """The version tag of an answer, if no change after it can carry the same tag; else empty.

    Tags made from times move once a second at the coarsest, so a change within the second of the last one may go
    unseen. ``took`` is how long the answer was under way, seconds. RFC 9110 §8.8.1 and §8.8.2.2.
    """
    try:
        said, changed = (parsedate_to_datetime(reply.headers.get(name, "")) for name in ("date", "last-modified"))
        quiet = (said - changed).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return ""
    return (reply.etag or "") if quiet >= took + _GRAIN else ""


_GRAIN = 2.0
"""Seconds: both times are told in whole ones."""


def quiet_for(reply: Reply) -> float | None:
    """Seconds since the last change of what was asked for, by the server's own clock; ``None`` where it says none."""
    try:
        said, changed = (parsedate_to_datetime(reply.headers.get(name, "")) for name in ("date", "last-modified"))
        return max(0.0, (said - changed).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def own_spelling(url: str) -> str:
    """The one spelling we sign and send: each path segment decoded once, then percent-encoded again.

    Community Solid Server checks the proof's ``htu`` against this form (``a+b`` signed as ``a+b`` is 401).
    """
    refused = Malformed(f"{plain(url)} is not an http(s) address of a pod.", place=url, advice=_IN_FULL)
    try:
        parts = urlsplit(url)
        port = parts.port
        segments = [unquote_to_bytes(s) for s in parts.path.split("/")]
        query = quote(parts.query, safe="-_.!~*'()%/?:@,;=&+$")
    except ValueError:  # lone surrogates too, which stand for bytes of a command line that are no text
        raise refused from None
    host = _host(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or len(url) > _URL_CHARS:
        raise refused
    if any(s in (b".", b"..") for s in segments):
        raise refused  # "%2e%2e/" in a listing would lead to the container above
    path = "/".join(quote(s, safe="-_.!~*'()") for s in segments)
    if port and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, path or "/", query, ""))


_IN_FULL = "Write the address in full, with http(s):// before it and without . and .. in its path."
_URL_CHARS = 8000
"""An address is one line of a request; servers stop reading at about 16,000 bytes."""
_HOST = re.compile(r"[a-z0-9._-]+\Z")


def _host(name: str) -> str:
    """A host as it stands in an address, in ASCII; empty where it is none."""
    if ":" in name:
        return f"[{name}]"
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        return ""
    return name if _HOST.match(name) else ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    try:
        host = (urlsplit(url).hostname or "").lower()
        if host == "localhost" or host.endswith(".localhost"):
            return True
        return ip_address(host).is_loopback  # not by its first letters: 127.evil.example is no loopback
    except ValueError:  # a name, or no address at all
        return False


def must_be_closed(url: str) -> None:
    """Raise :class:`NotSignedIn` where a login would go over an open line; this machine's own is closed."""
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise NotSignedIn(
            f"{plain(url)} is not encrypted (http); your login is not sent there.",
            advice="Use its https address.",
        )


def redirect_of(method: str, url: str, status: int, location: str | None) -> str:
    """Where to send the request anew, with a fresh proof; raises :class:`Unreachable` where we must not.

    Same origin only, since the login goes along; a write only by 307 or 308; never from https to http. The HTTP client
    itself must not follow: it would hand the old proof to whoever the redirect points at.
    """
    target = _joined(url, location) if location else None
    if target is None or origin_of(target) != origin_of(url):
        raise Unreachable(
            f"{plain(url)} points elsewhere ({plain(location or 'nowhere')}); your login is not taken there.",
            host=origin_of(url),
            advice="If the pod has moved, sign in at its new address.",
        )
    if method not in SAFE and status not in (307, 308):
        raise Unreachable(f"{plain(url)} answered a write with redirect {status}; it was not sent again.")
    return target


def parts_told(reply: Reply) -> tuple[int, int, int | None] | None:
    """First and last byte of the part an answer holds, and how many there are in all (RFC 9110 §14.4)."""
    found = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", reply.headers.get("content-range", "").strip())
    if found is None:
        return None
    first, last, whole = found.groups()
    return int(first), int(last), None if whole == "*" else int(whole)


def message_of(reply: Reply) -> str:
    """What the server says of a failure, harmless and short: RFC 9457 problem details or the server's own JSON."""
    if "json" not in reply.content_type:
        return ""
    try:
        body = json.loads(reply.body[:20000])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    said = body.get("detail") or body.get("title") or body.get("message") or ""
    return plain(said, 200) if isinstance(said, str) else ""


def failure_of(method: str, reply: Reply) -> LifepodError | None:
    """The error an answer means, with whose move is next; ``None`` for success and 304."""
    status, place = reply.status, reply.url
    if status < 300 or status == 304:
        return None
    shown, said = plain(place), message_of(reply)
    tail = f" The server says: {said}" if said else ""
    if status == 401:
        return NotSignedIn(f"{shown} wants a login (401), or the one it got is not accepted.{tail}")
    if status == 403:
        return Refused(f"You may not {_VERBS.get(method, 'use')} {shown} (403).", place=place, mode=method)
    if status == 406 or (status == 501 and method in SAFE):  # Community Solid Server: "no conversion found"
        return Malformed(
            f"{shown} is no linked data, or the server cannot give it as such ({status}).",
            place=place,
            advice="Read it as a file; lifepod interprets only Turtle and JSON-LD.",
        )
    if status in (404, 410):
        return Missing(f"{shown} is not there ({status}).", place=place)
    if status in (409, 412, 428):
        return Conflict(
            f"{shown} was changed by someone else, or clashes with what is there ({status}).{tail}", place=place
        )
    if status == 413:
        return TooBig(
            f"{shown} is too big for the server or over its quota (413).{tail}",
            place=place,
            advice="Free space in the pod, or send less.",
        )
    if status in (429, 503):
        wait = seconds_of(reply.headers.get("retry-after", ""))
        when = f" Try again in {wait:.0f} s." if wait is not None else ""
        return Unreachable(f"{shown}: the server is busy ({status}).{when}", host=origin_of(place), after=wait)
    if status >= 500:
        return Unreachable(
            f"{shown}: the server failed ({status}).{tail}",
            host=origin_of(place),
            advice="Nothing was half-written by us. Look at the server's log, then try again.",
        )
    return Malformed(f"{shown}: the server did not accept the request ({status}).{tail}", place=place)


_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "change", "POST": "add to", "DELETE": "delete"}


def seconds_of(value: str) -> float | None:
    """What ``Retry-After`` says, seconds, a day at most; ``None`` where it says none or names a date."""
    return min(float(value), 86400.0) if re.fullmatch(r"\d{1,9}", value.strip()) else None
