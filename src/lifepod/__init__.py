"""lifepod: a person's activity data in their own Solid pod, who can see what, and vendors let in and shut out.

The public names, loaded when first used. Nothing inside the package imports this window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifepod.access.audit import Audit
    from lifepod.access.plans import Plan, Wish
    from lifepod.access.rules import Answer, Mode, Verdict, Visitor
    from lifepod.errors import LifepodError
    from lifepod.journal.activity import Activity, Moment, Skipped, Thing
    from lifepod.journal.golden import golden
    from lifepod.journal.source import Importer, Match, Member
    from lifepod.owner.desk import Desk
    from lifepod.owner.words import wish
    from lifepod.rdf.mapping import Iri, Text, at, read_thing, read_things, remove_thing, thing, write_thing
    from lifepod.rdf.shapes import validate
    from lifepod.rdf.turtle import Document
    from lifepod.solid.discovery import find_storages, storage_above
    from lifepod.solid.door import Door, connect, visit
    from lifepod.solid.notify import Notification
    from lifepod.solid.pod import Pod
    from lifepod.solid.typeindex import read_type_indexes, register
    from lifepod.vendor.desk import VendorDesk

__version__ = "0.1.0"
_WHERE = {
    "Activity": "journal.activity", "Answer": "access.rules", "Audit": "access.audit", "Desk": "owner.desk",
    "Document": "rdf.turtle", "Door": "solid.door", "Importer": "journal.source", "Iri": "rdf.mapping",
    "LifepodError": "errors", "Match": "journal.source", "Member": "journal.source", "Mode": "access.rules",
    "Moment": "journal.activity", "Notification": "solid.notify", "Plan": "access.plans", "Pod": "solid.pod",
    "Skipped": "journal.activity", "Text": "rdf.mapping", "Thing": "journal.activity", "VendorDesk": "vendor.desk",
    "Verdict": "access.rules", "Visitor": "access.rules", "Wish": "access.plans", "at": "rdf.mapping",
    "connect": "solid.door", "find_storages": "solid.discovery", "golden": "journal.golden",
    "read_thing": "rdf.mapping", "read_things": "rdf.mapping", "read_type_indexes": "solid.typeindex",
    "register": "solid.typeindex",
    "remove_thing": "rdf.mapping", "storage_above": "solid.discovery", "thing": "rdf.mapping",
    "validate": "rdf.shapes", "visit": "solid.door", "wish": "owner.words", "write_thing": "rdf.mapping",
}  # fmt: skip
__all__ = [
    "Activity", "Answer", "Audit", "Desk", "Document", "Door", "Importer", "Iri", "LifepodError", "Match", "Member",
    "Mode", "Moment", "Notification", "Plan", "Pod", "Skipped", "Text", "Thing", "VendorDesk", "Verdict", "Visitor",
    "Wish", "__version__", "at", "connect", "find_storages", "golden", "read_thing", "read_things", "read_type_indexes",
    "register", "remove_thing", "storage_above", "thing", "validate", "visit", "wish", "write_thing",
]  # fmt: skip

if not TYPE_CHECKING:
    # Unguarded, a type checker would accept every misspelt name.
    def __getattr__(name: str) -> object:
        """Load a public name from where it lives."""
        from importlib import import_module

        if name not in _WHERE:
            raise AttributeError(f"module 'lifepod' has no attribute {name!r}")
        return getattr(import_module(f"lifepod.{_WHERE[name]}"), name)
