"""Mail: who wrote to whom and when, whatever the headers say of themselves, and never what was written."""

from __future__ import annotations

import mailbox
import random
import re
import time
import tracemalloc
from datetime import UTC, datetime
from email.utils import getaddresses
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.damage import Damage, cut, flip, other_values, survived, without_lines
from tests.journal.exports import fact, filed, gathered, one, read, reasons, written, zipped

from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Iri, Moment, Skipped
from lifepod.journal.source import Match
from lifepod.names import SCHEMA

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures/digitraceslab+niimpy/niimpy/sampledata/Google/Takeout"
REAL = [FIXTURES / "Mail/All mail Including Spam and Trash.mbox"] if FIXTURES.is_dir() else []
SECRET = "Canary7Hush"
FROM = "From 123@xxx Mon Dec 01 12:00:00 +0000 2025"
USUAL = {
    "Message-ID": "<1@site.example>", "Date": "Mon, 1 Dec 2025 12:00:00 +0000", "From": "Ada <ada@site.example>",
    "To": "Bob <bob@site.example>",
}  # fmt: skip


def message(changes: dict[str, str] | None = None, body: str = "Hello", between: str = FROM) -> str:
    """One message; an empty text leaves a header out."""
    headers = [f"{name}: {value}" for name, value in {**USUAL, **(changes or {})}.items() if value]
    return "\n".join((between, *headers, "", body, "", ""))


def file(path: Path, *messages: str, encoding: str = "utf-8") -> Path:
    return written(path / "x.mbox", "".join(messages), encoding)


def records(path: Path) -> list[Activity]:
    return [item for item in read(path) if isinstance(item, Activity)]


def told(found: Activity, name: str) -> list[str]:
    return [value.value for key, value in found.facts if key == SCHEMA + name and isinstance(value, Iri)]


def test_a_message_says_who_wrote_to_whom_and_when(tmp_path: Path) -> None:
    found = one(file(tmp_path, message({"Cc": "Eve <eve@site.example>"})))
    assert (found.kind, found.source, found.name) == ("message", "mail", None)
    assert found.start == Moment(datetime(2025, 12, 1, 12, tzinfo=UTC))
    assert (told(found, "sender"), told(found, "recipient")) == (
        ["mailto:ada@site.example"],
        ["mailto:bob@site.example", "mailto:eve@site.example"],
    )
    assert (found.key, found.native, fact(found, "identifier")) == (("1@site.example",), True, "1@site.example")
    assert found.match == ("1@site.example", "2025-12-01T12:00")


DATES: list[tuple[str, object]] = [
    ("Mon, 1 Dec 2025 12:00:00 +0100", Moment(datetime(2025, 12, 1, 11, tzinfo=UTC))),
    ("1 Dec 2025 12:00 GMT", Moment(datetime(2025, 12, 1, 12, tzinfo=UTC), "minute")),
    ("Mon, 1 Dec 2025 12:00:00 -0000", Moment(datetime(2025, 12, 1, 12, tzinfo=UTC))),
    ("Mon, 1 Dec 2025 12:00:00 EST", Moment(datetime(2025, 12, 1, 17, tzinfo=UTC))),
    ("Mon, 01 Dec 25 12:00:00 +0000 (UTC)", Moment(datetime(2025, 12, 1, 12, tzinfo=UTC))),
    ("2025-12-01T12:00:00Z", Moment(datetime(2025, 12, 1, 12, tzinfo=UTC))),
    ("Sat, 31 Dec 2016 23:59:60 +0000", Moment(datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC))),
    # Without a zone, or with one that nobody knows, it is a local time.
    ("Mon, 1 Dec 2025 12:00:00", Moment(datetime(2025, 12, 1, 12))),
    ("Mon, 1 Dec 2025 12:00:00 XYZ", Moment(datetime(2025, 12, 1, 12))),
    ("", "no-time"), ("x", "no-time"), ("Mo, 1. Dez 2025 12:00", "no-time"), ("32 Dec 2025 12:00:00 +0000", "no-time"),
    ("Mon, 1 Dec 2025 12:00:00 +9999", "no-time"), ("9" * 5000, "no-time"), ("1 Jan " + "9" * 150, "no-time"),
    ("Thu, 1 Jan 1970 00:00:00 +0000", "bad-time"), ("Tue, 19 Jan 2038 03:14:07 +0000", "bad-time"),
    ("Mon, 1 Jan 2001 00:00:00 +0000", "bad-time"), ("1 Jan 1601 00:00:00 +0000", "bad-time"),
    ("Mon, 1 Jan 1989 00:00:00", "bad-time"),
]  # fmt: skip


@pytest.mark.parametrize(("date", "expected"), DATES)
def test_a_date_is_read_with_its_zone_and_precision_or_counted(date: str, expected: object, tmp_path: Path) -> None:
    (item,) = read(file(tmp_path, message({"Date": date})))
    assert (item.start if isinstance(item, Activity) else item.reason) == expected


@pytest.mark.parametrize("date", ["", "x", "Thu, 1 Jan 1970 00:00:00 +0000", "Tue, 19 Jan 2038 03:14:07 +0000"])
def test_a_date_that_is_none_is_taken_from_the_servers_on_the_way(date: str, tmp_path: Path) -> None:
    ways = "from a by b;\n\tnonsense\nReceived: from c (d; e)\n\tby f; Tue, 2 Dec 2025 08:00:00 +0100 (CET)"
    ways += "\nReceived: by g; Mon, 1 Dec 2025 08:00:00 +0100"
    found = one(file(tmp_path, message({"Received": ways, "Date": date})))
    assert found.start == Moment(datetime(2025, 12, 2, 7, tzinfo=UTC))


ADDRESSES = [
    "ada@site.example", "Ada <ada@site.example>", "<ada@site.example>", '"Doe, Ada" <ada@site.example>, b@c.example',
    "ada@site.example (Ada)", "ADA@SITE.EXAMPLE", "Friends: a@b.example, c@d.example;", '"a@b" <c@d.example>',
    "=?utf-8?Q?Doe=2C_Ada_=3Cx=40y=3E?= <ada@site.example>", "a@b.example, a@b.example", "undisclosed-recipients:;",
    '"a \\" b" <c@d.example>', "a.b+c@d-e.example,\n\tx@y.example", "=?bad-charset?B?!!?= <a@b.example>",
]  # fmt: skip


@pytest.mark.parametrize("value", ADDRESSES)
def test_addresses_are_those_that_another_reader_finds(value: str, tmp_path: Path) -> None:
    found = one(file(tmp_path, message({"To": value})))
    others = [address for _, address in getaddresses([value.replace("\n", "\r\n")]) if "@" in address]
    folded = [address.partition("@")[0] + "@" + address.partition("@")[2].lower() for address in others]
    assert told(found, "recipient") == list(dict.fromkeys(f"mailto:{address}" for address in folded))


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ('"Doe, Ada <ada@site.example>', ["ada@site.example"]), ("Ada (home <ada@site.example>", ["ada@site.example"]),
        ("a@b.example; c@d.example", ["a@b.example", "c@d.example"]), ("a@b.example c@d.example", ["a@b.example"]),
        ("bob@x.example <ada@site.example>", ["ada@site.example"]), ("jörg@müller.example", ["jörg@müller.example"]),
        ("=?utf-8?B?QWRhIDxhZGFAc2l0ZS5leGFtcGxlPg==?=", ["ada@site.example"]), ("Ada", []), ("<>", []), ("@", []),
        ("=?utf-8?B?####?=", []), ("<@relay.example:ada@site.example>", ["ada@site.example"]),
        ("a?b@c.example", ["a%3Fb@c.example"]), ("x" * 300 + "@c.example", []), ("4111111111111111@c.example", []),
        ('"' * 999 + "a@b.example", ["a@b.example"]), ("(" * 999 + "a@b.example", ["a@b.example"]),
    ],
)  # fmt: skip
def test_addresses_are_found_in_lines_that_are_wrong(value: str, addresses: list[str], tmp_path: Path) -> None:
    found = one(file(tmp_path, message({"To": value})))
    assert told(found, "recipient") == [f"mailto:{address}" for address in addresses]


@pytest.mark.parametrize(
    "raw", [b"J\xf6rg <a@b.example>", "Jörg <a@b.example>".encode(), b"=?utf-8?Q?J=F6rg?= <a@b.example>",
            b"=?unicode_escape?Q?=5C?= <a@b.example>", b"\xff\xfe\x00 <a@b.example>", b"=?utf-8?B?A?= <a@b.example>"],
)  # fmt: skip
def test_headers_may_lie_about_their_encoding(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(message({"From": "@@", "Subject": "@@"}).encode().replace(b"@@", raw))
    assert told(one(path), "sender") == ["mailto:a@b.example"]


def test_a_message_between_nobody_is_counted(tmp_path: Path) -> None:
    path = file(tmp_path, message({"From": "", "To": ""}), message({"From": ""}), message({"To": ""}))
    assert reasons(path) == ["no-object"]
    assert len(records(path)) == 2


THREAD = {
    "first": {"Message-ID": "<a@x>"}, "reply": {"Message-ID": "<b@x>", "In-Reply-To": "<a@x>"},
    "later": {"Message-ID": "<c@x>", "In-Reply-To": "<b@x>", "References": "<a@x>\n <b@x>"},
    "wordy": {"Message-ID": "<d@x>", "In-Reply-To": "Your message of Monday <a@x>"},
    "folded": {"Message-ID": "<e@x>", "References": "<a\n @x> <b@x>"},
}  # fmt: skip


def test_the_messages_of_one_conversation_share_an_opaque_name(tmp_path: Path) -> None:
    named = {name: fact(one(file(tmp_path / name, message(changes))), "thread") for name, changes in THREAD.items()}
    assert len(set(named.values())) == 1
    assert all(re.fullmatch("[0-9a-f]{16}", str(name)) for name in named.values())
    other = one(file(tmp_path, message({"Message-ID": "<z@x>", "In-Reply-To": "Your message of Monday"})))
    assert fact(other, "thread") not in named.values()


def test_a_repeated_id_is_one_record_and_a_missing_one_is_made_of_the_rest(tmp_path: Path) -> None:
    (data,) = filed([records(file(tmp_path, message(), message(), message({"Message-ID": "1@site.example"})))]).values()
    assert data.count(b"schema:Message") == 1
    bare = records(file(tmp_path / "b", message({"Message-ID": ""}), message({"Message-ID": "", "To": "x@y.example"})))
    assert len({found.key for found in bare}) == 2
    assert [(found.native, fact(found, "identifier"), fact(found, "thread")) for found in bare] == [
        (False, None, None)
    ] * 2


@pytest.mark.parametrize(
    ("labels", "aside"),
    [
        ("Spam", True), ("Inbox,Trash", True), ("Bin,Opened", True), ("Drafts", True), ("Papierkorb,Ungelesen", True),
        ("=?UTF-8?Q?Corbeille,Messages_envoy=C3=A9s?=", True), ("=?UTF-8?B?44K044Of566x?=", True),
        ("=?UTF-8?Q?Entw=C3=BC?=\n =?UTF-8?Q?rfe,Ge=C3=B6ffnet?=", True), ("Skra\u0308ppost", True), ("Кошик", True),
        ('"Trash"', True), (" spam ", True), ("ゴミ箱", True), ("Inbox,Important", False), ("Spammers", False),
        ("Trash/Old", False), ("=?UTF-8?Q?Gesendet?=", False), ("", False), ("=?x?B?#?=", False),
    ],
)  # fmt: skip
def test_what_is_spam_or_in_the_bin_is_counted_in_every_language(labels: str, aside: bool, tmp_path: Path) -> None:
    path = file(tmp_path, message({"X-Gmail-Labels": labels}))
    assert reasons(path) == (["not-an-activity"] if aside else [])


@pytest.mark.parametrize(("flags", "aside"), [("0009", True), ("0001", False), ("8", False), ("zzzz", False)])
def test_what_thunderbird_deleted_and_still_keeps_is_counted(flags: str, aside: bool, tmp_path: Path) -> None:
    path = file(tmp_path, message({"X-Mozilla-Status": flags}, between="From - Mon Dec 01 12:00:00 2025"))
    assert reasons(path) == (["not-an-activity"] if aside else [])


# Where a message begins


BETWEEN = [
    "From 123@xxx Mon Dec 01 12:00:00 +0000 2025", "From - Mon Dec 01 12:00:00 2025", "From a@b  Mon Dec  1 12:00 2025",
    "From MAILER-DAEMON Sat, 15 Dec 2023 12:19:43 0000", "From a@b.c Mon Dec 1 12:00:00 2025 remote from x",
    "From a@b.c lun. déc. 1 12:00:00 2025",
]  # fmt: skip


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_line_between_messages_is_known_in_all_its_forms(between: str, ending: str, tmp_path: Path) -> None:
    text = "".join(message({"Message-ID": f"<{n}@x>"}, between=between) for n in range(3))
    assert len(records(file(tmp_path, text.replace("\n", ending)))) == 3


BODIES = [
    "From here we go at 10:30", "\nFrom here we go at 10:30", "\nFrom Bob at 10:30 today\nthat is all", ">From a@b.c x",
    "\nFrom: Fake <fake@site.example>\nTo: fake@site.example", "x\nFrom 123@xxx Mon Dec 01 12:00:00 2025 no\nhello x",
    "--b\nContent-Type: message/rfc822\n\nFrom: fake@site.example\nMessage-ID: <fake@x>", "x" * 200_000 + "From a",
    "y" * (64 * 1024) + "From 123@xxx Mon Dec 01 12:00:00 +0000 2025\nFrom: fake@site.example", "\r\n\r\n", "",
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_never_taken_for_a_message(body: str, tmp_path: Path) -> None:
    found = records(file(tmp_path, message(body=body), message({"Message-ID": "<2@x>"})))
    assert [one.key for one in found] == [("1@site.example",), ("2@x",)]
    assert "fake" not in repr(found)


def test_a_message_needs_no_empty_line_before_a_certain_beginning(tmp_path: Path) -> None:
    text = message(body="Hello").rstrip("\n") + "\n" + message({"Message-ID": "<2@x>"})
    assert len(records(file(tmp_path, text))) == 2


def test_headers_end_where_the_body_begins_even_without_an_empty_line(tmp_path: Path) -> None:
    odd = f"{FROM}\n>From old@x Mon Dec 01\nDate: {USUAL['Date']}\nFrom: a@b.example\nno header\nTo: c@d.example\n\n"
    assert told(one(file(tmp_path, odd)), "recipient") == []


def test_names_of_headers_are_read_in_every_writing(tmp_path: Path) -> None:
    text = message().replace("Date:", "DATE :").replace("From: Ada", "from:Ada").replace("To:", "tO:\n")
    assert one(file(tmp_path, text)) == one(file(tmp_path / "b", message()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (message() + message()[:90], ["record", "malformed"]), (message() + FROM, ["record", "malformed"]),
        (message()[:-5], ["record"]), (f"{FROM}\n\n{message()}", ["no-time", "record"]),
        ("\n\n" + message(), ["record"]), ("\ufeff" + message(), ["record"]),
        (message({"To": "a@b.c," * 300_000}) + message(), ["too-long", "record"]),
        (message({"To": "\n ".join(["a@b.c,"] * 20_000)}) + message(), ["too-long", "record"]),
        (message({"Subject": "x" * 3_000_000}), ["record"]), (message({"Subject": "\n x" * 90_000}), ["record"]),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_broken_file_gives_what_is_whole_and_says_what_is_not(text: str, said: list[str], tmp_path: Path) -> None:
    (member,) = exports.members(file(tmp_path, text))
    items = list(shelf.importer("mail").activities(Match(member, "mbox", "", 0.9, ""), {"now": exports.NOW}))
    assert [item.reason if isinstance(item, Skipped) else "record" for item in items] == said


def test_large_bodies_are_passed_over_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    with path.open("w") as out:
        for n in range(3):
            out.write(message({"Message-ID": f"<{n}@x>"}, body="QUJD" * 19))
            out.write(("QUJD" * 19 + "\n") * 100_000 if n else "Q" * 8_000_000 + "\n\n")
    tracemalloc.start()
    try:
        found = records(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == 3
    assert peak < 4_000_000


@pytest.mark.parametrize("part", ['"', "(", "<", '\\"', '"(<', "=?", "a@", "@", "a b@", "\t", ";", "=?utf-8?B?"])
def test_lines_made_to_take_long_do_not(part: str, tmp_path: Path) -> None:
    path = file(tmp_path, message({"To": part * (300_000 // len(part)), "References": part * 50_000}))
    before = time.process_time()
    assert read(path)
    assert time.process_time() - before < 3


# Recognising, secrets, damage


@pytest.mark.parametrize(
    ("name", "content", "confidence"),
    [
        ("All mail Including Spam and Trash.mbox", message(), 0.9), ("Alle E-Mails.mbox", message(), 0.9),
        ("x.mbox/mbox", message(), 0.9), ("Inbox", message(), 0.9), ("x", message(), 0.7),
        ("x.mbox", "\ufeff\n" + message(), 0.9), ("x.mbox", "", None), ("x.mbox", "From here\n", None),
        ("x.mbox", "From a@b Mon Dec 01 12:00:00 2025\nhello\n", None), ("x.mbox", "From: a@b\nTo: c@d\n\nx", None),
        ("x.mbox", "From a@b Mon Dec 01 12:00:00 2025\nX-Other: a\n\nDate: x\n", None), ("x.mbox", "<html>", None),
        ("x.mbox", "From,To\n1,2\n", None), ("x.mbox", "From a at 10:30: x\nnote: y\n", None),
    ],
)  # fmt: skip
def test_mail_is_known_by_how_its_first_message_begins(
    name: str, content: str, confidence: float | None, tmp_path: Path
) -> None:
    known = shelf.recognise(exports.members(written(tmp_path / name, content))[0])
    mine = [match.confidence for importer, match in known if importer.name == "mail"]
    assert mine == ([] if confidence is None else [confidence])


def test_mail_in_an_archive_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "takeout.zip", {"Takeout/Mail/Gesamte E-Mails.mbox": message() + message()})
    (report,) = gathered(path)
    assert (report.importer, report.records, report.problem) == ("mail", 2, "")


def test_a_file_of_spam_alone_is_no_success(tmp_path: Path) -> None:
    (report,) = gathered(file(tmp_path, message({"X-Gmail-Labels": "Spam"})))
    assert (report.problem, report.seen) == ("no-usable-records", 1)


def test_no_subject_no_body_no_name_and_no_blind_copy_ever_comes_in(tmp_path: Path) -> None:
    private = (
        "Subject", "Bcc", "Reply-To", "Sender", "Return-Path", "Delivered-To", "X-Originating-IP", "User-Agent",
        "DKIM-Signature", "Authentication-Results", "Comments", "Keywords", "Thread-Topic", "X-GM-THRID", "List-Id",
        "Resent-From", "Resent-To", "X-Received", "Content-Type", "Received-SPF", "X-Mailer",
    )  # fmt: skip
    changes = dict.fromkeys(private, f"{SECRET} <{SECRET}@site.example>\n\t{SECRET}")
    changes |= {"From": f'"{SECRET}" <a@b.example> ({SECRET})', "To": f"{SECRET} <c@d.example>"}
    changes |= {"Received": f"from {SECRET} by x; Mon, 1 Dec 2025 12:00:00 +0000 ({SECRET})"}
    changes |= {"X-Gmail-Labels": f"Inbox,{SECRET}", "In-Reply-To": f"<{SECRET}@x>", "References": f"<{SECRET}@y>"}
    body = f"{SECRET}\nFrom: {SECRET}@site.example\n\nFrom {SECRET}@x at 10:30\n{SECRET}"
    path = file(
        tmp_path, message(changes, body), message(changes | {"Date": SECRET, "Received": SECRET}),
        message(changes | {"From": SECRET, "To": SECRET}), message(changes | {"X-Gmail-Labels": f"Spam,{SECRET}"}),
        message(changes)[:200],
    )  # fmt: skip
    items = read(path)
    assert len(items) == 5
    assert SECRET not in repr(items)
    (data,) = filed([[item for item in items if isinstance(item, Activity)]]).values()
    assert SECRET.encode() not in data


def test_the_same_file_twice_or_in_halves_is_the_same_pod(tmp_path: Path) -> None:
    parts = [message({"Message-ID": f"<{n}@x>" if n % 2 else "", "To": f"{n}@x.example"}) for n in range(6)]
    whole = records(file(tmp_path, *parts))
    halves = [records(file(tmp_path / "a", *parts[:4])), records(file(tmp_path / "b", *parts[2:]))]
    assert filed([whole]) == filed([whole], [whole]) == filed(halves) == filed(halves[1:], halves[:1])


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_messages_agree_with_another_reader_one_by_one(path: Path) -> None:
    items, box = read(path), mailbox.mbox(path)
    others = list(box)
    box.close()
    assert len(items) == len(others) == 6
    assert len({item.key for item in items if isinstance(item, Activity)}) == 3
    for found, other in zip(items, others, strict=True):
        assert isinstance(found, Activity)
        assert found.key == (other["Message-ID"],)
        assert told(found, "sender") == [f"mailto:{address}" for _, address in getaddresses([other["From"]])]
        both = getaddresses([other["To"], other["Cc"] or ""])
        assert told(found, "recipient") == [f"mailto:{address}" for _, address in both if address]
    assert "message" not in repr(items).replace("kind='message'", "")


SAMPLE = (message(THREAD["later"]) + message({"X-Gmail-Labels": "=?UTF-8?Q?Papierkorb?="}) + message()).encode()


RETYPE = other_values(
    [b"", b"\0", b"9" * 50, b"[]", b"\xff\xfe", b'"', b"=?utf-8?B?=", b"=?idna?Q?x?=", b"<", b"\xe2\x80\xa8", b"a@b"]
)


@pytest.mark.parametrize("damage", [cut, flip, without_lines, RETYPE])
def test_damage_gives_records_and_reasons_and_never_another_error(damage: Damage, tmp_path: Path) -> None:
    chance, whole = random.Random(damage.__name__), [SAMPLE, *(path.read_bytes() for path in REAL)]
    path = file(tmp_path, message())
    importer, match = shelf.recognise(exports.members(path)[0])[0]
    for turn in range(50):
        path.write_bytes(damage(whole[turn % len(whole)], chance))
        survived(importer, path, match)
