"""The secrets filter between parsing and records: texts and addresses made harmless and small.

It refuses to let a login secret, an account number or a control character become part of a record, and to let an
address among the visits tell what was searched for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qs, quote, unquote, unquote_plus, urlsplit

from lifepod.limits import LIMITS
from lifepod.rdf.flat import is_iri

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_GAP = r"(?:[ +\u00a0-]|%20|%2[Dd])?"
"""What people and forms put between the groups of a number."""
_CARD_RUN = re.compile(rf"[0-9](?<![0-9].)(?<![0-9][.,].)(?:{_GAP}[0-9]){{12,}}")
_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|"
    r"(?:5[06-9]|6\d)\d{12,17}|8[12]\d{14}|9792\d{12}"
)
"""How the numbers of the card schemes begin, and how long they are."""
_IBAN_LENGTH = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""Country → characters of its account numbers (the IBAN registry)."""
_NUMBER = re.compile(rf"[0-9](?:(?<=[A-Za-z][A-Za-z][0-9])[0-9]|(?<![0-9].)(?:{_GAP}[0-9]){{12}})")
"""Where a card number or an IBAN can be; most texts have neither, which one look from digit to digit tells."""
_IBAN_START = re.compile(r"[A-Za-z]{2}[0-9]{2}")
_IBAN_REST = {n: re.compile(rf"(?:{_GAP}[A-Za-z0-9]){{{n - 4}}}") for n in set(_IBAN_LENGTH.values())}
_ENCODED = "%(?:25)*"
_LOGIN_WORDS = (
    "code|state|key|sig|sid|auth|otp|pin|pass|ticket|hmac|bearer|samlrequest|code_verifier|x-(?:amz|goog)-[a-z-]+"
)
"""Parameters of just these names log somebody in."""
_LOGIN_ENDS = (
    "tokens?|secret|passwd|password|passwort|passcode|pwd|signature|session(?:[_-]?(?:id|key))?|sess(?:id)?|"
    "(?:api|access|secret|private|auth)[_-]?key(?:[_-]?id)?|jwt|csrf|xsrf|nonce|credentials?|assertion|samlresponse|"
    "(?:auth|authori[sz]ation|oob|device|user|login|reset|invite|verification|verify|confirmation|one[_-]?time)"
    "[_-]?code|token_hint|oauth_verifier|authorization"
)
"""And those whose names end so: ``reset_password_token``, ``accessToken``, ``PHPSESSID``."""
_BRACKET = rf"(?:[\[\]]|{_ENCODED}5[BD])"
_LOGS_IN = re.compile(rf"(?:{_LOGIN_WORDS}|.*(?:{_LOGIN_ENDS}))\Z", re.IGNORECASE)
_PARAMETER = rf"((?:[\w.$-]|{_BRACKET}){{1,80}})(?:=|{_ENCODED}3D)"
_SECRET = re.compile(rf"(?:^|[?&;#!/]){_PARAMETER}", re.IGNORECASE), re.compile(r"[^&#\s]+")
"""The beginning of a parameter, and its value."""
_SECRET_INSIDE = (
    re.compile(rf"{_ENCODED}(?:3F|26|23|3B){_PARAMETER}", re.IGNORECASE),
    re.compile(rf"(?:(?!{_ENCODED}(?:26|23))[^&#\s])+"),
)
"""The same in an address that stands, percent-encoded, in another one."""
_USER = re.compile(r"\b([a-z][a-z0-9+.-]{0,30}://)[^/?#@\s]{1,500}@", re.IGNORECASE)
_BAD = re.compile(
    r'[\x00-\x20<>"{}|^`\\\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]'
)
"""What no IRI holds (RFC 3987, section 4.1 too): private characters and marks of direction included."""
_LONE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SITE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_INTERNAL = re.compile(
    r"(?:data|javascript|blob|about|file|view-source|resource|place|devtools|[a-z-]*-?extension|"
    r"chrome(?:-[a-z-]+)?|edge|brave|vivaldi|opera|moz-[a-z-]+):",
    re.IGNORECASE,
)
_WRAPPER = re.compile(r"https?://(?:www\.)?google\.[a-z.]+/url\?", re.IGNORECASE)
_ENGINE = re.compile(
    r"(https?://(?:[a-z0-9-]+\.)*(google|bing|duckduckgo|youtube|ecosia|startpage|yahoo|baidu|qwant|yandex|"
    r"search\.brave|amazon|ebay|wikipedia)\.(?:[a-z]{2,3}\.)?[a-z]{2,6}/)([^?#]*)(\?[^#]*)?(#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_QUERY_OF = {
    "youtube": ("search_query",), "yahoo": ("p",), "baidu": ("wd", "word"), "yandex": ("text",),
    "startpage": ("query", "q"), "amazon": ("k", "field-keywords", "keywords"), "ebay": ("_nkw",),
    "wikipedia": ("search",),
}  # fmt: skip
"""Engine → names of the parameter that holds its query; ``q`` for the others."""
_RESULTS = {
    "amazon": re.compile(r"(?:s|s/.*|gp/search.*|gp/aw/s.*)\Z"),
    "google": re.compile(r"(?:search|webhp|images|imghp|m|custom|maps|maps/search.*|)\Z"),
}
"""Engine → its pages of results, where other pages of it carry the query along."""
_MAP_SEARCH = re.compile(r"maps/search/([^/?#]+)")
_CARRIED = re.compile(rf"(=)(https?(?::|{_ENCODED}3A)[^&#]+)", re.IGNORECASE)
"""An address in a parameter of another one."""
_SHORT_TEXT, _KEPT_TEXTS = 256, 131_072
"""Titles come again and again: so many texts are kept ready, of so many characters at most."""


def clean_text(text: str) -> str:
    """NFC, trimmed, without control characters and secrets, at most ``text_chars`` long, account numbers masked."""
    return _clean_short(text) if len(text) <= _SHORT_TEXT else _clean(text)


def _clean(text: str) -> str:
    # Cut before anything else looks at it, and again at the end: a number cut in half would not be seen as one.
    text = text.strip()[: 2 * LIMITS.text_chars]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if _CONTROL.search(text):
        text = _CONTROL.sub(" ", text)
    text = " ".join(text.split())
    # A page without a title has its address as one.
    return masked(_without_login(text))[: LIMITS.text_chars].rstrip()


_clean_short = lru_cache(maxsize=_KEPT_TEXTS)(_clean)


def _without_login(text: str) -> str:
    if "@" in text:
        text = _USER.sub(r"\1", text)
    if ("=" in text or "%" in text) and _may_log_in(text):
        text = _without_values(text, *_SECRET)
    return _without_values(text, *_SECRET_INSIDE) if "%" in text else text


_LOGIN_PARTS = (
    "code", "state", "key", "sig", "sid", "auth", "otp", "pin", "pass", "ticket", "hmac", "bearer", "saml", "x-amz",
    "x-goog", "token", "secret", "pwd", "sess", "jwt", "csrf", "xsrf", "nonce", "credential", "assertion",
)  # fmt: skip
"""Whatever :data:`_LOGS_IN` matches holds one of these."""


def _may_log_in(text: str) -> bool:
    """Whether a text can hold a parameter that logs somebody in; asked first, because it is far quicker."""
    if not text.isascii():
        return True  # beyond ASCII, what counts as the same letter is the expressions' own affair
    small = text.lower()
    for part in _LOGIN_PARTS:  # noqa: SIM110  # any() takes twice as long, for every address there is
        if part in small:
            return True
    return False


def _without_values(text: str, parameter: re.Pattern[str], value: re.Pattern[str]) -> str:
    """The text without the values of parameters that log somebody in."""
    out, done = "", 0
    for found in parameter.finditer(text):
        said = value.match(text, found.end()) if found.start() >= done and _logs_in(found.group(1)) else None
        if said is not None:
            out, done = f"{out}{text[done : found.end()]}REDACTED", said.end()
    return out + text[done:]


@lru_cache(maxsize=4096)
def _logs_in(name: str) -> bool:
    """Whether a parameter of this name holds a secret; ``user[reset_token]`` does too."""
    return _LOGS_IN.match(re.sub(_BRACKET, " ", name, flags=re.IGNORECASE).strip()) is not None


def masked(text: str, mask: str = "…{}") -> str:
    """Card numbers and IBANs cut to their last four characters."""
    if _NUMBER.search(text) is None:
        return text
    return _CARD_RUN.sub(lambda m: _cards(m.group(), mask), _without_ibans(text, mask))


def _hidden(run: str) -> str:
    """The run with its encoded gaps made unreadable, so that their digits are not taken for its own."""
    return re.sub(r"%20|%2[Dd]", "---", run)


def _without_ibans(text: str, mask: str) -> str:
    out, done = "", 0
    for start in _IBAN_START.finditer(text):
        length = _IBAN_LENGTH.get(start.group()[:2].upper())
        rest = _IBAN_REST[length].match(text, start.end()) if length and start.start() >= done else None
        if rest is None:
            continue
        number = re.sub(r"[^A-Z0-9]", "", _hidden(start.group() + rest.group()).upper())
        # ISO 13616: turned around, with letters as 10 to 35, it leaves 1 when divided by 97.
        if int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1:
            out, done = out + text[done : start.start()] + mask.format(number[-4:]), rest.end()
    return out + text[done:]


def _cards(run: str, mask: str) -> str:
    """The run with every card number in it masked; a date or another number may stand right beside it."""
    groups, out, done, first = list(re.finditer(r"[0-9]+", _hidden(run))), "", 0, 0
    while first < len(groups):
        for last in range(min(first + 19, len(groups)) - 1, first - 1, -1):
            digits = "".join(g.group() for g in groups[first : last + 1])
            if len(digits) < 20 and _CARD.fullmatch(digits) and _luhn(digits):
                out += run[done : groups[first].start()] + mask.format(digits[-4:])
                done, first = groups[last].end(), last
                break
        first += 1
    return out + run[done:]


def _luhn(number: str) -> bool:
    digits = [int(c) for c in reversed(number)]
    return (sum(digits[::2]) + sum(2 * d - 9 if d > 4 else 2 * d for d in digits[1::2])) % 10 == 0


def clean_url(url: str) -> str | None:
    """The address without wrapper, user and secrets, as linked data can hold it; ``None`` where it is no address."""
    if len(url) > 4 * 8192:
        return None
    url = unwrapped(url.strip())
    if not url.isascii() or _BAD.search(url):
        url = _BAD.sub(lambda m: quote(m.group(), safe="", errors="replace"), url)
    if "[" in url or "]" in url or _LONE.search(url):
        url = _as_written(url)
    url = masked(_without_login(url), "REDACTED")
    return url if len(url) <= 8192 and ":" in url and is_iri(url) else None


def _as_written(url: str) -> str:
    """An address as browsers keep it, with what they leave in its path and query encoded (RFC 3986, section 2.4)."""
    site = _SITE.match(url)
    at = site.end() if site else 0
    return url[:at] + _LONE.sub("%25", url[at:]).replace("[", "%5B").replace("]", "%5D")


def unwrapped(url: str) -> str:
    """The address inside Google's ``/url?q=`` wrapper; others as they are."""
    if not _WRAPPER.match(url):
        return url
    inside = parse_qs(urlsplit(url).query)
    inner = inside.get("q") or inside.get("url") or [""]
    return inner[0] if inner[0].startswith("http") else url


def is_internal(url: str) -> bool:
    """Whether an address is the browser's own affair or a local file."""
    return not url.startswith("http") and _INTERNAL.match(url.lstrip()) is not None


def search_query_of(url: str) -> tuple[str, str] | None:
    """Provider and query of a page of search results, because it belongs to the searches and not to the browsing."""
    found = _ENGINE.match(unwrapped(url))
    if found is None:
        return None
    site, engine, path, query, fragment = (part or "" for part in found.groups())
    engine = engine.lower()
    on_map = _MAP_SEARCH.match(path)
    if on_map is not None:
        return site, clean_text(unquote(on_map.group(1)).replace("+", " "))
    if engine in _RESULTS and not _RESULTS[engine].match(path):
        return None
    for name in _QUERY_OF.get(engine, ("q",)):
        for part in (fragment[1:], query[1:]):
            value = _parameter(part, name) if f"{name}=" in part and part.count("&") < 200 else ""
            if value and clean_text(value):
                return site, clean_text(value)
    return None


def _parameter(query: str, name: str) -> str:
    """The first value of a parameter, as ``parse_qs`` gives it, without a list of all the others."""
    for part in query.split("&"):
        found, _, value = part.partition("=")
        if value and (found if "%" not in found and "+" not in found else unquote_plus(found)) == name:
            return unquote_plus(value) if "%" in value or "+" in value else value
    return ""


def visited(url: str) -> str:
    """The address of a visit without what it tells of searches: a query carried along, a page of results to go to."""
    if "=" not in url:
        return url
    found = _ENGINE.match(url)
    names = _QUERY_OF.get(found.group(2).lower(), ("q",)) if found else ()
    for name in names:
        url = re.sub(rf"([?&#]{name}=)[^&#]+", r"\1REDACTED", url)
    return _CARRIED.sub(_without_results, url)


def _without_results(match: re.Match[str]) -> str:
    inner = match.group(2)
    for _ in range(4):
        inner = unquote(inner)
    starts = (found.start() for found in islice(re.finditer("https?://", inner), 8))
    return f"{match.group(1)}REDACTED" if any(search_query_of(inner[at:]) for at in starts) else match.group()


@lru_cache(maxsize=1024)
def slug(text: str) -> str:
    """A name as part of an address: small letters, digits and dashes, at most 24."""
    plain = unicodedata.normalize("NFKD", unquote(text[:200])).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-")
