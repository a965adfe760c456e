"""YouTube's tables: that something was commented on, subscribed to and put on a playlist, and no word of a comment."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journal.exports import NOW, fact, filed, gathered, members, one, read, reasons, video, written
from tests.journal.test_transfers import damaged, only

from lifepod.errors import TooBig
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Iri, Moment
from lifepod.journal.importers.youtube import IMPORTER
from lifepod.journal.record import match_key, name_of
from lifepod.names import SCHEMA

Cells = Mapping[str, str]
SECRET = "Canary7Hush"
ID, OWN, VIDEO = "UgxtiXQkY7gqHbldJ1F4AaABAg", "UCA6DtnbZ2KJckyTYfXOwQNA", "WtOskFeLmr4"
COMMENT = {
    "Comment ID": ID, "Channel ID": OWN, "Comment Create Timestamp": "2025-12-01T17:42:53.434647+00:00", "Price": "0",
    "Parent Comment ID": "", "Video ID": VIDEO,
    "Comment Text": '{"takeoutSegments":[{"text":"what I think, and\nmore"}]}',
}  # fmt: skip
COMMENT_2024 = {
    "Comment ID": ID, "Channel ID": OWN, "Comment create timestamp": "2025-12-01T17:42:53.434647+00:00", "Price": "0",
    "Parent comment ID": "", "Post ID": "", "Video ID": VIDEO, "Comment text": '{"text":"what"},{"text":"I think"}',
    "Top-level comment ID": "",
}  # fmt: skip
COMMENT_DE = {
    "Kommentar-ID": ID, "Kanal-ID": OWN, "Zeitstempel in einer Sprache": "2025-12-01T17:42:53.434647+00:00",
    "Preis": "0", "ID des übergeordneten Kommentars": "", "Beitrags-ID": "", "Video-ID": VIDEO,
    "Kommentartext": '{"text":"was ich denke"}',
}  # fmt: skip
COMMENT_FI = dict(zip("abcdefg", COMMENT.values(), strict=True))
CHAT = {
    "Live Chat ID": "ChwKGkNJ", "Channel ID": OWN, "Live Chat Create Timestamp": "2025-12-01T17:42:53.434647+00:00",
    "Price": "990000", "Currency code": "USD", "Video ID": VIDEO, "Live Chat Text": '{"text":"hello"}',
}  # fmt: skip
COMMENTS = {"to 2024": COMMENT, "2024": COMMENT_2024, "German": COMMENT_DE, "another language": COMMENT_FI}
ABOUT = f"https://www.youtube.com/watch?v={VIDEO}"
CHANNEL = "UC7McHNOsrUL2fRxTB_xvgRQ"
HEADERS = {
    "2021": "Channel Id,Channel Url,Channel Title", "2024": "Channel ID,Channel URL,Channel title",
    "German": "Kanal-ID,Kanal-URL,Kanaltitel", "Dutch": "Kanaal-ID,Kanaal-URL,Kanaaltitel",
    "another language": "チャンネル ID,チャンネルの URL,チャンネルのタイトル",
}  # fmt: skip
NEW_LIST = "Video ID,Playlist Video Creation Timestamp\n"
GERMAN_LIST = "Video-ID,Zeitstempel bei Erstellung des Playlist-Videos\n"
OTHER_LIST = "Videon tunnus,Lisätty\n"
OLD_LIST = (
    "Playlist Id,Channel Id,Time Created,Time Updated,Title,Description,Visibility\n"
    f'PLx,{OWN},2015-01-01 00:00:00 UTC,2021-01-01 00:00:00 UTC,Road,"two\nlines",Private\n\nVideo Id,Time Added\n'
)
LISTS = {
    "2023": f"{NEW_LIST}{VIDEO},2025-12-01T17:42:53+00:00\n", "2021": f"{OLD_LIST}{VIDEO},2025-12-01 17:42:53 UTC\n\n",
    "2021 with CRLF": f"{OLD_LIST}{VIDEO},2025-12-01 17:42:53 UTC\n".replace("\n", "\r\n"),
    "German": f"{GERMAN_LIST}{VIDEO},2025-12-01T17:42:53+00:00\n",
    "another language": f"{OTHER_LIST}{VIDEO},2025-12-01T17:42:53+00:00\n",
}  # fmt: skip
FOLDER = "Takeout/YouTube and YouTube Music"


def table(*rows: Cells) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def comments(path: Path, *changes: Cells, usual: Cells = COMMENT) -> Path:
    rows = [{**usual, **change} for change in changes or ({},)]
    return written(path / FOLDER / "comments/comments.csv", table(*rows))


def subscriptions(path: Path, *rows: tuple[str, str], header: str = HEADERS["2024"]) -> Path:
    lines = (
        f"{name},http://www.youtube.com/channel/{name},{title}\n" for name, title in rows or ((CHANNEL, "A show"),)
    )
    return written(path / FOLDER / "subscriptions/subscriptions.csv", f"{header}\n{''.join(lines)}")


def playlist(path: Path, text: str, name: str = "Road-videos") -> Path:
    return written(path / FOLDER / f"playlists/{name}.csv", text)


def about(found: Activity) -> tuple[str, dict[str, object]]:
    (thing,) = found.things
    facts = {name.removeprefix(SCHEMA): value for name, value in thing.facts}
    return thing.types[0].removeprefix(SCHEMA), {k: v.value if isinstance(v, Iri) else v for k, v in facts.items()}


# Comments


@pytest.mark.parametrize("usual", COMMENTS.values(), ids=COMMENTS)
def test_a_comment_says_on_what_and_when_and_not_what(usual: Cells, tmp_path: Path) -> None:
    found = one(comments(tmp_path, usual=usual))
    assert (found.kind, found.source, found.name, found.native) == ("comment", "google-youtube", None, True)
    assert found.start == Moment(datetime(2025, 12, 1, 17, 42, 53, 434_647, tzinfo=UTC))
    assert (about(found), fact(found, "provider")) == (("VideoObject", {"url": ABOUT}), "https://www.youtube.com/")
    shown = b"".join(filed([[found]]).values()).decode() + repr(found)
    assert not [word for word in ("think", "denke", OWN) if word in shown]


def test_every_shape_of_a_comment_is_the_same_record(tmp_path: Path) -> None:
    found = {one(comments(tmp_path / name, usual=usual)) for name, usual in COMMENTS.items()}
    assert len(found) == 1


def test_a_line_in_a_live_chat_is_a_comment_and_what_was_paid_stays_out(tmp_path: Path) -> None:
    found = one(written(tmp_path / FOLDER / "live chats/live chats.csv", table(CHAT)))
    assert (found.kind, about(found), found.native) == ("comment", ("VideoObject", {"url": ABOUT}), True)
    assert not [word for word in ("990000", "USD", "hello") if word in repr(found)]


def test_a_comment_on_a_post_of_a_channel_is_on_the_post(tmp_path: Path) -> None:
    change = {"Video ID": "", "Post ID": "UgkxABCdef_123"}
    found = one(comments(tmp_path, change, usual=COMMENT_2024))
    assert about(found) == ("SocialMediaPosting", {"url": "https://www.youtube.com/post/UgkxABCdef_123"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Video ID": ""}, "no-object"), ({"Video ID": "a b"}, "no-object"), ({"Video ID": "x" * 90}, "no-object"),
        ({"Comment Create Timestamp": ""}, "no-time"), ({"Comment Create Timestamp": "x"}, "bad-time"),
        ({"Comment Create Timestamp": "1970-01-01T00:00:00Z"}, "bad-time"),
        ({"Comment Create Timestamp": "1601-01-01T00:00:00Z"}, "bad-time"),
        ({"Comment Create Timestamp": "2038-01-19T03:14:07Z"}, "bad-time"),
        ({"Comment Create Timestamp": "2016-12-31T23:59:60Z"}, "bad-time"),
    ],
)  # fmt: skip
def test_a_comment_that_cannot_be_read_is_counted(change: Cells, reason: str, tmp_path: Path) -> None:
    assert reasons(comments(tmp_path, {}, change)) == [reason]


def test_a_comment_without_an_id_is_known_by_its_time_and_a_repeated_one_is_one(tmp_path: Path) -> None:
    items = only(read(comments(tmp_path, {}, {}, {"Comment ID": ""}, {"Comment ID": "odd id"})))
    assert [item.native for item in items] == [True, True, False, False]
    (data,) = filed([items]).values()
    assert data.count(b"schema:CommentAction") == 3


# Subscriptions


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_subscription_says_to_what_and_no_time_is_invented(header: str, tmp_path: Path) -> None:
    found = one(subscriptions(tmp_path, header=header))
    assert (found.kind, found.source, found.name, found.start, found.end) == (
        "subscribe", "google-youtube", "A show", None, None,
    )  # fmt: skip
    assert about(found) == (
        "Organization", {"name": "A show", "url": f"https://www.youtube.com/channel/{CHANNEL}"},
    )  # fmt: skip
    assert list(filed([[found]])) == [("social/google-youtube", "undated.ttl")]


def test_a_channel_that_is_called_another_name_later_is_the_same_subscription(tmp_path: Path) -> None:
    early, late = (one(subscriptions(tmp_path / name, (CHANNEL, name))) for name in ("a", "b"))
    assert name_of(early) == name_of(late)
    assert filed([[early]], [[late]]) == filed([[late]], [[early]])


def test_a_channel_without_a_name_or_an_id(tmp_path: Path) -> None:
    path = subscriptions(tmp_path, (CHANNEL, ""), ("", "A show"), ("a b", "x"))
    assert [getattr(item, "reason", "") for item in read(path)] == ["", "no-object", "no-object"]


# Playlists


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_a_video_on_a_playlist_is_saved(text: str, tmp_path: Path) -> None:
    found = one(playlist(tmp_path, text))
    assert (found.kind, found.source, found.native) == ("save", "google-youtube", False)
    assert found.start == Moment(datetime(2025, 12, 1, 17, 42, 53, tzinfo=UTC))
    assert about(found) == ("VideoObject", {"url": ABOUT})


def test_a_day_stays_a_day(tmp_path: Path) -> None:
    assert one(playlist(tmp_path, f"{NEW_LIST}{VIDEO},2025-12-01\n")).start == Moment(date(2025, 12, 1), "day")


@pytest.mark.parametrize(
    "name",
    ["Liked videos", "Liked videos-videos", "Liked music-videos", "likes", "Videos, die ich mag-Videos",
     'Vidéos "J’aime"', "Vide\u0301os _J'aime_", "Vídeos que me gustan", "Video piaciuti",
     "Video's die ik leuk vind", "Liked videos(1)"],
)  # fmt: skip
def test_the_playlist_of_what_was_liked_is_likes(name: str, tmp_path: Path) -> None:
    assert one(playlist(tmp_path, LISTS["2023"], name)).kind == "like"


@pytest.mark.parametrize("name", ["Watch later-videos", "My liked videos", "Road"])
def test_any_other_playlist_is_saves(name: str, tmp_path: Path) -> None:
    assert one(playlist(tmp_path, LISTS["2023"], name)).kind == "save"


@pytest.mark.parametrize(("title", "name"), [("Liked A film", "Liked videos"), ("Saved A film", "Road")])
def test_a_like_or_save_in_my_activity_is_the_same_happening(title: str, name: str, tmp_path: Path) -> None:
    told = one(written(tmp_path / "MyActivity.json", [video(title, titleUrl=ABOUT, time="2025-12-01T17:42:10.5Z")]))
    assert match_key(told) == match_key(one(playlist(tmp_path, LISTS["2023"], name)))


def test_a_playlist_that_gets_another_name_brings_nothing_twice(tmp_path: Path) -> None:
    early, late = (one(playlist(tmp_path, LISTS["2023"], name)) for name in ("Road-videos", "Way-videos"))
    assert early == late


def test_a_row_without_video_or_time_is_counted(tmp_path: Path) -> None:
    path = playlist(tmp_path, f"{LISTS['2023']},2025-12-01\n{VIDEO},\n{VIDEO},soon\n{VIDEO}\n")
    assert reasons(path) == ["no-object", "no-time", "bad-time", "no-time"]


# Recognising


SAMPLES = {
    "comments": table(COMMENT), "live chats": table(CHAT), "subscriptions": f"{HEADERS['2024']}\n{CHANNEL},http://x,x\n",
    "playlists/x": LISTS["2023"], "playlists/y": LISTS["2021"],
}  # fmt: skip
EVERY = pytest.mark.parametrize("name", SAMPLES)


@EVERY
@pytest.mark.parametrize(("renamed", "confidence"), [("", 0.9), ("renamed.txt", 0.7)])
def test_a_table_is_known_by_its_columns_and_surer_by_its_name(
    name: str, renamed: str, confidence: float, tmp_path: Path
) -> None:
    path = written(tmp_path / (renamed or f"{name}.csv"), SAMPLES[name])
    found = shelf.recognise(members(path)[0])
    assert [(known.name, match.confidence) for known, match in found] == [("youtube", confidence)]


@pytest.mark.parametrize(
    "content",
    ["", "\n", "a,b\n1,2\n", "Video ID,Title,Time Added,Other\nx,y,z,w\n", '"', "\x00,\x00", "\n\n\n,\n",
     f"Title,Time\n{VIDEO},2025-12-01T17:42:53+00:00\n", f"a,b,c\n{CHANNEL},http://other.example/,A show\n",
     f"a,b,c\n{ID},2025-12-01T17:42:53Z,not a video\n"],
)  # fmt: skip
def test_other_tables_are_not_known(content: str, tmp_path: Path) -> None:
    assert IMPORTER.recognise(members(written(tmp_path / "x/subscriptions.csv", content))[0]) is None


@pytest.mark.parametrize(
    "text",
    ["Playlist ID,Playlist Title (Original),Playlist Visibility\nPLx,Canary7Hush,Private\n",
     "Channel ID,Channel Title (Original),Channel Visibility\nUCx,Canary7Hush,Public\n",
     "Video ID,Approx Duration (ms),Video Title (Original)\nx,5,Canary7Hush\n"],
)  # fmt: skip
def test_another_table_of_the_export_is_named_and_not_read(text: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / FOLDER / "playlists/playlists.csv", text))
    assert (report.importer, report.problem) == ("youtube", "unsupported-version")
    assert report.hint
    assert SECRET not in repr(report)


@pytest.mark.parametrize(
    "text", [NEW_LIST, OLD_LIST, GERMAN_LIST, HEADERS["2024"] + "\n", table(COMMENT).splitlines()[0]]
)
def test_a_table_without_rows_is_an_empty_export(text: str, tmp_path: Path) -> None:
    (report,) = gathered(playlist(tmp_path, text))
    assert (report.importer, report.problem) == ("youtube", "empty-export")


def test_the_history_stays_with_the_importer_of_google(tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / FOLDER / "history/watch-history.json", [video()]))
    assert report.importer == "google-activity"


# Texts, damage, repetition


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    text = f"{HEADERS['2024']}\n{CHANNEL},http://www.youtube.com/channel/{CHANNEL},Für Élise\n"
    assert one(written(tmp_path / "subscriptions.csv", text, encoding)).name == "Für Élise"


def test_an_odd_title_is_a_title_and_a_long_one_is_cut(tmp_path: Path) -> None:
    path = subscriptions(tmp_path, (CHANNEL, "😀ש\u202e" * 100), (OWN, "x" * 9000))
    names = [item.name or "" for item in only(read(path))]
    assert ["\u202e" in names[0], len(names[0]) > 190, len(names[1])] == [False, True, 4000]


def test_a_field_past_the_bound_ends_the_file_with_a_reason(tmp_path: Path) -> None:
    path = comments(tmp_path, {}, {"Comment Text": "x" * 1_100_000}, {})
    assert [getattr(item, "reason", "") for item in read(path)] == ["", "malformed"]


def test_a_file_that_unpacks_to_too_much_ends_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (member,) = members(comments(tmp_path))
    match = IMPORTER.recognise(member)
    assert match is not None

    def refuse(self: object) -> None:
        raise TooBig("too much")

    monkeypatch.setattr(type(member), "open", refuse)
    items = list(IMPORTER.activities(match, {"now": NOW}))
    assert [getattr(item, "reason", "") for item in items] == ["too-large"]


@pytest.mark.parametrize("name", ["comments", "subscriptions", "playlist"])
def test_imported_twice_in_halves_and_in_any_order_it_is_the_same(name: str, tmp_path: Path) -> None:
    make = {
        "comments": lambda: comments(tmp_path, *({"Comment ID": f"{ID}{n % 5}"} for n in range(7))),
        "subscriptions": lambda: subscriptions(tmp_path, *((f"{CHANNEL[:-1]}{n}", "x") for n in range(7))),
        "playlist": lambda: playlist(
            tmp_path, NEW_LIST + "".join(f"{VIDEO},2025-12-0{n % 4 + 1}T10:00:00Z\n" for n in range(7))
        ),
    }
    items = only(read(make[name]()))
    assert len(items) == 7
    assert filed([items]) == filed([items], [items]) == filed([items[4:]], [items]) == filed([items[::-1]])


def test_what_is_not_kept_is_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    private = {"Price": SECRET, "Comment Text": SECRET, "Parent Comment ID": SECRET, "Channel ID": SECRET}
    rows: list[Cells] = [private, {**private, "Video ID": f"{SECRET} x"}, {"Comment Create Timestamp": SECRET}]
    whole = [read(comments(tmp_path / "a", *rows))]
    old = OLD_LIST.replace("Road", SECRET).replace("two\nlines", f"{SECRET}\n{SECRET}").replace("PLx", SECRET)
    whole.append(read(playlist(tmp_path / "b", f"{old}{VIDEO},2025-12-01 17:42:53 UTC\n{VIDEO},{SECRET}\n")))
    url = f"https://www.youtube.com/channel/{CHANNEL}?token={SECRET}"
    text = f"{HEADERS['2024']}\n{CHANNEL},{url},https://x.example/?code={SECRET}\n{OWN},{SECRET},x\n"
    whole.append(read(written(tmp_path / "c/subscriptions.csv", text)))
    assert [len(items) for items in whole] == [3, 2, 2]
    shown = b"".join(data for items in whole for data in filed([only(items)]).values()).decode()
    assert SECRET not in shown + repr(whole) + caplog.text


def test_damage_of_every_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    samples: Sequence[str] = [
        table(COMMENT, COMMENT, COMMENT), table(COMMENT_DE), table(CHAT, CHAT), *LISTS.values(),
        f"{HEADERS['2021']}\n" + f"{CHANNEL},http://www.youtube.com/channel/{CHANNEL},A show\n" * 3,
    ]  # fmt: skip
    encoded = [text.encode() for text in samples] + [samples[0].encode("utf-16")]
    damaged(encoded, tmp_path / "comments.csv", 200, {})
