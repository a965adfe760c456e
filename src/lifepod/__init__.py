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
    from lifepod.journal.source import Importer, Match, Member
    from lifepod.owner.desk import Desk
    from lifepod.owner.words import wish
    from lifepod.rdf.turtle import Document
    from lifepod.solid.door import Door
    from lifepod.solid.pod import Pod
    from lifepod.vendor.desk import VendorDesk

__version__ = "0.1.0"
_WHERE = {
    "Activity": "journal.activity", "Answer": "access.rules", "Audit": "access.audit", "Desk": "owner.desk",
    "Document": "rdf.turtle", "Door": "solid.door", "Importer": "journal.source", "LifepodError": "errors",
    "Match": "journal.source", "Member": "journal.source", "Mode": "access.rules", "Moment": "journal.activity",
    "Plan": "access.plans", "Pod": "solid.pod", "Skipped": "journal.activity", "Thing": "journal.activity",
    "VendorDesk": "vendor.desk", "Verdict": "access.rules", "Visitor": "access.rules", "wish": "owner.words",
    "Wish": "access.plans",
}  # fmt: skip
__all__ = [
    "Activity", "Answer", "Audit", "Desk", "Document", "Door", "Importer", "LifepodError", "Match", "Member", "Mode",
    "Moment", "Plan", "Pod", "Skipped", "Thing", "VendorDesk", "Verdict", "Visitor", "Wish", "__version__", "wish",
]  # fmt: skip

if not TYPE_CHECKING:
    # Unguarded, a type checker would accept every misspelt name.
    def __getattr__(name: str) -> object:
        """Load a public name from where it lives."""
        from importlib import import_module

        if name not in _WHERE:
            raise AttributeError(f"module 'lifepod' has no attribute {name!r}")
        return getattr(import_module(f"lifepod.{_WHERE[name]}"), name)
