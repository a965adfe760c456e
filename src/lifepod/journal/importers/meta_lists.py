"""Lists that Meta's exports hold of others and a person: who follows, who holds a list with them, what adverts go by.

It refuses to take a follower for somebody the person follows: who acted is the agent, and nothing is the object. It
refuses to take an interest for an advertiser of the same name, and to say when a list began, which no export tells.

* Advertisers: ``custom_audiences_v2`` (names), ``custom_audiences_all_types_v2``, ``ig_custom_audiences_all_types``
  (``{advertiser_name, has_…: true}``), or values below the labels of ``label_values``.
* Interests: ``topics_v2`` (names), ``inferred_data_ig_interest`` (``string_map_data``), ``label_values``.
* Followers: ``relationships_followers`` or a bare list (``string_list_data``); ``followers_v3`` (``{name, timestamp}``,
  often without the time).
"""

from __future__ import annotations

from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Thing
from lifepod.journal.importers.meta import (
    PROFILE,
    Family,
    Found,
    Said,
    Times,
    dicts,
    leaves_of,
    provided,
    said,
    text_of,
    told_by,
)
from lifepod.journal.redact import clean_text, visited
from lifepod.names import LP_LIST_KIND, SCHEMA

INTERESTS = {"interest": "ad interest", "category": "ad category"}
"""What a list of what the network thinks of a person holds → the kind of list that each entry of it is."""


def audiences(entry: object, family: Family) -> Found:
    """Advertisers that hold a list with the person on it: as a name, with marks, or as values below a label."""
    if isinstance(entry, str):
        yield _audience(family, text_of(entry), ("data file custom audience",))
    elif not isinstance(entry, dict):
        yield "not-an-activity"
    elif isinstance(entry.get("label_values"), list):
        for row in dicts(entry["label_values"]):
            kind = text_of(row.get("label")) if isinstance(row.get("vec"), list) else ""
            for name in told_by(leaves_of([row]))[1]:
                yield _audience(family, name, (kind,) if kind else ())
    else:
        marks = [name for name in entry if name.startswith("has_")]
        kinds = tuple(clean_text(name[4:].replace("_", " ")) for name in marks if entry[name] is True)
        if marks and not kinds:
            yield "not-an-activity"
        else:
            yield _audience(family, text_of(entry.get("advertiser_name")), kinds)


def _audience(family: Family, name: str, kinds: tuple[str, ...], key: tuple[str, ...] = ()) -> Activity | Reason:
    if not name:
        return "no-object"
    facts = (*provided(family), *((LP_LIST_KIND, kind) for kind in kinds if kind))
    return Activity("audience", family.name, (*key, name.casefold()), None, name, facts)


def interests(what: str, entry: object, family: Family) -> Found:
    """What adverts are chosen by: each interest or category is a list of people that the network made itself."""
    kind = INTERESTS[what]
    if isinstance(entry, dict):
        rows = entry.get("label_values")
        told = (
            [name for row in dicts(rows) for name in told_by(leaves_of([row]))[1]]
            if isinstance(rows, list)
            else list(said(entry, Times("")).texts)
        )
        for name in told or [""]:
            yield _audience(family, name, (kind,), (kind,))
    elif isinstance(entry, str):
        yield _audience(family, text_of(entry), (kind,), (kind,))
    else:
        yield "not-an-activity"


def follower(told: Said, name: str, family: Family) -> Activity | Reason:
    """Somebody who follows the person: the name, the address, and since when where that is told."""
    if isinstance(told.at, str) and told.at != "no-time":
        return told.at
    address = visited(told.url)
    # As with whom the person follows: addresses of accounts have changed their form, names have not.
    who, at = name or address, told.at if isinstance(told.at, Moment) else None
    if not who:
        return "no-object"
    facts: tuple[Fact, ...] = ((SCHEMA + "name", name),) if name else ()
    facts += ((SCHEMA + "url", Iri(address)),) if address else ()
    when = at.value.isoformat() if at else ""
    # Marked, or somebody who is followed in the second they follow back would be one record with it.
    key, match = ("by", who, when), ("by", who, when[:16]) if at else ()
    part = Thing("agent", SCHEMA + "agent", (PROFILE,), facts)
    return Activity("follow", family.name, key, at, None, provided(family), (part,), match)
