"""Audiences beside classes of data, in numbers, for the screen: what everybody could use of what.

It refuses to paint, and to count what is not known as closed.
"""

from __future__ import annotations

from lifepod.access.matrix import Count as Count
from lifepod.access.matrix import Counts as Counts
from lifepod.access.matrix import behind as behind
from lifepod.access.matrix import counts as counts
