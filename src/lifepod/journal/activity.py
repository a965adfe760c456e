"""One thing a person did, as an importer yields it: a flat value without RDF and without I/O.

It refuses to carry secrets: cookie values, one-time codes, card numbers. Importers pass texts and addresses through
:mod:`lifepod.journal.redact` before they become a value here.

* ``kind`` decides the class (container) and the RDF types; see :data:`KINDS`.
* ``key`` holds the identity fields, already normalised; equal keys of one source are one record.
* Times carry their precision; a day stays a day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from lifepod.names import AS, DCT, ICAL, LP, PD, SCHEMA, VCARD

Precision = Literal["instant", "minute", "day"]
"""How exactly the source knows a time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time with its precision: an aware UTC datetime, a local datetime without zone, or a date."""

    value: datetime | date
    precision: Precision = "instant"
    text: str = field(init=False, repr=False, compare=False)
    """ISO 8601, as ``isoformat`` gives it; made once, because names, keys and records all need it."""

    def __post_init__(self) -> None:
        """An instant told in another zone is the same instant in UTC."""
        value = self.value
        if isinstance(value, datetime) and value.tzinfo is not None and value.tzinfo is not UTC:
            value = value.astimezone(UTC)
            object.__setattr__(self, "value", value)
        object.__setattr__(self, "text", value.isoformat())


@dataclass(frozen=True, slots=True)
class Iri:
    """An absolute IRI, as opposed to text."""

    value: str


@dataclass(frozen=True, slots=True)
class Decimal10:
    """A decimal number in the digits of the source, such as ``"12.50"``."""

    value: str


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as ``xsd:duration``, such as ``"PT1H2M30S"``."""

    value: str


Value = str | int | bool | Iri | Decimal10 | Moment | Duration
"""What a fact may say."""

Fact = tuple[str, Value]
"""Property IRI and value."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing a record is about that has no IRI of its own; it becomes a fragment of the record."""

    part: str
    """Name of the fragment below the record: ``object``, ``amount``, ``order``."""
    link: str
    """Property IRI that leads from the record to it."""
    types: tuple[str, ...]
    """Class IRIs."""
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """One record on its way in (journal: what an importer yields)."""

    kind: str
    """A key of :data:`KINDS`."""
    source: str
    """Source slug, ``[a-z0-9-]{1,40}``: ``firefox-default``, ``google-search``, ``amazon``."""
    key: tuple[str, ...]
    """Identity fields, normalised; the native id where the source has one."""
    start: Moment | None
    name: str | None = None
    """What a person would call it: a page title, a product."""
    facts: tuple[Fact, ...] = ()
    things: tuple[Thing, ...] = ()
    match: tuple[str, ...] = ()
    """Main object and time cut to the minute (or day): equal across sources for the same happening."""
    native: bool = False
    """The key is the source's own id: a repetition is the same record, not a second one."""
    end: Moment | None = None
    """When it ended; what is known by its end alone is named and filed by it."""

    @property
    def when(self) -> Moment | None:
        """The time it is named and filed by; ``None`` for what stands (:attr:`Kind.stands`) and for what has none."""
        return None if KINDS[self.kind].stands else self.start or self.end


Reason = Literal[
    "empty-export", "raw-only", "no-usable-records", "malformed", "html-instead-of-json", "encrypted-placeholder",
    "unsupported-version", "needs-answer", "locked", "too-large", "unsafe-archive",
    "no-time", "bad-time", "bad-number", "bad-currency", "no-object", "internal-url", "unknown-verb",
    "not-an-activity", "promo-clip", "balance-memo", "pending", "cancelled", "nested", "other-person",
    "other-class", "duplicate", "deleted-by-you", "third-party-data", "out-of-range", "too-long",
]  # fmt: skip
"""Why something is not a record; a closed list."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """One thing that was read and is no record, with the reason; never its content."""

    reason: Reason
    where: str
    """Member path with line or index: ``MyActivity.json#17``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of record is filed and typed."""

    journal_class: str
    """Container below ``journal/``."""
    types: tuple[str, ...]
    """RDF classes, the main one first."""
    categories: tuple[str, ...]
    """``dpv:hasPersonalData`` of its partition."""
    stands: bool = False
    """Not something that happened but something that is there and may change, such as a contact or a cookie. Its
    times are no part of its name, so that a later export finds it again, and it lies in ``undated.ttl``."""
    begins: str = SCHEMA + "startTime"
    """Property of :attr:`Activity.start`."""
    ends: str = SCHEMA + "endTime"
    """Property of :attr:`Activity.end`."""


_HISTORY, _SOCIAL, _TRACKED = (PD + "BrowserHistory",), (PD + "SocialMedia",), (PD + "Tracking",)
_ADS = (PD + "Tracking", PD + "Behavioural")
_MOVED = (PD + "TravelHistory", PD + "GPSCoordinate")
_VIEW = (SCHEMA + "ViewAction", AS + "View")

KINDS: dict[str, Kind] = {
    "visit": Kind("browsing", _VIEW, _HISTORY),
    "search": Kind("searches", (SCHEMA + "SearchAction",), (PD + "Interest",)),
    "stay": Kind("places", (LP + "Stay", SCHEMA + "Action"), _MOVED),
    "trip": Kind("places", (SCHEMA + "TravelAction", AS + "Travel"), _MOVED),
    "track": Kind("places", (LP + "Track", SCHEMA + "TravelAction"), _MOVED),
    "purchase": Kind("purchases", (SCHEMA + "BuyAction",), (PD + "Purchase",)),
    "transfer": Kind("payments", (SCHEMA + "MoneyTransfer",), (PD + "Transaction",)),
    "watch": Kind("media", (SCHEMA + "WatchAction",), (PD + "TVViewingBehaviour",)),
    "listen": Kind("media", (SCHEMA + "ListenAction", AS + "Listen"), (PD + "ServiceConsumptionBehaviour",)),
    "like": Kind("social", (SCHEMA + "LikeAction", AS + "Like"), _SOCIAL),
    "dislike": Kind("social", (SCHEMA + "DislikeAction", AS + "Dislike"), _SOCIAL),
    "follow": Kind("social", (SCHEMA + "FollowAction", AS + "Follow"), (PD + "Connection",)),
    "subscribe": Kind("social", (SCHEMA + "SubscribeAction",), _SOCIAL),
    "comment": Kind("social", (SCHEMA + "CommentAction",), _SOCIAL),
    "post": Kind("social", (SCHEMA + "SocialMediaPosting",), _SOCIAL, begins=SCHEMA + "datePublished"),
    "save": Kind("social", (SCHEMA + "BookmarkAction",), _SOCIAL),
    "seen": Kind("social", _VIEW, _SOCIAL),
    "ad": Kind("ads", _VIEW, _ADS),
    "ad-click": Kind("ads", (LP + "AdClick",), _ADS),
    "told": Kind("tracking", (LP + "TrackedInteraction",), _TRACKED),
    "opened": Kind("tracking", (LP + "DataAccess",), _TRACKED),
    "audience": Kind("tracking", (LP + "Audience",), _TRACKED, stands=True),
    "cookie": Kind("cookies", (LP + "Cookie",), _TRACKED, stands=True, begins=DCT + "created", ends=LP + "expires"),
    "event": Kind(
        "calendar", (ICAL + "Vevent", SCHEMA + "Event"), (PD + "LifeHistory",),
        stands=True, begins=SCHEMA + "startDate", ends=SCHEMA + "endDate",
    ),
    "person": Kind("contacts", (VCARD + "Individual",), (PD + "Contact",), stands=True),
    "organisation": Kind("contacts", (VCARD + "Organization",), (PD + "Contact",), stands=True),
    "message": Kind("messages", (SCHEMA + "Message",), (PD + "CommunicationsMetadata",), begins=SCHEMA + "dateSent"),
}  # fmt: skip
"""Every kind of this release."""

CLASSES: tuple[str, ...] = (
    "ads", "browsing", "calendar", "contacts", "cookies", "media", "messages", "payments", "places", "purchases",
    "searches", "social", "tracking",
)  # fmt: skip
"""Every class of the journal: a container below ``journal/``, and so one grant."""
