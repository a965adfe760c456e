"""A second implementation verifies what we sign, and we verify what it signs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyld import BUNDLED_CONTEXTS
from tests.terms.samples import EXPECTED, KEYS, NAMES, agreement, signed, unsigned
from tests.terms.second.installed import answer, installed

from lifepod.rdf.closed import CONTEXTS, Closed, read_closed, write_closed
from lifepod.rdf.jsonld import vocab_file
from lifepod.terms.proof import Fit, base58, fit_of

KNOWN = {
    CONTEXTS[0]: json.loads(BUNDLED_CONTEXTS[CONTEXTS[0]].read_text("utf-8")),
    CONTEXTS[1]: json.loads(vocab_file("terms-context.jsonld")),
}
RECORDS = {name: signed(name) for name in NAMES} | {"agreement": agreement()}


@pytest.fixture(scope="session")
def folder() -> Path:
    """With node and npm as the machine has them, before a test has its own world."""
    return installed()


def verified(folder: Path, data: bytes) -> Any:
    return answer(folder, {"document": json.loads(data), "contexts": KNOWN})["verified"]


@pytest.mark.parametrize("name", ["agreement", "terms", "accept", "receipt"])
def test_it_verifies_our_records(name: str, folder: Path) -> None:
    record = RECORDS[name]
    assert verified(folder, write_closed(record)) == [True] * len(record.proofs)


def test_it_too_finds_a_changed_word(folder: Path) -> None:
    data = write_closed(agreement())
    assert verified(folder, data.replace(b"2027-", b"2028-")) == [False, False]


@pytest.mark.parametrize("name", ["request", "counter"])
def test_it_signs_the_very_bytes_we_sign(name: str, folder: Path) -> None:
    key, record = KEYS[EXPECTED[name]["by"]], unsigned(name)
    secret = {
        "id": key.method,
        "controller": key.owner,
        "publicKeyMultibase": key.public,
        "secretKeyMultibase": "z" + base58(b"\x80\x26" + key.seed),
    }
    question = {"document": json.loads(write_closed(record)), "contexts": KNOWN, "key": secret}
    theirs = answer(folder, question | {"created": EXPECTED[name]["signed"]})["signed"]
    found: Closed = read_closed(json.dumps(theirs).encode())
    assert fit_of(found, found.proofs[0], key.public) == Fit.VALID
    assert write_closed(found) == write_closed(signed(name))
