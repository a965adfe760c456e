"""Two weeks of a made-up person, for the demo: one search for "passport renewal", and what follows it.

It refuses to contain anything real: hosts end in ``.example`` (search engines and YouTube aside, whose addresses an
importer must know), firms and people are invented, and the same bytes come out every time.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus

DAY_0 = datetime(2026, 3, 3, tzinfo=UTC)
"""The day of the search."""
DAYS = range(-3, 11)
SEARCH = "passport renewal"
ADVERTISERS = (
    ("Visa Express: your visa in 24 hours", "https://visa-express.example/apply"),
    ("Passport photos delivered home | Photo Booth", "https://photo-booth.example/passport"),
    ("Fly away for less with Northwind Flights", "https://northwind-flights.example/deals"),
)
_SITES = (
    ("https://news.example/", "The Daily Sample", ("world", "local", "science", "weather")),
    ("https://recipes.example/", "Plain Recipes", ("lentil-soup", "flat-bread", "plum-cake")),
    ("https://forum.example/t/", "Allotment Forum", ("slugs", "compost", "late-frost")),
    ("https://library.example/", "Town Library", ("catalogue", "opening-hours", "renew-loan")),
)
_SEARCHES = ("lentil soup recipe", "when to sow peas", "train to seaside", "library opening hours", "bike tyre size")
_VIDEOS = (
    ("Ten knots everyone should know", "Harbour School"), ("How bread rises", "Slow Kitchen"),
    ("Pruning a plum tree", "Allotment Diaries"), ("The night train north", "Rails and Ferries"),
)  # fmt: skip
_GOODS = (
    ("Enamel mug, blue", "8.90"), ("Seed potatoes, 1 kg", "6.49"), ("Bicycle inner tube 28 in", "7.95"),
    ("Reading lamp, small", "24.00"), ("Wool socks, two pairs", "17.50"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """A page in a browser."""

    at: datetime
    url: str
    title: str
    term: str = ""
    """The words typed, where the page shows results of a search."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of My Activity."""

    at: datetime
    product: str
    title: str
    url: str
    channel: str = ""
    is_ad: bool = False


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of an order list."""

    at: datetime
    number: str
    asin: str
    name: str
    price: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happened, before it is written in anybody's format."""

    visits: tuple[Visit, ...]
    entries: tuple[Entry, ...]
    orders: tuple[OrderRow, ...]

    @property
    def expected(self) -> dict[str, int]:
        """Records by class that an import must give: counted from what happened, not from what a reader says."""
        counts = Counter({"browsing": 0, "searches": 0, "media": 0, "ads": 0, "purchases": 0})
        for visit in self.visits:
            # Chrome's own history and Google's copy of it are two sources, kept side by side.
            counts["searches" if visit.term else "browsing"] += 0 if visit.url.startswith("chrome:") else 2
        for entry in self.entries:
            verb = entry.title.split(" ")[0]
            kind = "ads" if entry.is_ad else {"Searched": "searches", "Watched": "media"}[verb]
            counts[kind] += 1
        counts["purchases"] = sum(not order.cancelled for order in self.orders)
        return dict(sorted(counts.items()))


def tell() -> Story:
    """The story, the same every time."""
    dice = _Dice("passport renewal")
    visits: list[Visit] = []
    entries: list[Entry] = []
    for day in DAYS:
        morning = DAY_0 + timedelta(days=day)
        _browse(dice, morning, visits)
        _look_up(dice, morning, visits)
        _watch(dice, morning, entries)
    _the_search(visits)
    _the_adverts(dice, entries)
    visits.append(Visit(DAY_0 + timedelta(hours=7), "chrome://newtab/", "New Tab"))
    visits.append(Visit(DAY_0 + timedelta(days=1, hours=7), "chrome://settings/", "Settings"))
    entries += [Entry(v.at, "Search", f"Searched for {v.term}", v.url) for v in visits if v.term]
    return Story(
        tuple(sorted(visits, key=lambda v: (v.at, v.url))),
        tuple(sorted(entries, key=lambda e: (e.at, e.title))),
        _the_orders(dice),
    )


class _Dice:
    """Numbers that only look random; the same on every machine and in every version of Python."""

    def __init__(self, seed: str) -> None:
        self._state = int.from_bytes(hashlib.sha256(seed.encode()).digest())

    def below(self, bound: int) -> int:
        self._state = int.from_bytes(hashlib.sha256(self._state.to_bytes(32)).digest())
        return self._state % bound

    def minutes(self, start: int, end: int) -> timedelta:
        return timedelta(minutes=start * 60 + self.below((end - start) * 60), seconds=self.below(60))


def _results(term: str) -> str:
    return f"https://www.google.com/search?q={quote_plus(term)}"


def _browse(dice: _Dice, morning: datetime, visits: list[Visit]) -> None:
    for _ in range(6 + dice.below(5)):
        site, name, pages = _SITES[dice.below(len(_SITES))]
        page = pages[dice.below(len(pages))]
        visits.append(
            Visit(morning + dice.minutes(7, 22), f"{site}{page}", f"{page.replace('-', ' ').title()} - {name}")
        )


def _look_up(dice: _Dice, morning: datetime, visits: list[Visit]) -> None:
    for _ in range(1 + dice.below(2)):
        term = _SEARCHES[dice.below(len(_SEARCHES))]
        visits.append(Visit(morning + dice.minutes(8, 21), _results(term), f"{term} - Google Search", term))


def _watch(dice: _Dice, morning: datetime, entries: list[Entry]) -> None:
    for _ in range(1 + dice.below(3)):
        title, channel = _VIDEOS[dice.below(len(_VIDEOS))]
        code = hashlib.sha256(title.encode()).hexdigest()[:11]
        url = f"https://www.youtube.com/watch?v={code}"
        entries.append(Entry(morning + dice.minutes(18, 23), "YouTube", f"Watched {title}", url, channel))


def _the_search(visits: list[Visit]) -> None:
    at = DAY_0 + timedelta(hours=18, minutes=20)
    visits.append(Visit(at, _results(SEARCH), f"{SEARCH} - Google Search", SEARCH))
    for minutes, path, title in (
        (1, "renew", "Renew your passport"),
        (4, "renew/photos", "Photo requirements"),
        (9, "renew/fees", "Fees and waiting times"),
    ):
        url = f"https://passport-office.example/{path}"
        visits.append(Visit(at + timedelta(minutes=minutes), url, f"{title} - Passport Office"))


def _the_adverts(dice: _Dice, entries: list[Entry]) -> None:
    # Three a day for seven days, then silence.
    for day in range(1, 8):
        for title, url in ADVERTISERS:
            at = DAY_0 + timedelta(days=day) + dice.minutes(8, 22)
            product = ("Search", "YouTube", "Discover")[dice.below(3)]
            verb = "Watched" if product == "YouTube" else "Viewed"
            entries.append(Entry(at, product, f"{verb} {title}", f"{url}?day={day}", is_ad=True))


def _the_orders(dice: _Dice) -> tuple[OrderRow, ...]:
    rows = []
    for number, (name, price) in enumerate(_GOODS):
        at = DAY_0 + timedelta(days=-3 + 2 * number) + dice.minutes(9, 20)
        rows.append(OrderRow(at, f"302-55500{number:02d}-0000{number:03d}", f"B0SYN{number:05d}", name, price))
    booth = DAY_0 + timedelta(days=3, hours=12, minutes=31)
    rows.append(OrderRow(booth, "302-5550090-0000090", "B0SYN00090", "Passport photo set, six prints", "14.90"))
    changed_mind = DAY_0 + timedelta(days=4, hours=9, minutes=2)
    rows.append(OrderRow(changed_mind, "302-5550091-0000091", "B0SYN00091", "Travel adapter", "19.99", cancelled=True))
    return tuple(sorted(rows, key=lambda r: r.at))
