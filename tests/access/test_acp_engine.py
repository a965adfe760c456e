"""ACP judged by the engine the server itself uses: the same random policies, answered by it and by us, must agree.

The engine is the JavaScript package inside the installed pod server; nothing listens and nothing connects.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from itertools import product
from typing import Any

import pytest
from tests.access.acp_worlds import ACP, APP, ISSUER, Acr, Matcher, Policy, acp_world, random_acr
from tests.access.worlds import ACME, BASE, OWNER

from lifepod.access.rules import Answer, Mode, Visitor
from lifepod.home.install import SERVER_JS, installed_server
from lifepod.home.node import find_node

PLACES = ("", "c/", "c/d/", "c/d/e.ttl")
VISITORS = [
    Visitor(agent, client, issuer)
    for agent, client, issuer in product(
        (OWNER, ACME, "https://stranger.example/#me", None), (None, APP), (None, ISSUER)
    )
]
JUDGE = """
const { allowAccessModes } = require(process.argv[1]);
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const revive = (p) => ({ ...p, allow: new Set(p.allow), deny: new Set(p.deny) });
console.log(JSON.stringify(cases.map((c) => [...allowAccessModes(c.policies.map(revive), c.context)])));
"""


def as_matcher(matcher: Matcher) -> dict[str, Any]:
    return {"iri": "m"} | {key: list(matcher.values.get(key, ())) for key in ("agent", "client", "issuer", "vc")}


def as_policy(policy: Policy) -> dict[str, Any]:
    acl = "http://www.w3.org/ns/auth/acl#"
    return {
        "iri": "p",
        "allow": [acl + m for m in policy.allow],
        "deny": [acl + m for m in policy.deny],
        "allOf": [as_matcher(m) for m in policy.all_of],
        "anyOf": [as_matcher(m) for m in policy.any_of],
        "noneOf": [as_matcher(m) for m in policy.none_of],
    }


def effective(acrs: dict[str, Acr | None], path: str) -> list[Policy]:
    """Own controls of the place and member controls of all above it, straight from the structure."""
    above = [p for p in PLACES if path != p and path.startswith(p) and (p == "" or p.endswith("/"))]
    own = acrs[path]
    return [*(own.own if own else ()), *(p for a in above if (acr := acrs[a]) for p in acr.member)]


def judged(cases: list[dict[str, Any]]) -> list[list[str]]:
    engine = installed_server(lambda line: None) / "node_modules/@solid/access-control-policy/dist/mod.js"
    command = [str(find_node().path), "-e", JUDGE, str(engine)]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    answers: list[list[str]] = json.loads(done.stdout)
    return answers


@pytest.mark.live
def test_thousands_of_random_policy_sets_are_judged_as_the_engine_judges_them() -> None:
    assert SERVER_JS
    seed = int(os.environ.get("ORACLE_SEED", "20260301"))
    dice, count = random.Random(seed), int(os.environ.get("ORACLE_SETS", "80"))
    asked: list[tuple[dict[str, Acr | None], str, Visitor]] = []
    for _ in range(count):
        acrs = {path: random_acr(dice) for path in PLACES}
        asked += [(acrs, path, visitor) for path in PLACES for visitor in VISITORS]
    cases = [
        {
            "policies": [as_policy(p) for p in effective(acrs, path)],
            "context": {
                "target": BASE + path, "agent": visitor.agent, "client": visitor.client, "issuer": visitor.issuer
            },
        }
        for acrs, path, visitor in asked
    ]  # fmt: skip
    audits: dict[int, Any] = {}
    for (acrs, path, visitor), modes in zip(asked, judged(cases), strict=True):
        audit = audits.setdefault(id(acrs), acp_world(acrs))
        words = {mode.rsplit("#", 1)[1].lower() for mode in modes}
        words |= {"append"} if "write" in words else set()  # as the server does afterwards
        for mode in Mode:
            answer = audit.verdict(BASE + path, visitor, mode).answer
            assert answer is not Answer.UNKNOWN, (seed, path, visitor, mode)
            assert (answer is Answer.YES) == (mode.value in words), (seed, acrs, path, visitor, mode)
    assert len(asked) * len(Mode) >= 10_000
    assert ACP
