"""Contacts: every version of vCard, broken lines and large photos, and only what other apps' contacts have."""

from __future__ import annotations

import base64
import random
import time
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.damage import Damage, cut, flip, other_values, survived, without_lines
from tests.journal.exports import fact, filed, gathered, one, read, reasons, written

from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Iri, Moment, Skipped
from lifepod.journal.source import Match
from lifepod.names import DCT_MODIFIED, VCARD

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures/mangstadt+ez-vcard/src/test/resources/ezvcard/io/text"
REAL = [FIXTURES / name for name in ("gmail-single.vcf", "outlook-2003.vcf") if FIXTURES.is_dir()]
SECRET = "Canary7Hush"


def card(*lines: str, version: str = "3.0", name: str = "FN:Ada Example") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *([name] if name else []), *lines, "END:VCARD", ""))


def file(path: Path, *cards: str, encoding: str = "utf-8") -> Path:
    return written(path / "x.vcf", "".join(cards), encoding)


def records(path: Path) -> list[Activity]:
    return [item for item in read(path) if isinstance(item, Activity)]


def told(found: Activity, name: str) -> list[object]:
    values = [value for key, value in found.facts if key == VCARD + name]
    return [value.value if isinstance(value, Iri | Moment) else value for value in values]


def test_a_card_says_who_it_is_and_how_to_reach_them(tmp_path: Path) -> None:
    lines = "EMAIL;TYPE=work:ada@Site.Example", "TEL:+49 171 1234567", "ORG:Firm\\, Inc.;Unit", "ROLE:Boss"
    found = one(file(tmp_path, card(*lines, "BDAY:1980-03-21", "REV:2025-01-01T00:00:00Z", "UID:u1")))
    assert (found.kind, found.source, found.key, found.native) == ("person", "contacts", ("u1",), True)
    assert (found.start, found.end, found.when) == (None, None, None)
    assert (told(found, "fn"), told(found, "hasEmail")) == (["Ada Example"], ["mailto:ada@site.example"])
    assert (told(found, "hasTelephone"), told(found, "organization-name")) == (["tel:+491711234567"], ["Firm, Inc."])
    assert (told(found, "role"), told(found, "bday")) == (["Boss"], [date(1980, 3, 21)])
    assert dict(found.facts)[DCT_MODIFIED] == Moment(datetime(2025, 1, 1, tzinfo=UTC))


VERSIONS = {
    "2.1": ("TEL;CELL;VOICE:+1-201-555-0123", "EMAIL;INTERNET;PREF:ada@site.example", "BDAY:19800321"),
    "3.0": ("item1.TEL;TYPE=\"cell,voice\":+1-201-555-0123", "item1.X-ABLabel:_$!<Other>!$_",
            "EMAIL;TYPE=INTERNET:ada@site.example", "BDAY;VALUE=date:1980-03-21"),
    "4.0": ("TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+1-201-555-0123", "EMAIL;PREF=1:ada@site.example",
            "BDAY;VALUE=date-and-or-time:19800321"),
}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_tells_the_same_contact(version: str, tmp_path: Path) -> None:
    usual = one(file(tmp_path / "a", card(*VERSIONS["3.0"])))
    assert one(file(tmp_path / "b", card(*VERSIONS[version], version=version))) == usual
    assert told(usual, "hasTelephone") == ["tel:+12015550123"]


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("555 555 1111", "tel:5555551111"), ("(030) 12 34-56/7", "tel:0301234567"), ("+49 (0)171 123", "tel:+49171123"),
        ("\u202a+49\u00a0171\u2011123\u202c", "tel:+49171123"), ("+4１", "tel:+41"), ("٠٣٠", "tel:030"),
        ("*100#", "tel:*100%23"), ("tel:+1-201-555-0123;ext=55", "tel:+12015550123;ext=55"),
        ("1-800-FLOWERS", "tel:1800FLOWERS"), ("BusinessPhone", "tel:BusinessPhone"), ("Büro", "tel:B%C3%BCro"),
        # A number that is one of a card by chance is one of a phone where it says its country.
        ("+4111111111111111", "tel:+4111111111111111"), ("4111 1111 1111 1111", None),
        ("DE89370400440532013000", None), ("", None), ("-", None), ("+", None), ("9" * 99, None),
    ],
)  # fmt: skip
def test_a_phone_number_is_an_address_in_one_form(raw: str, phone: str | None, tmp_path: Path) -> None:
    found = one(file(tmp_path, card(f"TEL:{raw}")))
    assert told(found, "hasTelephone") == ([phone] if phone else [])


@pytest.mark.parametrize(
    ("raw", "mail"),
    [
        ("ada@site.example", "mailto:ada@site.example"), ("mailto:ada@site.example", "mailto:ada@site.example"),
        ("Ada+x@SITE.example", "mailto:Ada+x@site.example"), ("jörg@müller.example", "mailto:jörg@müller.example"),
        ("a?b&c@site.example", "mailto:a%3Fb%26c@site.example"), ("", None), ("ada", None), ("a@b@c", None),
        ("a b@site.example", None), ("@site.example", None), ("ada@", None), ("4111111111111111@site.example", None),
        ("x" * 9000 + "@site.example", None),
    ],
)  # fmt: skip
def test_an_e_mail_address_is_one_or_nothing(raw: str, mail: str | None, tmp_path: Path) -> None:
    found = one(file(tmp_path, card(f"EMAIL:{raw}")))
    assert told(found, "hasEmail") == ([mail] if mail else [])


@pytest.mark.parametrize(
    ("line", "born"),
    [
        ("BDAY:1980-03-21", date(1980, 3, 21)), ("BDAY:19800321", date(1980, 3, 21)),
        ("BDAY:1980-03-21T00:00:00Z", date(1980, 3, 21)), ("BDAY;VALUE=date:1899-12-31", date(1899, 12, 31)),
        # What is known of it is kept, and no year is made up.
        ("BDAY:--0203", "--02-03"), ("BDAY:--02-03", "--02-03"), ("BDAY:--0229", "--02-29"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-21", "--03-21"), ("BDAY:1604-03-21", "--03-21"),
        ("BDAY:1980-05", "1980-05"), ("BDAY:1980", "1980"), ("BDAY:1604", None),
        ("BDAY;VALUE=text:circa 1800", None), ("BDAY:", None), ("BDAY:1980-13-01", None), ("BDAY:1980-02-30", None),
        ("BDAY:0001-01-01", None), ("BDAY:2038-01-19", None), ("BDAY:9999-12-31", None), ("BDAY:---03", None),
        ("BDAY:١٩٨٠-٠٣-٢١", None), ("BDAY:21.03.1980", None),
    ],
)  # fmt: skip
def test_a_birthday_is_kept_as_far_as_it_is_known(line: str, born: object, tmp_path: Path) -> None:
    assert told(one(file(tmp_path, card(line))), "bday") == ([born] if born else [])


@pytest.mark.parametrize(
    ("line", "revised"),
    [
        ("REV:20121012T210525Z", datetime(2012, 10, 12, 21, 5, 25, tzinfo=UTC)),
        ("REV:2012-10-12T21:05:25Z", datetime(2012, 10, 12, 21, 5, 25, tzinfo=UTC)),
        ("REV:2012-10-12T21:05:25.123+02:00", datetime(2012, 10, 12, 19, 5, 25, tzinfo=UTC)),
        ("REV:20121012T210525", datetime(2012, 10, 12, 21, 5, 25, tzinfo=UTC)), ("REV:2012-10-12", date(2012, 10, 12)),
        ("REV:1970-01-01T00:00:00Z", None), ("REV:2038-01-19T03:14:07Z", None), ("REV:2016-12-31T23:59:60Z", None),
        ("REV:x", None), ("REV:", None), ("REV:2012-10-12T21:05:25+99:99", None),
    ],
)  # fmt: skip
def test_when_a_card_was_changed_is_kept_where_it_can_be(line: str, revised: object, tmp_path: Path) -> None:
    found = dict(one(file(tmp_path, card(line))).facts).get(DCT_MODIFIED)
    assert (found.value if isinstance(found, Moment) else None) == revised


def test_of_two_versions_of_a_card_the_later_one_stands_in_every_order(tmp_path: Path) -> None:
    old = records(file(tmp_path / "a", card("UID:1", "REV:20240101T000000Z", "TEL:111", "EMAIL:a@site.example")))
    new = records(file(tmp_path / "b", card("UID:urn:uuid:1", "REV:20250101T000000Z", "TEL:222")))
    (data,) = filed([old], [new]).values()
    assert filed([old], [new]) == filed([new], [old]) == filed([old, new]) == filed([[*new, *old]])
    assert b"tel:222" in data
    assert b"tel:111" not in data


def test_without_an_id_a_contact_is_known_by_name_and_first_address(tmp_path: Path) -> None:
    lines = [("EMAIL:a@b.example",), ("EMAIL:a@b.example", "NOTE:x", "TEL:1"), ("EMAIL:c@b.example",), ("TEL:1",), ()]
    keys = [one(file(tmp_path / str(n), card(*more))).key for n, more in enumerate(lines)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("lines", "called"),
    [
        (("FN:Ada Example", "N:Other;Name;;;"), "Ada Example"), (("FN:", "N:Doe;John;Q\\;R;Mr.;III"), "John Q;R Doe"),
        (("N:Doe",), "Doe"), (("N:;;;;", "ORG:Firm"), "Firm"), (("NICKNAME:Addie",), "Addie"),
        (("EMAIL:ada@site.example",), "ada@site.example"), (("TEL:+49 171",), "+49171"),
        (("FN;LANGUAGE=en:", "FN;LANGUAGE=de:Ada"), "Ada"), (("FN:Ada\\nExample\\, Dr\\: x",), "Ada Example, Dr: x"),
        (("FN:🎉" * 1,), "🎉"), (("FN:" + "שלום🎉" * 60,), "שלום🎉" * 60), (("FN:" + "x" * 9000,), "x" * 4000),
        (("FN:a\x1b[31m\u202eb",), "a [31m b"),
    ],
)  # fmt: skip
def test_a_card_without_a_shown_name_gets_one_from_what_it_has(
    lines: tuple[str, ...], called: str, tmp_path: Path
) -> None:
    assert told(one(file(tmp_path, card(*lines, name=""))), "fn") == [called]


def test_a_card_that_names_nobody_is_counted(tmp_path: Path) -> None:
    assert reasons(file(tmp_path, card("NOTE:x", "FN:", "TEL:-", name=""), card(name=""))) == ["no-object"] * 2


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("KIND:org", "organisation"), ("X-ABShowAs:COMPANY", "organisation"), ("KIND:individual", "person"),
        ("KIND:group", None), ("X-ADDRESSBOOKSERVER-KIND:group", None), ("KIND:location", None), ("KIND:", "person"),
    ],
)  # fmt: skip
def test_firms_are_told_from_people_and_groups_from_both(line: str, kind: str | None, tmp_path: Path) -> None:
    path = file(tmp_path, card(line))
    assert [found.kind for found in records(path)] == ([kind] if kind else [])
    assert reasons(path) == ([] if kind else ["not-an-activity"])


def test_a_title_stands_where_there_is_no_role(tmp_path: Path) -> None:
    assert told(one(file(tmp_path / "a", card("TITLE:Engineer"))), "role") == ["Engineer"]
    assert told(one(file(tmp_path / "b", card("TITLE:Engineer", "ROLE:Boss"))), "role") == ["Boss"]


# Lines


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =F0=9F=8E=89", "Jörg 🎉"),
        ("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=F6rg", "Jörg"), ("FN;QUOTED-PRINTABLE:J=F6rg", "Jörg"),
        ("FN;ENCODING=QUOTED-PRINTABLE:J=C3=\r\n=B6rg = =\r\nx", "Jörg = x"),
        # It says Latin and is UTF-8; it says Japanese and is; it says what nobody knows.
        ("FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg", "Jörg"),
        ("FN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8E=52=93=63", "山田"),
        ("FN;CHARSET=unicode_escape;ENCODING=QUOTED-PRINTABLE:J=F6rg", "Jörg"), ("FN;CHARSET=x:Ada", "Ada"),
        ("FN:Ada\r\n  Exam\r\n\tple", "Ada Example"), ('FN;X="a:b;c":Ada', "Ada"), ('FN;X="a:Ada', "Ada"),
        ("fn:Ada", "Ada"), ("x-1.fN:Ada", "Ada"), ("FN :Ada", "Ada"),
    ],
)  # fmt: skip
def test_a_line_is_read_in_every_way_it_is_written(line: str, called: str, tmp_path: Path) -> None:
    assert told(one(file(tmp_path, card(line, name="", version="2.1"))), "fn") == [called]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_usual_encoding_and_ending_of_lines_is_read(encoding: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / "x.vcf"
    path.write_bytes(card(name="FN:Zoë €").replace("\r\n", ending).encode(encoding))
    assert told(one(path), "fn") == ["Zoë €"]


@pytest.mark.parametrize(
    "odd", ["=0A", "ca", "no colon", ":", ";;:", "TEL", "\\", "\t", "", "\0", "BEGIN:X\r\nFN:No\r\nEND:X"]
)
def test_a_line_that_is_none_costs_no_other_line(odd: str, tmp_path: Path) -> None:
    found = one(file(tmp_path, card("TEL:1", odd, "EMAIL:a@site.example")))
    assert (told(found, "hasTelephone"), told(found, "hasEmail")) == (["tel:1"], ["mailto:a@site.example"])


def test_soft_breaks_inside_what_is_left_out_open_no_new_line(tmp_path: Path) -> None:
    note = f"NOTE;ENCODING=QUOTED-PRINTABLE:a=\r\nEMAIL:{SECRET}@site.example=\r\nTEL:{SECRET}"
    cut_off = "LABEL;ENCODING=QUOTED-PRINTABLE:a="
    first, second = records(file(tmp_path, card(note, "TEL:1"), card("TEL:2", cut_off)))
    assert SECRET not in repr(first)
    assert (told(first, "hasTelephone"), told(second, "hasTelephone")) == (["tel:1"], ["tel:2"])


def test_a_card_within_a_card_is_counted_and_never_a_contact(tmp_path: Path) -> None:
    path = file(tmp_path, card("AGENT:", card("TEL:9", name="FN:Inner").strip(), "TEL:1"), card("UID:2"))
    assert reasons(path) == ["nested"]
    assert [told(found, "hasTelephone") for found in records(path)] == [["tel:1"], []]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (card() + card("TEL:1")[:-12], ["record", "malformed"]), (card()[:-12] + card(), ["malformed", "record"]),
        ("END:VCARD\r\n" + card(), ["record"]), (card() + "junk\r\n" + card("UID:1"), ["record", "record"]),
        (card(*["TEL:1"] * 20_000) + card(), ["too-long", "record"]),
    ],
)  # fmt: skip
def test_a_broken_file_gives_what_is_whole_and_says_what_is_not(text: str, said: list[str], tmp_path: Path) -> None:
    (member,) = exports.members(written(tmp_path / "x.vcf", text))
    items = list(shelf.importer("contacts").activities(Match(member, "vcard", "3.0", 0.9, ""), {}))
    assert [item.reason if isinstance(item, Skipped) else "record" for item in items] == said


@pytest.mark.parametrize("wrap", [72, 76 * 1000, 0], ids=["folded", "long", "one line"])
def test_a_photo_of_twenty_megabytes_is_never_held(wrap: int, tmp_path: Path) -> None:
    path = tmp_path / "x.vcf"
    photo = base64.b64encode(random.Random(1).randbytes(57)).decode()
    with path.open("w", newline="") as out:
        out.write("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nPHOTO;ENCODING=b;TYPE=JPEG:")
        line = (photo * 1000)[: wrap or 76_000]
        for _ in range(20_000_000 // max(len(line), 2000)):
            out.write(line + ("\r\n " if wrap else ""))
        out.write("\r\nKEY;X509;ENCODING=BASE64:\r\n")
        out.write("    QUJDRA==\r\n" * 1000 + "\r\n\r\nTEL:1\r\nEND:VCARD\r\n" + card("TEL:2"))
    tracemalloc.start()
    try:
        items = read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [told(item, "hasTelephone") for item in items if isinstance(item, Activity)] == [["tel:1"], ["tel:2"]]
    assert peak < 4_000_000


# Recognising, secrets, damage


@pytest.mark.parametrize(
    ("name", "content", "confidence"),
    [
        ("a.vcf", card(), 0.9), ("a.VCARD", card(), 0.9), ("a.txt", card(), 0.7), ("a", card().lower(), 0.7),
        ("a.vcf", "\ufeff\r\n" + card(), 0.9), ("a.vcf", "BEGIN:VCALENDAR\r\nEND:VCALENDAR", None), ("a.vcf", "", None),
        ("a.vcf", "Name,Given Name\nx,y", None), ("a.vcf", "<html>", None), ("a.vcf", "FN:x", None),
        ("a.vcf", "BEGIN:VCARDS\r\n", None),
    ],
)  # fmt: skip
def test_contacts_are_known_by_their_first_line(
    name: str, content: str, confidence: float | None, tmp_path: Path
) -> None:
    known = shelf.recognise(exports.members(written(tmp_path / name, content))[0])
    mine = [match.confidence for importer, match in known if importer.name == "contacts"]
    assert mine == ([] if confidence is None else [confidence])


def test_a_file_without_a_usable_card_is_no_success(tmp_path: Path) -> None:
    (report,) = gathered(file(tmp_path, card(name="")))
    assert (report.importer, report.problem, report.seen) == ("contacts", "no-usable-records", 1)


def test_what_contacts_of_other_apps_do_not_have_never_comes_in(tmp_path: Path) -> None:
    private = (
        "NOTE", "ADR", "LABEL", "PHOTO", "KEY", "SOUND", "LOGO", "URL", "IMPP", "X-ICQ", "X-ABRELATEDNAMES", "RELATED",
        "GEO", "CATEGORIES", "X-SOCIALPROFILE", "FBURL", "CALURI", "MAILER", "ANNIVERSARY", "GENDER", "X-PASSWORD",
        "SOURCE", "PRODID", "TZ", "SORT-STRING", "CLASS", "MEMBER", "LANG", "X-ABLabel", "item1.ADR",
    )  # fmt: skip
    lines = [f"{name}:{SECRET}" for name in private]
    lines += [f"{name};ENCODING=QUOTED-PRINTABLE:=\r\n{SECRET}" for name in private]
    lines += [f"BDAY:{SECRET}", f"REV:{SECRET}", f"ORG:Firm;{SECRET}", f"N:{SECRET}", f"TEL;TYPE={SECRET}:1"]
    lines += ["ROLE:DE89 3704 0044 0532 0130 00", "TITLE:4111 1111 1111 1111", "TEL:4111111111111111"]
    items = read(file(tmp_path, card(*lines), card(f"KIND:{SECRET}"), card(f"TEL:{SECRET}")[:-12]))
    data = b"".join(filed([[item for item in items if isinstance(item, Activity)]]).values()).decode()
    for canary in (SECRET, "4111", "3704"):
        assert canary not in repr(items)
        assert canary not in data


def test_the_same_file_twice_or_in_halves_is_the_same_pod(tmp_path: Path) -> None:
    cards = [card(f"TEL:{n}", f"EMAIL:{n}@site.example") for n in range(6)]
    whole = records(file(tmp_path, *cards))
    halves = [records(file(tmp_path / "a", *cards[:4])), records(file(tmp_path / "b", *cards[2:]))]
    assert filed([whole]) == filed([whole], [whole]) == filed(halves) == filed(halves[1:], halves[:1])
    assert sum(data.count(b"vcard:Individual") for data in filed([whole + whole]).values()) == 6


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_as_many_cards_are_seen_as_another_reader_sees_and_they_agree(path: Path) -> None:
    import vobject

    (other,) = vobject.readComponents(path.read_bytes().decode(), ignoreUnreadable=True)
    (found,) = records(path)
    assert told(found, "fn") == [other.fn.value]
    assert told(found, "hasEmail") == [f"mailto:{line.value}" for line in other.contents["email"]]
    assert told(found, "hasTelephone") == [f"tel:{line.value.replace(' ', '')}" for line in other.contents["tel"]]
    assert [str(value).replace("-", "") for value in told(found, "bday")] == [other.bday.value.replace("-", "")]
    assert told(found, "role") == [(other.contents.get("role") or other.contents["title"])[0].value]


@pytest.mark.parametrize("path", REAL[1:], ids=lambda path: path.name)
def test_no_line_is_lost_where_the_other_reader_loses_two(path: Path) -> None:
    from lifepod.journal.importers.contentlines import content_lines

    wanted = frozenset({"NOTE", "LABEL", "ADR", "URL", "FBURL", "KEY", "REV"})
    lines = {line.name: line.text for line in content_lines(exports.members(path)[0], wanted)}
    assert lines["NOTE"].endswith("Third line is empty\r\n")
    assert lines["LABEL"].endswith("United States of America")
    assert set(lines) == wanted
    assert fact(records(path)[0], "organization-name") == "Company, The"


@pytest.mark.parametrize(
    "part", ["/", "/A", '"', ";", "\\", "=", "a=", "FREQ=", "A-;", ",", "a@", "9", "\t", "--", "(0)"]
)
def test_lines_made_to_take_long_do_not(part: str, tmp_path: Path) -> None:
    lines = [
        f"{name}:{part * (70_000 // len(part))}" for name in ("FN", "N", "EMAIL", "TEL", "ORG", "BDAY", "REV", "UID")
    ]
    lines += [f"TEL;TYPE={part * (300_000 // len(part))}:1"]
    path = file(tmp_path, card(*lines))
    before = time.process_time()
    read(path)
    assert time.process_time() - before < 3


SAMPLE = "".join(card(*lines, "REV:20250101T000000Z", version=version) for version, lines in VERSIONS.items()).encode()


RETYPE = other_values(
    [b"", b"\0", b"9" * 50, b"[]", b"\xff\xfe", b'"', b"=" * 9, b"\\", b";;", b"\xe2\x80\xa8", b"a@b", b"BEGIN:VCARD"]
)


@pytest.mark.parametrize("damage", [cut, flip, without_lines, RETYPE])
def test_damage_gives_records_and_reasons_and_never_another_error(damage: Damage, tmp_path: Path) -> None:
    chance, whole = random.Random(damage.__name__), [SAMPLE, *(path.read_bytes() for path in REAL)]
    path = file(tmp_path, card())
    importer, match = shelf.recognise(exports.members(path)[0])[0]
    for turn in range(50):
        path.write_bytes(damage(whole[turn % len(whole)], chance))
        survived(importer, path, match)
