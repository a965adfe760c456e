"""Places of a pod by their addresses: the one spelling of each, and which lies below which.

It refuses to call two places the same, or one below the other, that are not spelt in that one way: what a server makes
of the other spellings is not known. The spelling is the one that requests are sent in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit


def is_at_or_below(place: str, above: str) -> bool:
    """By path segments; never where either address is spelt in another way than the one we sign."""
    fits = place == above or (above.endswith("/") and place.startswith(above))
    return fits and bool(place) and normalised(place) == place and normalised(above) == above


def is_kept_back(place: str, storage: str) -> bool:
    """Whether a place of a pod is no matter of terms: the whole pod, what lifepod keeps, inbox, profile, rules.

    With these somebody could read what others agreed, write in the person's name, or decide who has access.
    """
    if place.rstrip("/").lower().endswith(RULES):
        return True
    rooms = (storage + name for name in _KEPT_BACK)
    return place == storage or any(place.startswith(room) and not place.startswith(storage + WANTS) for room in rooms)


RULES = (".acl", ".acr", ".meta")
"""Endings under which servers keep what rules and describes a file."""
_KEPT_BACK = ("lifepod/", "inbox/", "profile/")
WANTS = "lifepod/wants-public/"
"""Below what is kept back, but public in any case."""


@lru_cache(maxsize=4096)
def normalised(place: str) -> str:
    """The one spelling of a place in a pod (RFC 3986 §6.2.2); empty for what can be none.

    That is: no user, query, fragment or dot segment, host in small letters, no default port, each byte of the path
    percent-encoded that is not unreserved (or one of ``!*'()``), in capitals.
    """
    try:
        parts = urlsplit(place)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    strange = not _HOST.match(host) or "@" in parts.netloc or "?" in place or "#" in place or not place.isascii()
    if strange or parts.scheme not in ("http", "https") or _UNSEEN.search(place):
        return ""
    segments = [unquote_to_bytes(one) for one in parts.path.split("/")]
    if any(one in (b".", b"..") or b"/" in one or b"\\" in one or b"\0" in one for one in segments):
        return ""
    path = "/".join(quote(one, safe="-_.!~*'()") for one in segments)
    shown = f":{port}" if port and port != {"http": 80, "https": 443}[parts.scheme] else ""
    return f"{parts.scheme}://{host}{shown}{path or '/'}"


_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\Z")
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
