"""Terms of RDF as values of Python, and back: one codec for each type a declared field may have.

It refuses to guess: a literal of another datatype, or whose text its datatype does not allow, is no value; a time
without a zone gets none. Lexical forms: https://www.w3.org/TR/xmlschema11-2/

* A whole number is also a decimal, and either is also a ``float``: Turtle writes ``1.5`` as a decimal.
* What Python cannot hold (a year beyond 9999, 24:00, a leap second) is no value either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import NewType, TypeVar

from rdflib import Literal, URIRef
from rdflib.term import Node

from lifepod.names import XSD, XSD_BOOLEAN, XSD_DATE, XSD_DATETIME, XSD_DECIMAL, XSD_INTEGER, XSD_STRING
from lifepod.plain import plain
from lifepod.rdf.flat import is_iri

Iri = NewType("Iri", str)
"""A value that is the address of something, not a text."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A text with the language it is in."""

    value: str
    language: str = ""
    """BCP 47 tag in small letters; empty where none is said."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One type of value; both ways raise ValueError or ArithmeticError for what is none."""

    name: str
    """For messages: "… is no whole number"."""
    read: Callable[[Node], object]
    write: Callable[[object], Literal | URIRef]


_INTEGERS = (
    XSD_INTEGER,
    *(XSD + name for name in ("long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger")),
    *(XSD + name for name in ("nonPositiveInteger", "negativeInteger")),
    *(XSD + name for name in ("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte")),
)
_NUMBERS = (XSD_DECIMAL, *_INTEGERS)
_DOUBLE, _FLOAT, _TIME = XSD + "double", XSD + "float", XSD + "time"
_WHOLE = re.compile(r"[+-]?[0-9]+\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\Z")
_DOUBLE_FORM = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?\Z"
_DAY = r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
_CLOCK = r"(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<part>[0-9]+))?"
_DATE_FORM, _TIME_FORM = re.compile(_DAY + _ZONE), re.compile(_CLOCK + _ZONE)
_DATETIME_FORM = re.compile(_DAY + "T" + _CLOCK + _ZONE)
_DIGITS = 400
"""A number with more before or after its point is no measure of anything."""


def _text_of(term: Node, *datatypes: str) -> str:
    """The text of a literal that has one of these datatypes; raises ValueError."""
    if not isinstance(term, Literal) or (str(term.datatype) if term.datatype else XSD_STRING) not in datatypes:
        raise ValueError
    if term.language and XSD_STRING not in datatypes:
        raise ValueError
    return str(term)


def _typed(text: str, datatype: str = "") -> Literal:
    text.encode()  # half a character cannot be sent
    return Literal(text, datatype=URIRef(datatype) if datatype else None, normalize=False)


def _must(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError
    return value


def _matched(form: re.Pattern[str], text: str) -> str:
    if not form.match(text):
        raise ValueError
    return text


def _read_text(term: Node) -> Text:
    value = _text_of(term, XSD_STRING)
    return Text(value, (term.language or "").lower() if isinstance(term, Literal) else "")


def _write_text(value: object) -> Literal:
    said = _must(value, Text)
    said.value.encode()
    return Literal(said.value, lang=said.language) if said.language else _typed(said.value)


def _read_iri(term: Node) -> Iri:
    if not isinstance(term, URIRef):
        raise ValueError
    return Iri(str(term))


def _write_iri(value: object) -> URIRef:
    if not is_iri(_must(value, str)):
        raise ValueError
    return URIRef(_must(value, str))


def _read_bool(term: Node) -> bool:
    text = _text_of(term, XSD_BOOLEAN)
    if text not in ("true", "1", "false", "0"):
        raise ValueError
    return text in ("true", "1")


def _read_int(term: Node) -> int:
    return int(_matched(_WHOLE, _text_of(term, *_INTEGERS)))


def _read_decimal(term: Node) -> Decimal:
    return Decimal(_matched(_DECIMAL, _text_of(term, *_NUMBERS)))


def _write_decimal(value: object) -> Literal:
    number = _must(value, Decimal)
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS:
        raise ValueError
    return _typed(f"{number:f}", XSD_DECIMAL)


_ENDLESS = {"INF": "inf", "+INF": "inf", "-INF": "-inf", "NaN": "nan"}


def _read_float(term: Node) -> float:
    text = _text_of(term, _DOUBLE, _FLOAT, *_NUMBERS)
    return float(_ENDLESS.get(text) or _matched(_DOUBLE_FORM, text))


def _write_float(value: object) -> Literal:
    number = float(_must(value, int)) if isinstance(value, int) else _must(value, float)
    said = {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(repr(number), repr(number))
    return _typed(said, _DOUBLE)


def _zone_of(text: str | None) -> tzinfo | None:
    if text is None or text == "Z":
        return UTC if text else None
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes > 59 or hours > 14:
        raise ValueError
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if text[0] == "-" else shift)


def _clock_of(match: re.Match[str]) -> str:
    # Finer than Python's microseconds is cut; the literal itself stays as long as the value does.
    return f"{match['clock']}.{(match['part'] or '')[:6]:0<6}"


def _read_datetime(term: Node) -> datetime:
    match = _DATETIME_FORM.match(_text_of(term, XSD_DATETIME, XSD + "dateTimeStamp"))
    if match is None:
        raise ValueError
    return datetime.fromisoformat(f"{match['day']}T{_clock_of(match)}").replace(tzinfo=_zone_of(match["zone"]))


def _read_time(term: Node) -> time:
    match = _TIME_FORM.match(_text_of(term, _TIME))
    if match is None:
        raise ValueError
    return time.fromisoformat(_clock_of(match)).replace(tzinfo=_zone_of(match["zone"]))


def _read_date(term: Node) -> date:
    match = _DATE_FORM.match(_text_of(term, XSD_DATE))
    if match is None:
        raise ValueError
    return date.fromisoformat(match["day"])


def _zoned(said: str, value: datetime | time) -> str:
    shift = value.utcoffset()
    if shift is None and value.tzinfo is None:
        return said
    # A zone that depends on the day says nothing beside a bare time; XML Schema knows whole minutes up to 14 hours.
    if shift is None or shift % timedelta(minutes=1) or abs(shift) > timedelta(hours=14):
        raise ValueError
    return said[:-6] + "Z" if not shift else said


def _write_datetime(value: object) -> Literal:
    moment = _must(value, datetime)
    return _typed(_zoned(moment.isoformat(), moment), XSD_DATETIME)


def _write_time(value: object) -> Literal:
    moment = _must(value, time)
    return _typed(_zoned(moment.isoformat(), moment), _TIME)


def _write_date(value: object) -> Literal:
    if isinstance(value, datetime):
        raise ValueError
    return _typed(_must(value, date).isoformat(), XSD_DATE)


def lexical(datatype: str) -> Codec:
    """Literals of one datatype by their text alone, as they stand."""
    return Codec(
        f"literal of type {plain(datatype)}",
        lambda term: _text_of(term, datatype),
        lambda value: _typed(_must(value, str), datatype),
    )


CODECS: dict[object, Codec] = {
    str: Codec("text", lambda term: _text_of(term, XSD_STRING), lambda value: _typed(_must(value, str))),
    Text: Codec("text", _read_text, _write_text),
    Iri: Codec("address", _read_iri, _write_iri),
    int: Codec("whole number", _read_int, lambda value: _typed(str(_must(value, int)), XSD_INTEGER)),
    bool: Codec("yes or no", _read_bool, lambda value: _typed(str(_must(value, bool)).lower(), XSD_BOOLEAN)),
    float: Codec("number", _read_float, _write_float),
    Decimal: Codec("decimal number", _read_decimal, _write_decimal),
    datetime: Codec("date and time", _read_datetime, _write_datetime),
    date: Codec("date", _read_date, _write_date),
    time: Codec("time of day", _read_time, _write_time),
}
"""By the type a field is declared with."""
