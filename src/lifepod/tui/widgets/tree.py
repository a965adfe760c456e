"""The pod as a tree that grows where somebody looks, with who can see each place at the right edge.

It refuses to build a branch before it is opened, to build more than a page of one branch at once, and to take a name
from the pod for markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from lifepod.tui.branches import Branches
from lifepod.tui.words import place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit

PAGE = 500
"""Branches added at once."""
_OWN = "◆"


@dataclass(frozen=True, slots=True)
class Twig:
    """What one line stands for."""

    url: str
    rest: tuple[str, ...] = ()
    """Places that a line "… more" would add; empty for a place."""


class PlaceTree(Tree[Twig]):
    """Places, by what is in view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"badge--{tone}" for tone in ("public", "signed", "agents", "me", "unknown")
    } | {"badge--own"}
    DEFAULT_CSS = """
    PlaceTree {
        background: $surface; scrollbar-size-vertical: 1; padding: 0;
        & > .tree--guides { color: $foreground 20%; }
        & > .tree--guides-selected { color: $primary; text-style: none; }
        & > .tree--guides-hover { text-style: none; }
        & > .badge--public { color: $error; text-style: bold; }
        & > .badge--signed { color: $warning; text-style: bold; }
        & > .badge--agents { color: $accent; }
        & > .badge--me { color: $foreground 55%; }
        & > .badge--unknown { color: $warning; text-style: italic; }
        & > .badge--own { color: $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "open_branch", "Open", show=False),
        Binding("left", "close_branch", "Close", show=False),
    ]
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    @dataclass
    class Chosen(Message):
        """Another place is looked at. (A message cannot be frozen: the framework writes into it.)"""

        url: str

    def __init__(self, *, id: str) -> None:
        super().__init__(Text("/"), Twig(""), id=id)
        self.guide_depth = 2
        self._branches: Branches | None = None
        self._wanted = ""
        self._flat = False

    @property
    def chosen(self) -> str:
        """URL of the place under the cursor; empty where there is none."""
        node = self.cursor_node
        return node.data.url if node and node.data and self._branches else ""

    def paint(self, audit: Audit, text: str = "") -> None:
        """Show the places of an audit, open where the last ones were; with ``text`` only those that match, flat."""
        branches = self._branches if self._branches and self._branches.audit is audit else Branches(audit)
        chosen = self._wanted or self.chosen
        open_urls = self._open() | {branches.root}
        self._branches = branches
        self._flat = bool(text)
        self.reset(Text(branches.named(branches.root)), Twig(branches.root))
        if text:
            self._add(self.root, branches.matching(text))
            self.root.expand()
        else:
            self._reopen(self.root, open_urls)
        self.point_at(chosen if branches.has(chosen) else branches.root)

    def point_at(self, url: str) -> None:
        """Open the branches that lead to a place, and go there."""
        if self._branches is None or not self._branches.has(url):
            self._wanted = url
            return
        self._wanted = ""
        path = [url]
        while path[-1] != self._branches.root:
            path.append(self._branches.holder(path[-1]))
        node = self.root
        for step in reversed(path[:-1]):
            self._fill(node)
            node.expand()
            node = self._child(node, step) or node
        self.call_after_refresh(self.move_cursor, node)
        self.post_message(self.Chosen(node.data.url if node.data else url))

    def _child(self, node: TreeNode[Twig], url: str) -> TreeNode[Twig] | None:
        while True:
            found = next((n for n in node.children if n.data and n.data.url == url and not n.data.rest), None)
            last = node.children[-1] if node.children else None
            if found or last is None or last.data is None or not last.data.rest:
                return found
            self._more(last)

    def _open(self) -> set[str]:
        found, todo = set[str](), [self.root]
        while todo:
            node = todo.pop()
            if node.is_expanded and node.data:
                found.add(node.data.url)
                todo.extend(node.children)
        return found

    def _reopen(self, node: TreeNode[Twig], urls: set[str]) -> None:
        self._fill(node)
        node.expand()
        for child in node.children:
            if child.data and child.data.url in urls and child.allow_expand:
                self._reopen(child, urls)

    def _fill(self, node: TreeNode[Twig]) -> None:
        if self._branches and node.data and not node.children:
            self._add(node, self._branches.below(node.data.url))

    def _add(self, node: TreeNode[Twig], urls: Iterable[str]) -> None:
        assert self._branches is not None
        every = list(urls)
        for url in every[:PAGE]:
            name = place_name(url, self._branches.root) if self._flat else self._branches.named(url)
            node.add(Text(name or "?"), Twig(url), allow_expand=not self._flat and bool(self._branches.below(url)))
        if rest := tuple(every[PAGE:]):
            node.add_leaf(Text(f"… {len(rest)} more"), Twig(node.data.url if node.data else "", rest))

    def _more(self, node: TreeNode[Twig]) -> None:
        above, data = node.parent, node.data
        if above is not None and data is not None and self._branches is not None:
            node.remove()
            self._add(above, data.rest)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Twig]) -> None:
        """A branch was opened: now its places are wanted."""
        self._fill(event.node)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Twig]) -> None:
        """The cursor stands on another line."""
        if event.node.data and self._branches and not event.node.data.rest:
            self.post_message(self.Chosen(event.node.data.url))

    def on_tree_node_selected(self, event: Tree.NodeSelected[Twig]) -> None:
        """Enter or a click on "… more" shows more."""
        if event.node.data and event.node.data.rest:
            self._more(event.node)

    def action_open_branch(self) -> None:
        """Open the branch, or go into it."""
        node = self.cursor_node
        if node is not None and node.allow_expand and not node.is_expanded:
            node.expand()
        elif node is not None and node.children:
            self.move_cursor(node.children[0])

    def action_close_branch(self) -> None:
        """Close the branch, or go up to the one it hangs from."""
        node = self.cursor_node
        if node is not None and node.is_expanded and node.allow_expand:
            node.collapse()
        elif node is not None and node.parent is not None:
            self.move_cursor(node.parent)

    def get_label_width(self, node: TreeNode[Twig]) -> int:
        """All the room there is; asked for every open line, so nothing is worked out here."""
        depth, above = 0, node.parent
        while above is not None:
            depth, above = depth + 1, above.parent
        return max(12, self.size.width - depth * self.guide_depth)

    def render_label(self, node: TreeNode[Twig], base_style: Style, style: Style) -> Text:
        """A name, whether it has rules of its own, and who can see it at the right edge."""
        width = self.get_label_width(node)
        icon = (self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE) if node.allow_expand else "  "
        text = Text(icon, base_style + Style.from_meta({"toggle": True}) if node.allow_expand else base_style)
        data = node.data
        if data is None or self._branches is None or data.rest:
            return text.append(str(node.label), style)
        badge, own = self._branches.badge(data.url), self._branches.has_own_rules(data.url)
        name = Text(str(node.label), style)
        room = width - len(icon) - len(badge.word) - 2 - 2 * own
        name.truncate(max(4, room), overflow="ellipsis")
        text.append_text(name)
        if own:
            text.append(f" {_OWN}", self._toned("badge--own", node, style))
        text.append(" " * max(1, width - text.cell_len - len(badge.word) - 1), style)
        return text.append(badge.word + " ", self._toned(f"badge--{badge.tone}", node, style))

    def _toned(self, name: str, node: TreeNode[Twig], style: Style) -> Style:
        if node is self.cursor_node:
            return style
        return style + self.get_component_rich_style(name, partial=True)

    def on_resize(self, event: events.Resize) -> None:
        """Badges stand at the right edge, wherever that is now."""
        self._invalidate()
