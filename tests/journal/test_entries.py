"""Large JSON entry by entry: whole documents are read, damaged ones named, and nothing takes the program down."""

from __future__ import annotations

import io
import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifepod.errors import Malformed, TooBig
from lifepod.journal.importers.entries import encoding_of, entries, outline, whole
from lifepod.limits import LIMITS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class Slow(io.BytesIO):
    """A stream that gives one byte at a time."""

    def read(self, count: int | None = -1) -> bytes:
        return super().read(min(1, count or 0)) if count and count > 0 else super().read(count)


def read(data: bytes, under: str | None = None, **bounds: int) -> list[object]:
    return list(entries(io.BytesIO(data), "x.json", under, **bounds))


@given(st.lists(JSON, max_size=5), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([None, 1]))
def test_every_list_is_read_as_the_standard_reader_reads_it(
    values: list[object], encoding: str, indent: int | None
) -> None:
    data = json.dumps(values, ensure_ascii=False, indent=indent).encode(encoding, "surrogatepass")
    assert read(data) == values


@given(st.lists(JSON, max_size=4))
def test_however_little_comes_at_a_time(values: list[object]) -> None:
    data = json.dumps(values).encode()
    assert list(entries(Slow(data), "x.json")) == values


@given(st.lists(JSON, min_size=1, max_size=4), st.data())
def test_a_list_cut_anywhere_gives_its_first_entries_and_then_says_so(
    values: list[object], data: st.DataObject
) -> None:
    whole = json.dumps(values).encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    found: list[object] = []
    with pytest.raises(Malformed):
        for entry in entries(io.BytesIO(cut), "x.json"):
            found.append(entry)
    assert found == values[: len(found)] or isinstance(found[-1], int | float)


def test_the_list_under_a_key_is_found_among_others() -> None:
    document = {"a": 1, "Typed Url": [{}], "b": {"Browser History": [9]}, "Browser History": [1, 2], "c": "x"}
    assert read(json.dumps(document).encode(), "Browser History") == [1, 2]


@pytest.mark.parametrize("document", [b"{}", b'{"a": 1}', b'{"a": null}', b'{"a": {"a": [1]}}', b'{"b": [1]}'])
def test_a_document_without_that_list_has_no_entries(document: bytes) -> None:
    assert read(document, "a") == []


@pytest.mark.parametrize(
    ("document", "under"),
    [
        (b"", None), (b" ", None), (b"[", None), (b"[1", None), (b"[1,]", None), (b"[,1]", None), (b"[1 2]", None),
        (b"[1] x", None), (b"[1]]", None), (b"{}", None), (b"1", None), (b"[nan]", None), (b"[tru]", None),
        (b'["\\x"]', None), (b'["\\u12"]', None), (b"<html>", None), (b"[1]", "a"), (b'{"a":[1],}', "a"),
        (b'{"a":[1]', "a"), (b'{"a":[1],"b":[2', "a"), (b'{"a"}', "a"), (b'{"a":}', "a"), (b"\xff\xfe[", None),
        (b"[" + b"9" * 5000 + b"]", None),
    ],
)  # fmt: skip
def test_what_is_no_whole_document_is_malformed(document: bytes, under: str | None) -> None:
    with pytest.raises(Malformed, match=r"x\.json"):
        read(document, under)


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [LIMITS.json_depth + 1, 5000, 1_000_000])
def test_a_deep_document_is_refused_at_once(bracket: str, depth: int) -> None:
    began = time.process_time()
    with pytest.raises(TooBig):
        read(b"[" + bracket.encode() * depth + b"1" + (b"]" if bracket == "[" else b"}") * depth + b"]")
    assert time.process_time() - began < 2


def test_a_document_of_the_allowed_depth_is_read() -> None:
    nested = b"[" * (LIMITS.json_depth + 1) + b"]" * (LIMITS.json_depth + 1)
    assert len(read(nested)) == 1
    assert len(read(b"[" + b"[]," * 500 + b"[[[]]]]")) == 501


@pytest.mark.parametrize("document", [b'["' + b"x" * 5000 + b'"]', b'["' + b"x" * 500_000, b"[" + b"[1]," * 99_999])
def test_an_entry_past_the_bound_is_refused(document: bytes) -> None:
    with pytest.raises(TooBig, match="too large") if b"x" in document else pytest.raises(Malformed):
        read(document, most=1000)


def test_bytes_that_are_no_text_spoil_one_entry_only() -> None:
    assert read(b'["a\xffb", "c"]') == ["a\ufffdb", "c"]


def test_control_characters_in_a_text_are_read() -> None:
    assert read(b'["a\nb\x00"]') == ["a\nb\x00"]


def test_a_long_list_takes_little_memory() -> None:
    class Endless(io.RawIOBase):
        left = 12_000

        def read(self, count: int = -1) -> bytes:
            self.left -= 1
            return b"[" if self.left == 11_999 else b'{"a": "' + b"x" * 900 + b'"},' if self.left > 0 else b""

    tracemalloc.start()
    with pytest.raises(Malformed):
        for _ in entries(Endless(), "x.json"):  # type: ignore[arg-type]
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize(
    ("head", "encoding"),
    [(b"\xff\xfea\x00", "utf-16"), (b"\xfe\xff\x00a", "utf-16"), (b"\xef\xbb\xbfa", "utf-8-sig"), (b"", "utf-8-sig")],
)
def test_a_byte_order_mark_tells_the_encoding(head: bytes, encoding: str) -> None:
    assert encoding_of(head) == encoding


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": {"x": 1}, "b": [{"y": 2}], "c', ("{", ("a", "b"))),
        ('\ufeff [ {"a": "b: {", "c": {"d": 1}}, {"z": 1}]', ("[", ("a", "c"))),
        ('[[{"a": 1}]]', ("[", ())),
        ('{"a\\"b": "c"}', ("{", ('a\\"b',))),
        ("[]", ("[", ())),
        ("a,b", ("", ())),
        ("", ("", ())),
    ],
)
def test_a_document_is_known_by_the_keys_at_its_beginning(text: str, found: tuple[str, tuple[str, ...]]) -> None:
    assert outline(text.encode()) == found


def test_a_small_document_is_read_whole_and_nothing_may_stand_behind_it() -> None:
    assert whole(io.BytesIO(b'{"a": [1]}'), "x") == {"a": [1]}
    for broken in (b'{"a": [1]} x', b'{"a"', b""):
        with pytest.raises(Malformed):
            whole(io.BytesIO(broken), "x")
    with pytest.raises(TooBig):
        whole(io.BytesIO(b'"' + b"x" * 200_000 + b'"'), "x", most=1000)
