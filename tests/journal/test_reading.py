"""A partition back into records, as a program reads them."""

from __future__ import annotations

import itertools

import pytest
from tests.journal.exports import BASE, NOON, filed

from lifepod.errors import Malformed
from lifepod.journal.activity import Activity, Iri, Moment, Thing
from lifepod.journal.reading import records_in, short
from lifepod.journal.record import name_of
from lifepod.names import SCHEMA

WATCH = Activity(
    "watch", "x", ("k",), Moment(NOON), 'A "film"\n', ((SCHEMA + "provider", Iri("https://tv.example/")),),
    (Thing("object", SCHEMA + "object", (SCHEMA + "VideoObject",), ((SCHEMA + "url", Iri("https://tv.example/1")),)),),
)  # fmt: skip


def partition(*activities: Activity) -> bytes:
    (data,) = filed([activities]).values()
    return data


def test_a_record_is_read_with_its_parts_inside() -> None:
    name = name_of(WATCH)
    assert records_in(partition(WATCH), BASE) == [
        {
            "@id": f"{BASE}#{name}",
            "@type": ["schema:WatchAction"],
            "schema:name": 'A "film"\n',
            "schema:object": {
                "@id": f"{BASE}#{name}-object", "@type": ["schema:VideoObject"], "schema:url": "https://tv.example/1",
            },
            "schema:provider": "https://tv.example/",
            "schema:startTime": "2025-12-01T12:00:00.5Z",
        }
    ]  # fmt: skip


def test_repetitions_are_records_of_their_own_in_order() -> None:
    ids = [str(record["@id"]).removeprefix(BASE) for record in records_in(partition(WATCH, WATCH), BASE)]
    assert ids == [f"#{name_of(WATCH)}", f"#{name_of(WATCH)}-2"]


def test_several_values_are_a_list() -> None:
    data = partition(WATCH) + f'<#{name_of(WATCH)}> <{SCHEMA}name> "Other" .'.encode()
    assert records_in(data, BASE)[0]["schema:name"] == ['A "film"\n', "Other"]


def test_the_document_and_things_elsewhere_are_no_records() -> None:
    data = partition(WATCH) + b'<https://other.example/> <https://schema.org/name> "x" . <> <urn:x> <#undated> .'
    assert len(records_in(data, BASE)) == 1


def test_a_damaged_partition_is_malformed() -> None:
    with pytest.raises(Malformed):
        records_in(partition(WATCH)[:-9], BASE)


@pytest.mark.parametrize(("iri", "shown"), [(SCHEMA + "name", "schema:name"), ("urn:x", "urn:x")])
def test_known_terms_are_shown_short(iri: str, shown: str) -> None:
    assert short(iri) == shown


def test_parts_of_parts_are_named_and_never_unfolded() -> None:
    """Twenty levels of four properties each would be a million million parts."""
    stem = "20260301T120000Z-0123456789abcdef"
    levels = [f"<#{stem}{'-x' * depth}>" for depth in range(21)]
    lines = [f"{a} <https://x.example/p{n}> {b} ." for a, b in itertools.pairwise(levels) for n in range(4)]
    (record,) = records_in("\n".join(lines).encode(), BASE)
    part = record["https://x.example/p0"]
    assert isinstance(part, dict)
    assert part["https://x.example/p0"] == f"#{stem}-x-x"


def test_every_part_of_one_property_is_kept() -> None:
    stem = "20260301T120000Z-0123456789abcdef"
    text = f"<#{stem}> <https://x.example/p> <#{stem}-a>, <#{stem}-b> . <#{stem}-a> a <urn:a> . <#{stem}-b> a <urn:b> ."
    (record,) = records_in(text.encode(), BASE)
    parts = record["https://x.example/p"]
    assert isinstance(parts, list)
    assert [part["@type"] for part in parts if isinstance(part, dict)] == [["urn:a"], ["urn:b"]]
