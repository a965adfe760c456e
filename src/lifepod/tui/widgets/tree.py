"""The pod as a tree that grows where somebody looks, with who can see each place at the right edge.

It refuses to build a branch before it is opened, to build more than a page of one branch at once, and to take a name
from the pod for markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
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

PAGE, FOUND = 500, 100
"""Branches added at once; and of those that were searched for, which change with every letter."""
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
        background: $surface; padding: 0; scrollbar-size: 0 1; scrollbar-gutter: stable;
        &:focus { background-tint: $foreground 0%; }
        & > .badge--public { color: $error; text-style: bold; }
        & > .badge--signed { color: $warning; text-style: bold; }
        & > .badge--agents { color: $accent; }
        & > .badge--me { color: $foreground 65%; }
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

    @dataclass
    class Wanted(Message):
        """Somebody wants to see what a document holds."""

        url: str

    def __init__(self, *, id: str) -> None:
        super().__init__(Text("/"), Twig(""), id=id)
        self.guide_depth = 2
        self._branches: Branches | None = None
        self._wanted = ""
        self._flat = False
        self._opened = set[str]()

    @property
    def chosen(self) -> str:
        """URL of the place under the cursor; empty where there is none."""
        node = self.cursor_node
        return node.data.url if node and node.data and self._branches else ""

    def paint(self, audit: Audit, text: str = "") -> int:
        """Show the places of an audit, open where the last ones were; with ``text`` only those that match, flat.

        Gives how many match.
        """
        chosen = self._wanted or self.chosen
        if not self._flat:
            self._opened = self._open()
        branches = self._branches if self._branches and self._branches.audit is audit else Branches(audit)
        self._branches, self._flat = branches, bool(text)
        self.reset(Text(branches.named(branches.root)), Twig(branches.root))
        matching = branches.matching(text) if text else []
        if text:
            self._add(self.root, matching)
            self.root.expand()
        elif self._opened:
            self._reopen(self.root, self._opened | {branches.root})
        else:
            self._unfold()
        target = branches.nearest(chosen)
        if text and target not in matching:
            target = matching[0] if matching else branches.root
        self.point_at(target)
        return len(matching)

    def point_at(self, url: str) -> None:
        """Open the branches that lead to a place, and go there."""
        if self._branches is None or not self._branches.has(url):
            self._wanted = url
            return
        self._wanted = ""
        path = [url]
        while path[-1] != self._branches.root:
            path.append(self._branches.root if self._flat else self._branches.holder(path[-1]))
        node = self.root
        for step in reversed(path[:-1]):
            self._fill(node)
            node.expand()
            node = self._child(node, step) or node
        # Now, not after the next refresh: by then somebody may have moved on. Lines are numbered when asked for.
        if self.last_line >= 0:
            self.move_cursor(node)
            self.call_after_refresh(lambda: self.scroll_to_line(self.cursor_line, animate=False))
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

    def _unfold(self) -> None:
        """At first: open whole levels for as long as all of it fits in view."""
        level, lines = [self.root], 1
        while level:
            lines += sum(self._branches.count(n.data.url) for n in level if n.data) if self._branches else 0
            if level[0] is not self.root and lines > self.screen.size.height - 4:
                return
            for node in level:
                self._fill(node)
                node.expand()
            level = [child for node in level for child in node.children if child.allow_expand]

    def _fill(self, node: TreeNode[Twig]) -> None:
        if self._branches and node.data and not node.children and not self._flat:
            self._add(node, self._branches.below(node.data.url))

    def _add(self, node: TreeNode[Twig], urls: Iterable[str]) -> None:
        assert self._branches is not None
        every, most = list(urls), FOUND if self._flat else PAGE
        for url in every[:most]:
            name = place_name(url, self._branches.root) if self._flat else self._branches.named(url)
            node.add(Text(name or "?"), Twig(url), allow_expand=not self._flat and self._branches.count(url) > 0)
        if rest := tuple(every[most:]):
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

    def action_select_cursor(self) -> None:
        """Enter opens or closes a branch, and looks into a document; a click only chooses."""
        data = self.cursor_node.data if self.cursor_node else None
        if data is not None and self._branches and not data.rest and not data.url.endswith("/"):
            self.post_message(self.Wanted(data.url))
        else:
            super().action_select_cursor()

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
        # A style given to Text() itself would hold for all that is appended, and the whole line would only toggle.
        text = Text().append(icon, base_style + Style.from_meta({"toggle": node.allow_expand}))
        data = node.data
        if data is None or self._branches is None or data.rest:
            return text.append(str(node.label), style)
        badge, own = self._branches.badge(data.url), self._branches.has_own_rules(data.url)
        room = max(4, width - len(icon) - len(badge.word) - 2 - 2 * own)
        text.append_text(Text(fitted(str(node.label), room, end=self._flat), style))
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


def fitted(name: str, room: int, *, end: bool) -> str:
    """At most ``room`` cells of a name: its beginning, or its end where that tells more."""
    if cell_len(name) <= room:
        return name
    if not end:
        return set_cell_size(name, room - 1).rstrip() + "…"
    while cell_len(name) > room - 1:
        name = name[max(1, (cell_len(name) - room) // 2) :]
    return "…" + name
