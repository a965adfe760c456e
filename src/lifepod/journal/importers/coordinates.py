"""Coordinates as exports write them: degrees in texts, degrees times ten million as whole numbers.

It refuses to round what it keeps, to guess what a decimal comma means, and to move a place that is off the map back
onto it (only a whole number that ran over is known to be 2³² too large).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from lifepod.journal.activity import Reason

E7 = 10**7
"""A degree in the whole numbers that tracks are made of: 1 is about a centimetre."""
_MOST = (90 * E7, 180 * E7)
_MINUS = ("-", "\u2212")
_DIGITS = r"[0-9]{1,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}"
_NUMBER = re.compile(rf"([-+\u2212]?)({_DIGITS})(?:[eE]([-+]?[0-9]{{1,2}}))?")
_ONE = rf"\s*([-+\u2212]?(?:{_DIGITS})(?:E[-+]?[0-9]{{1,2}})?)\s*[Â\ufffd]*°?\s*"
_PAIR = re.compile(rf"(?:geo:)?{_ONE},{_ONE}(?:,[^;,]{{0,30}})?(?:;.{{0,200}})?", re.IGNORECASE)
"""``48.85°, 2.35°`` of Android, ``geo:48.85,2.35`` (RFC 5870) of iOS, and the bare pair; the sign for degrees may have
gone through a wrong encoding."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth (WGS84), in the digits of the source."""

    lat: str
    lon: str

    @property
    def e7(self) -> tuple[int, int]:
        """Rounded to whole ten-millionths of a degree."""
        return round(Decimal(self.lat) * E7), round(Decimal(self.lon) * E7)

    def rounded(self, digits: int) -> str:
        """For keys: the same for two tellings that differ in the digits behind."""
        north, east = (f"{float(value):.{digits}f}" for value in (self.lat, self.lon))
        nothing = f"-{0:.{digits}f}"
        return f"{north.lstrip('-') if north == nothing else north},{east.lstrip('-') if east == nothing else east}"


def e7_pair(lat: object, lon: object) -> tuple[int, int] | Reason:
    """Google's whole numbers, where those that ran over are put right."""
    if lat is None or lon is None:
        return "no-object"
    north, east = _whole(lat), _whole(lon)
    if north is None or east is None:
        return "bad-number"
    north -= 2**32 if north > _MOST[0] else 0
    east -= 2**32 if east > _MOST[1] else 0
    return (north, east) if abs(north) <= _MOST[0] and abs(east) <= _MOST[1] else "out-of-range"


def shown(e7: int) -> str:
    """A whole number as degrees."""
    whole, part = divmod(abs(e7), E7)
    text = f"{'-' if e7 < 0 else ''}{whole}.{part:07}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def from_e7(lat: object, lon: object) -> Point | Reason:
    """A place told in whole numbers."""
    pair = e7_pair(lat, lon)
    return Point(shown(pair[0]), shown(pair[1])) if isinstance(pair, tuple) else pair


def from_degrees(lat: object, lon: object) -> Point | Reason:
    """A place told in degrees, as numbers or as texts."""
    if lat is None or lon is None:
        return "no-object"
    north, east = _degrees(lat), _degrees(lon)
    if north is None or east is None:
        return "bad-number"
    far = abs(Decimal(north)) > 90 or abs(Decimal(east)) > 180
    return "out-of-range" if far else Point(north, east)


def point_of(told: object) -> Point | Reason:
    """A place in any of Google's words for it: a text, an object around one, or an object of whole numbers."""
    if isinstance(told, dict):
        for lat, lon in (("latitudeE7", "longitudeE7"), ("latE7", "lngE7")):
            if told.get(lat) is not None or told.get(lon) is not None:
                return from_e7(told.get(lat), told.get(lon))
        told = told.get("latLng") or told.get("LatLng")
    if told is None or told == "":
        return "no-object"
    found = _PAIR.fullmatch(told.strip()) if isinstance(told, str) and len(told) < 400 else None
    return from_degrees(found.group(1), found.group(2)) if found else "bad-number"


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value) else None


def _degrees(value: object) -> str | None:
    """A canonical decimal, or nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    text = value.strip() if isinstance(value, str) else repr(value) if abs(value) < E7 else ""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, digits, power = found.groups()
    if power:
        digits = f"{Decimal(digits).scaleb(int(power)):f}"
    whole, _, part = digits.partition(".")
    whole, part = whole.lstrip("0") or "0", part or "0"
    minus = "-" if sign in _MINUS and (whole + part).strip("0") else ""
    return f"{minus}{whole}.{part}"
