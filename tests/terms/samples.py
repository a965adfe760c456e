"""One agreement from first word to last, with its keys: records whose digests and signatures are known."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from lifepod.rdf.closed import Closed
from lifepod.terms.proof import Key, sign

VECTORS = Path(__file__).with_name("vectors")
EXPECTED: dict[str, dict[str, Any]] = json.loads((VECTORS / "expected.json").read_text())
NAMES = tuple(EXPECTED)
ALICE, SHOP = "https://alice.example/profile/card#me", "https://shop.example/profile/card#org"


def key_of(name: str, owner: str) -> Key:
    """A test key, made from its name."""
    seed = hashlib.sha256(f"lifepod test key: {name}".encode()).digest()
    return Key(owner.split("#")[0] + "#lifepod-1", owner, seed)


KEYS = {"alice": key_of("alice", ALICE), "shop": key_of("shop", SHOP)}


def unsigned(name: str) -> Closed:
    """A record without its proof."""
    lines = (VECTORS / f"{name}.nt").read_text("utf-8").splitlines()
    triples = [(s, p, o.removesuffix(" .")) for s, p, o in (line.split(" ", 2) for line in lines)]
    return Closed(EXPECTED[name]["root"], tuple(sorted(triples)))


def signed(name: str) -> Closed:
    """A record as its signer sends it."""
    return sign(unsigned(name), KEYS[EXPECTED[name]["by"]], EXPECTED[name]["signed"])


def agreement() -> Closed:
    """The request with both proofs."""
    second = EXPECTED["request"]["second"]
    return sign(signed("request"), KEYS[second["by"]], second["signed"])
