"""A pod as programs use it: its resources, and all that is built on them.

It refuses to hold logic: each method hands on to the file that does the work.
"""

from __future__ import annotations

from lifepod.rdf.turtle import Document as Document  # part of what a Pod hands out
from lifepod.solid.reading import Listing as Listing
from lifepod.solid.reading import document_of as document_of
from lifepod.solid.reading import same_as_text as same_as_text
from lifepod.solid.resources import Resources


class Pod(Resources):
    """Async client of one pod; use as a context manager. Errors are those of :mod:`lifepod.errors`."""
