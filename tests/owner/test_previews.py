"""What a place holds, read within bounds: linked data as rows and Turtle, text as it lies there, binary described."""

from __future__ import annotations

import asyncio

import pyoxigraph as ox
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.signed import signed_in

from lifepod.errors import Missing, Refused, Unreachable
from lifepod.owner import previews
from lifepod.owner.previews import AT_MOST, Held, Kind, held

NOTE = """@prefix schema: <https://schema.org/> .
<#a> a schema:Note ; schema:name "Tea & \\"milk\\"" , "Tee"@de ; schema:about [ schema:name "unnamed" ] ;
    schema:url <https://shop.example/tea> ; <https://other.example/p> 3 .
<> schema:name "the document" .
"""


async def read(double: PodDouble, path: str) -> Held:
    async with signed_in(double) as pod:
        return await held(pod, double.url(path))


async def test_linked_data_is_rows_with_known_prefixes_one_subject_together() -> None:
    double = PodDouble()
    double.put("notes/tea.ttl", NOTE)
    found = await read(double, "notes/tea.ttl")
    assert (found.kind, found.media_type, found.size) == (Kind.LINKED, "text/turtle", len(NOTE.encode()))
    assert found.table is not None
    about_a = [(p, o) for s, p, o in found.table.rows if s == "<#a>"]
    assert about_a[0] == ("a", "schema:Note")
    assert ("schema:name", 'Tea & "milk"') in about_a
    assert ("schema:name", "Tee @de") in about_a
    assert ("schema:url", "<https://shop.example/tea>") in about_a
    assert ("<https://other.example/p>", "3") in about_a
    [unnamed] = [o for p, o in about_a if p == "schema:about"]
    assert (unnamed, "schema:name", "unnamed") in found.table.rows
    assert ("<>", "schema:name", "the document") in found.table.rows
    subjects = [s for s, _, _ in found.table.rows]
    assert sorted(subjects, key=subjects.index) == subjects, "rows of one subject are apart"


async def test_turtle_says_the_same_and_raw_is_byte_for_byte_what_lies_there() -> None:
    double = PodDouble()
    url = double.put("notes/tea.ttl", NOTE)
    found = await read(double, "notes/tea.ttl")
    assert found.text == NOTE
    assert found.table is not None
    graphs = [
        ox.Dataset(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=url))
        for text in (NOTE, found.table.turtle)
    ]
    for graph in graphs:
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert graphs[0] == graphs[1]
    assert found.table.turtle.startswith("@prefix schema:")


async def test_json_ld_is_read_as_it_lies_and_as_rows() -> None:
    double = PodDouble()
    text = '{"@context": {"name": "https://schema.org/name"}, "@id": "#a", "name": "Tea"}'
    double.put("notes/tea.jsonld", text, "application/ld+json")
    found = await read(double, "notes/tea.jsonld")
    assert (found.kind, found.text) == (Kind.LINKED, text)
    assert found.table is not None
    assert found.table.rows == (("<#a>", "schema:name", "Tea"),)


async def test_a_container_is_linked_data_too() -> None:
    double = PodDouble()
    double.put("notes/tea.ttl", NOTE)
    found = await read(double, "notes/")
    assert found.table is not None
    assert any(p == "ldp:contains" and "tea.ttl" in o for _, p, o in found.table.rows)


@pytest.mark.parametrize(
    ("body", "media_type", "kind"),
    [
        (b"just words\n", "text/plain", Kind.TEXT),
        (b'{"a": 1}', "application/json", Kind.TEXT),
        (b"<svg/>", "image/svg+xml", Kind.TEXT),
        (b"when,what\n1,2\n", "application/octet-stream", Kind.TEXT),
        ("gr\u00fc\u00df".encode() * 2000, "application/octet-stream", Kind.TEXT),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png", Kind.BINARY),
        (b"GIF89a and words", "image/gif", Kind.BINARY),
        (b"words\x00and more", "text/plain", Kind.BINARY),
        (b"\x1b[2Jwords", "application/octet-stream", Kind.BINARY),
        (b"\xff\xfe\xfd", "application/octet-stream", Kind.BINARY),
    ],
)
async def test_text_is_text_and_binary_is_described_only(body: bytes, media_type: str, kind: Kind) -> None:
    double = PodDouble()
    double.put("files/thing", body, media_type)
    found = await read(double, "files/thing")
    assert (found.kind, found.media_type, found.size) == (kind, media_type, len(body))
    assert found.table is None
    assert (found.text is None) is (kind is Kind.BINARY)
    assert kind is Kind.BINARY or found.text == body.decode()


async def test_bytes_that_are_no_letters_are_marked_and_said() -> None:
    double = PodDouble()
    double.put("files/latin.txt", b"gr\xfc\xdf", "text/plain")
    found = await read(double, "files/latin.txt")
    assert found.text == "gr\ufffd\ufffd"
    assert found.notes == ("Bytes that are no UTF-8 are shown as \ufffd.",)


async def test_of_a_long_text_the_beginning_is_taken_and_that_is_said() -> None:
    double = PodDouble()
    double.put("files/long.txt", b"0123456789abcdef" * (AT_MOST // 16 + 1000), "text/plain")
    found = await read(double, "files/long.txt")
    assert found.text is not None
    assert len(found.text) == AT_MOST
    assert found.is_cut
    assert found.size in (None, AT_MOST + 16_000)
    assert found.notes == ("It is long: the first 2 MiB are shown, as they lie there.",)


async def test_long_linked_data_is_not_passed_off_as_a_whole_table() -> None:
    double = PodDouble()
    lines = "".join(f'<#r{n}> <https://schema.org/name> "{n:060}" .\n' for n in range(AT_MOST // 100 + 2000))
    double.put("files/long.ttl", lines)
    found = await read(double, "files/long.ttl")
    assert (found.kind, found.table, found.is_cut) == (Kind.TEXT, None, True)


async def test_what_is_called_turtle_and_is_none_is_shown_raw_and_why_is_said() -> None:
    double = PodDouble()
    double.put("files/bad.ttl", "this is no turtle")
    found = await read(double, "files/bad.ttl")
    assert (found.kind, found.table, found.text) == (Kind.TEXT, None, "this is no turtle")
    assert "is not Turtle: line 1" in found.notes[0]


async def test_a_place_that_is_gone_or_refused_or_out_of_reach_is_raised_as_reading_does() -> None:
    double = PodDouble()
    url = double.put("files/a.txt", b"a", "text/plain")
    with pytest.raises(Missing):
        await read(double, "files/none.txt")
    double.script("GET", url, 403)
    with pytest.raises(Refused):
        await read(double, "files/a.txt")
    double.script("GET", url, faults.refused_connection(), times=None)
    with pytest.raises(Unreachable):
        await read(double, "files/a.txt")


async def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    double = PodDouble()
    url = double.put("files/a.txt", b"a", "text/plain")
    monkeypatch.setattr(previews, "_SECONDS", 0.05)
    double.script("GET", url, faults.Hang(), times=None)
    with pytest.raises(Unreachable, match="too slowly"):
        await asyncio.wait_for(read(double, "files/a.txt"), 20)
