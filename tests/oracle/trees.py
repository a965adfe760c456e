"""Random small trees of places with access documents, in both languages, from a seed.

They hold what people write and what people get wrong. Documents are made as text, without any code of the program.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from tests.access.acp_worlds import ACL, ACP, ISSUER, Acr, Policy, agents, lets, random_policy, turtle_of
from tests.access.worlds import ACME, BOLT, OWNER, PREFIXES

from lifepod.access.servers import Dialect

Said = str | tuple[bool, Policy]
"""One rule: an authorization in Turtle, or a policy and whether it is for members; Turtle for what is odd."""
_NAMES = ("a", "b b", "é", "50% off", "名", "x+y", "it's (1)", "n.acl.txt", "m.acr.txt", "q&a", "Z~")
_MODES = ("Read", "Append", "Write", "Control")
_ALL = "Read, acl:Write, acl:Control"
_BLANK = "# blank nodes"
_MOVED = "# speaks of another place"


@dataclass(frozen=True, eq=False)
class Tree:
    """Places by path (``""`` is the root), each with its own rules or ``None`` where it has no document of its own."""

    name: str
    dialect: Dialect
    places: Mapping[str, tuple[Said, ...] | None]

    def control(self, path: str, base: str) -> str | None:
        """The control document of a place below ``base`` as Turtle."""
        rules = self.places[path]
        if rules is None:
            return None
        return _acl(rules, base) if self.dialect is Dialect.WAC else _acr(rules, base + path)

    def shown(self) -> str:
        """The whole tree for a person to read."""
        base = "https://pod.example/tree/"
        lines = [f"--- {path or '.'}\n{self.control(path, base) or '(inherits)'}" for path in sorted(self.places)]
        return "\n".join([f"tree {self.name} ({self.dialect.value})", *lines])

    def smaller(self) -> Iterator[Tree]:
        """Every tree with one place, document or rule less."""
        for path, rules in self.places.items():
            if path and not any(other != path and other.startswith(path) for other in self.places):
                yield replace(self, places={p: r for p, r in self.places.items() if p != path})
            if rules is not None and path:
                yield replace(self, places={**self.places, path: None})
            for n in range(len(rules or ())):
                assert rules is not None
                yield replace(self, places={**self.places, path: rules[:n] + rules[n + 1 :]})


def tree_of(seed: int, number: int, dialect: Dialect, *, tame: bool = False) -> Tree:
    """The ``number``-th tree of a seed; a tame one names its owner in every document."""
    dice = random.Random(f"{seed}/{number}/{dialect.value}")
    paths = _shape(dice)
    make = _authorizations if dialect is Dialect.WAC else _policies
    places = {p: make(dice, p, paths, tame) if not p or dice.random() < 0.4 else None for p in paths}
    return Tree(f"{seed}-{number}", dialect, places)


def _shape(dice: random.Random) -> tuple[str, ...]:
    """Two to five places, at most four deep, at most three in one container."""
    paths = [""]
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4))):
        open_ = [p for p in paths if (not p or p.endswith("/")) and p.count("/") < 3 and _children(p, paths) < 3]
        if not open_:
            break
        above, name = dice.choice(open_[-2:]), quote(dice.choice(_NAMES), safe="-_.!~*'()")
        path = above + name + ("/" if dice.random() < 0.5 else "")
        if path.rstrip("/") not in {p.rstrip("/") for p in paths}:
            paths.append(path)
    return tuple(paths)


def _children(path: str, paths: list[str]) -> int:
    return sum(p != path and p.startswith(path) and "/" not in p[len(path) :].rstrip("/") for p in paths)


# WAC ------------------------------------------------------------------------------------------------------------------


def _authorizations(dice: random.Random, path: str, paths: tuple[str, ...], tame: bool) -> tuple[Said, ...]:
    container = not path or path.endswith("/")
    rules = [_authorization(dice, path, paths) for _ in range(dice.randint(0, 4))]
    if tame or not path or dice.random() < (0.9 if container else 0.5):
        below = f"; acl:default <@{path}>" if container and (tame or dice.random() < 0.9) else ""
        rules.insert(0, f"a acl:Authorization; acl:agent <{OWNER}>; acl:mode acl:{_ALL}; acl:accessTo <@{path}>{below}")
    return tuple(rules)


def _authorization(dice: random.Random, path: str, paths: tuple[str, ...]) -> str:
    said = []
    if dice.random() < 0.95:
        said.append("a acl:Authorization")
    elif dice.random() < 0.5:
        said.append("a acl:Access")
    said += [_subject(dice) for _ in range(dice.choice((0, 1, 1, 1, 1, 1, 1, 2, 2, 3)))]
    said += [f"acl:mode acl:{m}" for m in dice.sample(_MODES, dice.choice((0, 1, 1, 1, 2, 2, 3, 4)))]
    said += ["acl:mode <https://modes.example/Dance>, acl:Access"] if dice.random() < 0.06 else []
    said += [f"acl:mode '{ACL}{dice.choice(_MODES)}'"] if dice.random() < 0.08 else []
    said += [_object(dice, path, paths) for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3)))]
    said += ["acl:origin <https://app.example>"] if dice.random() < 0.08 else []
    if dice.random() < 0.08:
        said.append("acl:condition [ a acl:ClientCondition; acl:client <https://app.example/id> ]")
    said.append("<https://example.org/note> 'kept'")
    return ("[] " if dice.random() < 0.25 else "") + "; ".join(said)


def _subject(dice: random.Random) -> str:
    usual = [f"acl:agent <{ACME}>", f"acl:agent <{BOLT}>", "acl:agentClass foaf:Agent",
             "acl:agentClass acl:AuthenticatedAgent", "acl:agentGroup <PUBLIC-GROUP#team>"]  # fmt: skip
    odd = [f"acl:agent <{OWNER}>", "acl:agentGroup <PUBLIC-GROUP#other>", "acl:agentGroup <PUBLIC-GROUP#nobody>",
           "acl:agentGroup <PRIVATE-GROUP#team>", "acl:agentGroup <MISSING-GROUP#team>", "acl:agent foaf:Agent",
           "acl:agentClass <https://classes.example/Friend>", f"acl:agent '{ACME}'", f"acl:agent <{ACME}you>",
           f"acl:agent <{ACME.split('#')[0]}>", "acl:agentClass 'http://xmlns.com/foaf/0.1/Agent'",
           "acl:agentGroup 'PUBLIC-GROUP#team'", f"acl:agentClass '{ACL}AuthenticatedAgent'",
           f"acl:agentGroup <{ACME}>", f"acl:agentClass <{BOLT}>"]  # fmt: skip
    return dice.choice(usual if dice.random() < 0.72 else odd)


def _object(dice: random.Random, path: str, paths: tuple[str, ...]) -> str:
    container = not path or path.endswith("/")
    right = [f"acl:accessTo <@{path}>"] + ([f"acl:default <@{path}>"] * 2 if container else [])
    other = dice.choice(paths)
    wrong = [f"acl:accessTo <@{other}>", f"acl:default <@{other}>", f"acl:accessTo <@{path.rstrip('/')}>",
             f"acl:accessTo <@{path}#it>", f'acl:accessTo "@{path}"', f'acl:default "@{path}"',
             f"acl:defaultForNew <@{path}>", f"acl:default <@{path}>", f"acl:accessTo <@{path.replace('%C3', '%c3')}>",
             f"acl:accessTo <@{path}>, <@{other}>"]  # fmt: skip
    return dice.choice(right if dice.random() < 0.75 else wrong)


def _acl(rules: tuple[Said, ...], base: str) -> str:
    lines = []
    for number, rule in enumerate(rules):
        assert isinstance(rule, str)
        subject = "" if rule.startswith("[]") else f"<#r{number}> "
        lines.append(f"{subject}{rule}.".replace("<@", f"<{base}").replace('"@', f'"{base}'))
    return PREFIXES + "\n".join(lines)


# ACP ------------------------------------------------------------------------------------------------------------------

_ODD = (
    # agents and modes as text, an issuer alone, an attribute of an extension, a policy that lies elsewhere
    f"<#m?> acp:agent '{ACME}'.",
    f"<#m?> acp:agent '{ACP}PublicAgent'.",
    f"<#m?> acp:agent '{ACP}AuthenticatedAgent'.",
    f"<#m?> acp:agent '{ACP}CreatorAgent'.",
    f"<#p?> acp:allow '{ACL}Read'. <#m?> acp:agent <{BOLT}>.",
    f"<#p?> acp:deny '{ACL}Read'. <#m?> acp:agent '{ACP}PublicAgent'.",
    f"<#m?> acp:issuer <{ISSUER}>.",
    f"<#m?> acp:agent <{ACME}>; <https://example.org/tag> 'x'.",
    f"<#m?> acp:agent <{ACME}>; acp:tag 'x'.",
    "<#m?> a acp:Matcher; acp:agent 'anyone'.",
    f"<#p?> acp:noneOf <#x?>. <#x?> acp:agent <{BOLT}>. <#m?> acp:agent acp:PublicAgent.",
    f"<#p?> acp:allow <https://modes.example/Dance>. <#m?> acp:agent <{BOLT}>.",
    f"<#c?> acp:apply <https://elsewhere.example/policies#one>. <#m?> acp:agent <{BOLT}>.",
    f"<#acr?> acp:resource <https://elsewhere.example/>; acp:accessControl <#d?>. <#d?> acp:apply <#q?>. "
    f"<#q?> acp:allow acl:Read; acp:anyOf <#m?>. <#m?> acp:agent <{BOLT}>.",
    f"<#acr> acp:access <#d?>. <#d?> acp:apply <#q?>. <#q?> acp:allow acl:Control; acp:anyOf <#m?>. "
    f"<#m?> acp:agent <{ACME}>.",
)


def _policies(dice: random.Random, path: str, paths: tuple[str, ...], tame: bool) -> tuple[Said, ...]:
    rules: list[Said] = []
    for _ in range(dice.randint(0, 3)):
        policy = random_policy(dice)
        if dice.random() < 0.5:
            # Half of all policies are of the kind that people write, or too little would be let in.
            policy = Policy(
                policy.allow or ("Read",), (), (), (agents(dice.choice((ACME, BOLT, ACP + "PublicAgent"))),)
            )
        if tame and policy.deny:
            policy = replace(policy, any_of=(agents(dice.choice((ACME, BOLT))),), all_of=(), none_of=())
        rules.append((dice.random() < 0.5, policy))
    if tame or dice.random() < 0.3:
        rules += [(member, lets(OWNER, *_MODES)) for member in (False, True)]
    if dice.random() < 0.2:
        rules.append(dice.choice(_ODD))
    if dice.random() < 0.2:
        rules.append(_BLANK)
    if not tame and dice.random() < 0.03:
        rules.append(_MOVED)
    return tuple(rules)


def _acr(rules: tuple[Said, ...], place: str) -> str:
    kept = [rule for rule in rules if not isinstance(rule, str)]
    acr = Acr(tuple(p for member, p in kept if not member), tuple(p for member, p in kept if member))
    text = turtle_of(acr, place + ("elsewhere" if _MOVED in rules else ""))
    if _BLANK in rules:
        text = re.sub(r"<#(n\d+)>", r"_:\1", text)
    for number, odd in enumerate(rule for rule in rules if isinstance(rule, str) and not rule.startswith("#")):
        frame = "<#acr> acp:accessControl <#c?>. <#c?> acp:apply <#p?>. <#p?> acp:allow acl:Append; acp:anyOf <#m?>. "
        text += "\n" + (frame + odd).replace("?>", f"{number}>")
    return text


def open_to_read(dialect: Dialect, url: str) -> str:
    """A document that lets everyone read a place, and its owner do everything."""
    if dialect is Dialect.ACP:
        return turtle_of(Acr((Policy(("Read",), any_of=(agents(ACP + "PublicAgent"),)), lets(OWNER, *_MODES))), url)
    rule = f"a acl:Authorization; acl:accessTo <{url}>; acl:mode acl:"
    return f"{PREFIXES}<#p> {rule}Read; acl:agentClass foaf:Agent. <#o> {rule}{_ALL}; acl:agent <{OWNER}>."
