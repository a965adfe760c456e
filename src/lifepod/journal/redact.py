"""The secrets filter between parsing and records: texts and addresses made harmless and small.

It refuses to let a login secret, an account number or a control character become part of a record.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qs, quote, unquote, urlsplit

from lifepod.limits import LIMITS
from lifepod.rdf.flat import is_iri

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CARD = re.compile(r"(?<![\w.])(?:\d[ -]?){12,18}\d(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_LOGIN_WORDS = (
    "access_token|id_token|refresh_token|token|code|state|key|api_key|apikey|sig|signature|password|passwd|pwd|sid|"
    "session|sessionid|auth|jwt|otp|x-amz-[a-z-]+"
)
_SECRET = re.compile(rf"((?:^|[?&;#])(?:{_LOGIN_WORDS})=)[^&;#]+", re.IGNORECASE)
_USER = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*@", re.IGNORECASE)
_BAD = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff]')
_INTERNAL = re.compile(
    r"(?:data|javascript|blob|about|file|view-source|resource|place|devtools|[a-z-]*-?extension|"
    r"chrome(?:-[a-z-]+)?|edge|brave|vivaldi|opera|moz-[a-z-]+):",
    re.IGNORECASE,
)
_WRAPPER = re.compile(r"https?://(?:www\.)?google\.[a-z.]+/url\?")
_ENGINE = re.compile(
    r"(https?://(?:[a-z0-9-]+\.)*(?:google\.[a-z.]+|bing\.com|duckduckgo\.com|youtube\.com|ecosia\.org|startpage\.com|"
    r"search\.yahoo\.[a-z.]+|baidu\.com|qwant\.com|yandex\.[a-z]+|search\.brave\.com|amazon\.[a-z.]+|ebay\.[a-z.]+|"
    r"wikipedia\.org)/)([^?#]*)\?([^#]*)",
    re.IGNORECASE,
)
_QUERY_OF = {
    "search": ("q", "p", "query", "search"), "s": ("k", "wd", "q"), "": ("q",), "results": ("search_query",),
    "sp/search": ("query",), "search/": ("text",), "html/": ("q",), "sch/i.html": ("_nkw",), "w/index.php": ("search",),
}  # fmt: skip
"""Path of a results page → names its query may have."""


def clean_text(text: str) -> str:
    """NFC, trimmed, without control and bidi characters, at most ``text_chars`` long, account numbers masked."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if _CONTROL.search(text):
        text = _CONTROL.sub(" ", text)
    return masked(" ".join(text.split())[: LIMITS.text_chars])


def masked(text: str) -> str:
    """Card numbers and IBANs cut to their last four characters."""
    if sum(c.isdigit() for c in text) < 10:
        return text
    return _IBAN.sub(_last_four, _CARD.sub(_card, text))


def _last_four(match: re.Match[str]) -> str:
    return "…" + match.group().replace(" ", "")[-4:]


def _card(match: re.Match[str]) -> str:
    digits = [int(c) for c in match.group() if c.isdigit()]
    doubled = [d if i % 2 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits), 1)]
    # Luhn's check tells card numbers from other long numbers.
    return _last_four(match) if sum(doubled) % 10 == 0 else match.group()


def clean_url(url: str) -> str | None:
    """The address without wrapper, user and secrets, as linked data can hold it; ``None`` where it is no address."""
    url = unwrapped(url.strip())
    if "@" in url:
        url = _USER.sub(r"\1", url)
    if "=" in url:
        url = _SECRET.sub(r"\1REDACTED", url)
    if not url.isascii() or _BAD.search(url):
        url = _BAD.sub(lambda m: quote(m.group(), safe="", errors="replace"), url)
    return url if len(url) <= 8192 and ":" in url and is_iri(url) else None


def unwrapped(url: str) -> str:
    """The address inside Google's ``/url?q=`` wrapper; others as they are."""
    if not _WRAPPER.match(url):
        return url
    inner = parse_qs(urlsplit(url).query).get("q") or parse_qs(urlsplit(url).query).get("url") or [""]
    return inner[0] if inner[0].startswith("http") else url


def is_internal(url: str) -> bool:
    """Whether an address is the browser's own affair or a local file."""
    return not url.startswith("http") and _INTERNAL.match(url) is not None


def search_query_of(url: str) -> tuple[str, str] | None:
    """Provider and query of a page of search results, because it belongs to the searches and not to the browsing."""
    if "?" not in url:
        return None
    found = _ENGINE.match(url)
    if found is None:
        return None
    site, path, query = found.groups()
    path = "search" if path.startswith("search") and path != "search/" else path
    for name in _QUERY_OF.get(path, ()):
        value = (
            parse_qs(query, max_num_fields=200).get(name) if f"{name}=" in query and query.count("&") < 200 else None
        )
        if value and clean_text(value[0]):
            return site, clean_text(value[0])
    return None


def slug(text: str) -> str:
    """A name as part of an address: small letters, digits and dashes, at most 24."""
    plain = unicodedata.normalize("NFKD", unquote(text)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-")
