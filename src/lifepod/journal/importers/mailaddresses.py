"""E-mail addresses and header texts as mail and contacts write them.

It refuses to take a name for an address, and to believe what bytes say of their own encoding.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from lifepod.journal.activity import Iri
from lifepod.journal.redact import clean_url

_LONGEST = 500
_MARKS = r"""\s@<>(),:;"\\\[\]"""
ADDRESS = re.compile(rf"(?<![^{_MARKS}])[^{_MARKS}]{{1,200}}+@[^{_MARKS}]{{1,255}}+")
"""What looks like an address, wherever it stands."""
_RESERVED = re.compile(r"[%?#/&=^`{|}]")
_CHARSET = re.compile(
    r"iso-?8859-\d+|(?:windows|cp)-?125\d|shift_?jis|euc-(?:jp|kr)|iso-2022-jp|gb(?:k|2312|18030)|big5|koi8-r",
    re.IGNORECASE,
)


def mailto(text: str) -> Iri | None:
    """An e-mail address as an address of the web (RFC 6068); ``None`` where it is none."""
    return _mailto(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=16_384)
def _mailto(text: str) -> Iri | None:
    shown = unicodedata.normalize("NFC", re.sub(r"(?i)^\s*mailto:", "", text).strip())
    if not ADDRESS.fullmatch(shown):
        return None
    local, _, domain = shown.partition("@")
    url = f"mailto:{_RESERVED.sub(lambda m: quote(m.group(), safe=''), local)}@{domain.lower()}"
    # What would have to be masked was no address that anybody writes to.
    return Iri(url) if clean_url(url) == url else None


def as_text(data: bytes, said: str = "") -> str:
    """Bytes as text, whatever they say of their own encoding, because that is often a lie."""
    for encoding in ("utf-8", said if _CHARSET.fullmatch(said) else "cp1252"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")
