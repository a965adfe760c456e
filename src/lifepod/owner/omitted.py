"""What each importer leaves out on purpose, for the person who is about to import.

It refuses to speak for importers that others wrote.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.errors import LifepodError
from lifepod.journal import shelf
from lifepod.owner.sources import known_sources

_NUMBERS = "Account numbers (accounts get names made with a secret of your pod)"
_LEFT_OUT = {
    "amazon": "Addresses, gift texts, tracking numbers and means of payment.",
    "bank-csv": f"{_NUMBERS}.",
    "browser": "Everything in the browser's database but visits and search terms.",
    "calendar": "Descriptions, attendees and attachments.",
    "camt": f"{_NUMBERS}. Notifications (CAMT.054), which tell again what statements tell.",
    "contacts": "Photos, postal addresses, notes and links to other people.",
    "cookies": "The value of every cookie.",
    "facebook": "The texts of posts, comments and messages, and the addresses of places.",
    "google-activity": "The place at which something was searched for.",
    "google-places": "Wi-Fi networks around you and addresses. Of each day's way the points that its shape needs stay.",
    "gpx": "Routes that were planned and places that were marked. Of a way the points that its shape needs stay.",
    "instagram": "The texts of posts, comments and messages.",
    "ios-privacy": "What an app showed while it made a contact, and the machines of your own network.",
    "mail": "Subjects, bodies, names and blind copies; spam, drafts and what is in the bin.",
    "mt940": f"{_NUMBERS}. Mandates and creditor ids.",
    "netflix": "Other profiles than yours, trailers, and from where the account was used.",
    "ofx": f"{_NUMBERS}.",
    "paypal": "E-mail addresses, notes and bank accounts, and whatever moved no money.",
    "qif": f"{_NUMBERS}. Trades of securities.",
    "spotify": "Addresses, devices and countries; private sessions; what was played for no time.",
    "youtube": "What comments say, and what was paid for them.",
}


@dataclass(frozen=True, slots=True)
class About:
    """What is said of an importer."""

    title: str
    left_out: str
    """Empty where nobody says."""
    how_to_get: str = ""


def importers() -> tuple[About, ...]:
    """All there are, those that cannot be used with their reason; loads them."""
    return tuple(
        About(one.title, _LEFT_OUT.get(one.name, ""), one.problem or one.how_to_get) for one in known_sources()
    )


def about(importer: str) -> About:
    """What an importer is called, and what it leaves out; importers that files were read with are loaded already."""
    try:
        title = shelf.importer(importer).title
    except LifepodError:
        title = importer
    return About(title, _LEFT_OUT.get(importer, ""))
