"""Spotify: both histories in their old and new names, every play counted, and nothing of where it was played."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.journal.exports import NOW, Item, fact, filed, gathered, members, one, read, reasons, written
from tests.journal.test_transfers import damaged, only

from lifepod.errors import TooBig
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Duration, Iri, Moment
from lifepod.journal.importers.spotify import IMPORTER
from lifepod.journal.record import match_key, name_of
from lifepod.names import SCHEMA

Entry = dict[str, object]
SECRET = "Canary7Hush"
TRACK = "0fYVliAYKHuPmECRs1pbRf"
SONG: Entry = {"endTime": "2025-12-01 20:15", "artistName": "A band", "trackName": "A song", "msPlayed": 185_040}
PODCAST: Entry = {
    "endTime": "2025-12-01 20:15",
    "podcastName": "A show",
    "episodeName": "An episode",
    "msPlayed": 185_040,
}
QUERY: Entry = {
    "platform": "IPHONE_ARM64", "searchTime": "2025-12-01T20:15:30.123Z[UTC]", "searchQuery": "passport",
    "searchInteractionURIs": [f"spotify:track:{TRACK}"],
}  # fmt: skip
NONE_OF_THEM = dict.fromkeys(
    ("episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title", "audiobook_uri",
     "audiobook_chapter_uri", "audiobook_chapter_title")
)  # fmt: skip
PLAY: Entry = {
    "ts": "2025-12-01T20:15:45Z", "platform": "android", "ms_played": 185_040, "conn_country": "DE",
    "ip_addr": "203.0.113.7", "master_metadata_track_name": "A song", "master_metadata_album_artist_name": "A band",
    "master_metadata_album_album_name": "An album", "spotify_track_uri": f"spotify:track:{TRACK}", **NONE_OF_THEM,
    "reason_start": "clickrow", "reason_end": "trackdone", "shuffle": False, "skipped": False, "offline": False,
    "offline_timestamp": 1_764_620_000, "incognito_mode": False,
}  # fmt: skip
NO_SONG: Entry = dict.fromkeys(
    ("master_metadata_track_name", "master_metadata_album_artist_name", "master_metadata_album_album_name",
     "spotify_track_uri")
)  # fmt: skip
EPISODE = NO_SONG | {
    "episode_name": "An episode", "episode_show_name": "A show", "spotify_episode_uri": f"spotify:episode:{TRACK}",
}  # fmt: skip
CHAPTER = NO_SONG | {
    "audiobook_title": "A book", "audiobook_uri": f"spotify:show:{TRACK}", "audiobook_chapter_title": "Chapter 1",
    "audiobook_chapter_uri": f"spotify:episode:{TRACK}",
}  # fmt: skip
SAMPLES: dict[str, tuple[str, Entry]] = {
    "account music": ("StreamingHistory_music_0.json", SONG),
    "account music to 2023": ("StreamingHistory12.json", SONG),
    "account podcasts": ("StreamingHistory_podcast_0.json", PODCAST),
    "extended audio": ("Streaming_History_Audio_2019-2020_3.json", PLAY),
    "extended video": ("Streaming_History_Video_2018-2025.json", PLAY),
    "extended to 2022": ("endsong_4.json", PLAY),
    "searches": ("SearchQueries.json", QUERY),
}
EVERY = pytest.mark.parametrize("sample", SAMPLES)


def play(**changes: object) -> Entry:
    return PLAY | changes


def extended(path: Path, *plays: object) -> Path:
    return written(path / "Spotify Extended Streaming History/Streaming_History_Audio_2025_0.json", list(plays))


def about(found: Activity) -> tuple[str, dict[str, object]]:
    (thing,) = found.things
    facts = {name.removeprefix(SCHEMA): value for name, value in thing.facts}
    return thing.types[0].removeprefix(SCHEMA), {k: v.value if isinstance(v, Iri) else v for k, v in facts.items()}


def sample(path: Path, name: str, *changes: Mapping[str, object]) -> Path:
    tail, usual = SAMPLES[name]
    return written(path / "MyData" / tail, [usual | dict(change) for change in changes or ({},)])


# Plays


@pytest.mark.parametrize("name", ["account music", "account music to 2023"])
def test_a_song_of_the_account_data_says_what_was_heard_until_which_minute(name: str, tmp_path: Path) -> None:
    found = one(sample(tmp_path, name))
    assert (found.kind, found.source, found.name, found.start) == ("listen", "spotify-account", "A song", None)
    assert found.end == Moment(datetime(2025, 12, 1, 20, 15, tzinfo=UTC), "minute")
    assert (fact(found, "playedFor"), fact(found, "provider")) == (
        Duration("PT3M5.04S"), "https://open.spotify.com/",
    )  # fmt: skip
    assert about(found) == ("MusicRecording", {"name": "A song", "byArtist": "A band"})


def test_a_podcast_of_the_account_data_is_an_episode_of_a_show(tmp_path: Path) -> None:
    found = one(sample(tmp_path, "account podcasts"))
    assert about(found) == ("PodcastEpisode", {"name": "An episode", "partOfSeries": "A show"})


@pytest.mark.parametrize("name", ["extended audio", "extended video", "extended to 2022"])
def test_a_song_of_the_extended_history_says_the_second_it_ended_and_its_album(name: str, tmp_path: Path) -> None:
    found = one(sample(tmp_path, name))
    assert (found.kind, found.source, found.name, found.start) == ("listen", "spotify", "A song", None)
    assert found.end == Moment(datetime(2025, 12, 1, 20, 15, 45, tzinfo=UTC))
    assert about(found) == (
        "MusicRecording",
        {
            "name": "A song", "byArtist": "A band", "inAlbum": "An album",
            "sameAs": f"https://open.spotify.com/track/{TRACK}",
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        (EPISODE, "PodcastEpisode", {"name": "An episode", "partOfSeries": "A show",
                                     "sameAs": f"https://open.spotify.com/episode/{TRACK}"}),
        (CHAPTER, "Chapter", {"name": "Chapter 1", "isPartOf": "A book",
                              "sameAs": f"https://open.spotify.com/episode/{TRACK}"}),
        (CHAPTER | {"audiobook_chapter_title": None}, "Audiobook",
         {"name": "A book", "sameAs": f"https://open.spotify.com/show/{TRACK}"}),
        (NO_SONG | {"spotify_track_uri": f"spotify:track:{TRACK}"}, "MusicRecording",
         {"sameAs": f"https://open.spotify.com/track/{TRACK}"}),
        ({"spotify_track_uri": "spotify:local:A:B:C:185"}, "MusicRecording",
         {"name": "A song", "byArtist": "A band", "inAlbum": "An album"}),
    ],
)  # fmt: skip
def test_what_was_played_is_named_as_far_as_it_says(
    changes: Entry, kind: str, said: dict[str, object], tmp_path: Path
) -> None:
    assert about(one(extended(tmp_path, play(**changes)))) == (kind, said)


def test_a_play_in_both_histories_is_the_same_happening(tmp_path: Path) -> None:
    account, long = one(sample(tmp_path / "a", "account music")), one(extended(tmp_path / "b", PLAY))
    assert match_key(account) == match_key(long)
    episode, same = (
        one(sample(tmp_path / "c", "account podcasts")),
        one(extended(tmp_path / "d", play(**EPISODE))),
    )
    assert match_key(episode) == match_key(same)


@pytest.mark.parametrize(
    ("played", "length"),
    [(1, "PT0.001S"), (1000, "PT1S"), (60_000, "PT1M"), (3_600_000, "PT1H"), (3_661_500, "PT1H1M1.5S"),
     ("185040", "PT3M5.04S")],
)  # fmt: skip
def test_how_long_it_was_played_keeps_its_digits(played: object, length: str, tmp_path: Path) -> None:
    assert fact(one(extended(tmp_path, play(ms_played=played))), "playedFor") == Duration(length)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ms_played": 0}, "not-an-activity"), ({"ms_played": "0"}, "not-an-activity"),
        ({"ms_played": -5}, "bad-number"), ({"ms_played": 1.5}, "bad-number"), ({"ms_played": None}, "bad-number"),
        ({"ms_played": True}, "bad-number"), ({"ms_played": "²"}, "bad-number"), ({"ms_played": []}, "bad-number"),
        ({"ms_played": 10**30}, "bad-number"), ({"ts": None}, "no-time"), ({"ts": 1_764_620_000}, "no-time"),
        ({"ts": ""}, "no-time"), ({"ts": "01.12.2025"}, "bad-time"), ({"ts": "1970-01-01T00:00:00Z"}, "bad-time"),
        ({"ts": "1601-01-01T00:00:00Z"}, "bad-time"), ({"ts": "2001-01-01T00:00:00Z"}, "bad-time"),
        ({"ts": "2038-01-19T03:14:07Z"}, "bad-time"), ({"ts": "2016-12-31T23:59:60Z"}, "bad-time"),
        (NO_SONG, "no-object"), ({"master_metadata_track_name": 5, "spotify_track_uri": 5}, "no-object"),
        ({"master_metadata_track_name": "\u202e", "spotify_track_uri": "x"}, "no-object"),
        ({"incognito_mode": True}, "not-an-activity"), ({"incognito_mode": "true"}, "not-an-activity"),
    ],
)  # fmt: skip
def test_what_is_no_play_is_counted_with_its_reason(changes: Entry, reason: str, tmp_path: Path) -> None:
    assert reasons(extended(tmp_path, play(), play(**changes))) == [reason]


def test_a_play_of_no_time_in_the_account_data_is_no_play(tmp_path: Path) -> None:
    assert reasons(sample(tmp_path, "account music", {}, {"msPlayed": 0})) == ["not-an-activity"]


@pytest.mark.parametrize(("answer", "count"), [("yes", 2), ("YES", 2), ("no", 1), ("", 1), ("true", 1)])
def test_plays_of_a_private_session_come_in_only_when_asked_for(answer: str, count: int, tmp_path: Path) -> None:
    path = extended(tmp_path, play(), play(incognito_mode=True, ts="2025-12-02T00:00:00Z"))
    assert len(only(read(path, **{"spotify.incognito": answer}))) == count
    (report,) = gathered(path)
    assert "--answer spotify.incognito=yes" in report.hint


def test_two_songs_of_one_second_and_one_song_twice_are_all_kept(tmp_path: Path) -> None:
    plays = [play(), play(master_metadata_track_name="Other"), play(ms_played=5), play()]
    items = only(read(extended(tmp_path, *plays)))
    (data,) = filed([items]).values()
    assert data.count(b"schema:ListenAction") == 4
    assert filed([items], [items]) == filed([items])


def test_files_that_overlap_bring_each_play_once(tmp_path: Path) -> None:
    plays = [play(ts=f"2025-12-{day:02}T20:15:45Z") for day in range(1, 11)]
    early, late = (only(read(extended(tmp_path / n, *part))) for n, part in (("a", plays[:7]), ("b", plays[4:])))
    (data,) = filed([early, late]).values()
    assert data.count(b"schema:ListenAction") == 10
    assert filed([early, late]) == filed([late], [early])


def test_another_address_of_the_same_song_is_the_same_play(tmp_path: Path) -> None:
    items = only(read(extended(tmp_path, play(), play(spotify_track_uri="spotify:track:7fYVliAYKHuPmECRs1pbRf"))))
    assert len({name_of(item) for item in items}) == 1


@pytest.mark.parametrize("time", [0, 1_764_620_000, 1_764_620_000_123, None, "x"])
def test_the_offline_time_is_not_used(time: object, tmp_path: Path) -> None:
    assert one(extended(tmp_path, play(offline_timestamp=time, offline=True))) == one(extended(tmp_path / "b", PLAY))


# Searches


def test_a_search_says_what_was_typed_and_not_what_was_opened(tmp_path: Path) -> None:
    found = one(sample(tmp_path, "searches"))
    assert (found.kind, found.source, fact(found, "query")) == ("search", "spotify", "passport")
    assert found.start == Moment(datetime(2025, 12, 1, 20, 15, 30, 123_000, tzinfo=UTC))
    assert TRACK not in repr(found)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"searchQuery": ""}, "not-an-activity"), ({"searchQuery": 5}, "not-an-activity"),
     ({"searchTime": None}, "no-time"), ({"searchTime": "x[UTC]"}, "bad-time")],
)  # fmt: skip
def test_what_is_no_search_is_counted(changes: Entry, reason: str, tmp_path: Path) -> None:
    assert reasons(sample(tmp_path, "searches", {}, changes)) == [reason]


@pytest.mark.parametrize("time", ["2025-12-01T20:15:30.123Z", "2025-12-01T20:15:30.123+00:00", "2025-12-01 20:15:30"])
def test_every_form_of_a_time_is_read(time: str, tmp_path: Path) -> None:
    found = one(sample(tmp_path, "searches", {"searchTime": time}))
    assert isinstance(found.start, Moment)
    assert found.start.value.isoformat()[:19] == "2025-12-01T20:15:30"


# Recognising


@EVERY
@pytest.mark.parametrize(("renamed", "confidence"), [("", 0.9), ("renamed.txt", 0.7)])
def test_a_file_is_known_by_its_keys_and_surer_by_its_name(
    sample: str, renamed: str, confidence: float, tmp_path: Path
) -> None:
    tail, usual = SAMPLES[sample]
    path = written(tmp_path / (renamed or tail), [usual])
    found = shelf.recognise(members(path)[0])
    assert [(known.name, match.confidence) for known, match in found] == [("spotify", confidence)]


@EVERY
def test_an_empty_list_is_an_empty_export(sample: str, tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / SAMPLES[sample][0], " [ ]\n"))
    assert (report.importer, report.problem) == ("spotify", "empty-export")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "[5]", '[{"ts": 1}]', '[{"trackName": "x", "time": "x"}]', '{"msPlayed": 1, "endTime": "x"}',
     "<html>"],
)  # fmt: skip
def test_other_documents_are_not_known(content: str, tmp_path: Path) -> None:
    assert IMPORTER.recognise(members(written(tmp_path / "history.json", content))[0]) is None


@pytest.mark.parametrize("name", ["Inferences.json", "Playlist1.json", "YourLibrary.json", "Userdata.json"])
def test_a_file_of_the_export_that_is_not_read_is_named(name: str, tmp_path: Path) -> None:
    content = {"inferences": [SECRET], "username": SECRET}
    (report,) = gathered(written(tmp_path / "Spotify Account Data" / name, content))
    assert (report.importer, report.problem) == ("spotify", "unsupported-version")
    assert report.hint
    assert SECRET not in repr(report)


# Texts, damage, repetition


@EVERY
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_usual_encoding_is_read(sample: str, encoding: str, tmp_path: Path) -> None:
    tail, usual = SAMPLES[sample]
    text = json.dumps([{**usual, "trackName": "Für Élise"} if "trackName" in usual else usual], ensure_ascii=False)
    found = one(written(tmp_path / tail, text, encoding))
    assert found.name in ("A song", "An episode", "Für Élise", None)


@EVERY
@pytest.mark.parametrize("odd", [None, 5, "x", [], [1], True, {}])
def test_an_entry_that_is_no_object_is_counted(sample: str, odd: object, tmp_path: Path) -> None:
    tail, usual = SAMPLES[sample]
    items = read(written(tmp_path / tail, [usual, odd, usual]))
    assert len(items) == 3
    assert [isinstance(item, Activity) for item in items] == [True, False, True]


@pytest.mark.parametrize("field", PLAY)
@pytest.mark.parametrize("odd", [None, 5, "x", {}, [5], True])
def test_a_field_of_another_type_never_ends_the_file(field: str, odd: object, tmp_path: Path) -> None:
    items = read(extended(tmp_path, play(), play(**{field: odd}), play()))
    assert len(items) == 3
    assert filed([only(items)])


def test_an_odd_title_of_300_characters_is_a_title(tmp_path: Path) -> None:
    found = one(extended(tmp_path, play(master_metadata_track_name="😀ש\u202e" * 100)))
    assert "\u202e" not in (found.name or "")
    assert len(found.name or "") > 190


@EVERY
def test_a_file_that_was_cut_off_gives_what_was_read_so_far(sample: str, tmp_path: Path) -> None:
    tail, usual = SAMPLES[sample]
    whole = json.dumps([usual] * 3)
    one_entry = len(json.dumps(usual)) + 2
    items = read(written(tmp_path / tail, whole[: 2 * one_entry + 20]))
    assert [getattr(item, "reason", "record") for item in items] == ["record", "record", "malformed"]


def test_an_entry_past_the_bound_ends_the_file_with_a_reason(tmp_path: Path) -> None:
    deep: object = 1
    for _ in range(80):
        deep = [deep]
    items = read(extended(tmp_path, play(), play(shuffle=deep), play()))
    assert [getattr(item, "reason", "record") for item in items] == ["record", "too-large"]


def test_a_file_that_unpacks_to_too_much_ends_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (member,) = members(extended(tmp_path, play()))
    match = IMPORTER.recognise(member)
    assert match is not None

    def refuse(self: object) -> None:
        raise TooBig("too much")

    monkeypatch.setattr(type(member), "open", refuse)
    items: list[Item] = list(IMPORTER.activities(match, {"now": NOW}))
    assert [getattr(item, "reason", "") for item in items] == ["too-large"]


@EVERY
def test_imported_twice_in_halves_and_in_any_order_it_is_the_same(sample: str, tmp_path: Path) -> None:
    tail, usual = SAMPLES[sample]
    time = next(key for key in ("ts", "endTime", "searchTime") if key in usual)
    entries = [usual | {time: str(usual[time]).replace("-01", f"-{n % 3 + 1:02}")} for n in range(7)]
    items = only(read(written(tmp_path / tail, entries)))
    assert len(items) == 7
    assert filed([items]) == filed([items], [items]) == filed([items[4:]], [items]) == filed([items[::-1]])


@EVERY
def test_what_is_not_kept_is_nowhere(sample: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tail, usual = SAMPLES[sample]
    never = ("ip_addr", "ip_addr_decrypted", "user_agent_decrypted", "username", "conn_country", "platform", "city",
             "region", "reason_start", "reason_end", "offline_timestamp", "shuffle", "skipped")  # fmt: skip
    planted = {**usual, **dict.fromkeys(never, SECRET), "searchInteractionURIs": [SECRET], SECRET: SECRET}
    private = {**usual, "incognito_mode": True, "master_metadata_track_name": SECRET}
    entries: list[object] = [planted, SECRET, {**planted, "ts": SECRET, "endTime": SECRET, "searchTime": SECRET}]
    entries += [{**usual, "spotify_track_uri": f"spotify:track:{SECRET}{TRACK}?{SECRET}"}]
    entries += [private] if "ts" in usual else []
    items = read(written(tmp_path / tail, entries))
    assert len(items) == len(entries)
    shown = b"".join(filed([only(items)]).values()).decode() + repr(items) + caplog.text
    assert SECRET not in shown
    assert "203.0.113.7" not in shown


def test_damage_of_every_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    plays = [play(), play(**EPISODE), play(**CHAPTER), play(incognito_mode=True), play(ms_played=0)]
    samples = [json.dumps(plays, indent=1).encode(), json.dumps([PLAY]).encode("utf-16")]
    samples += [json.dumps([usual] * 3).encode() for _, usual in SAMPLES.values()]
    damaged(samples, tmp_path / "endsong_0.json", 200, {"spotify.incognito": "yes"})


def test_keys_that_are_gone_and_types_that_changed_give_records_and_reasons(tmp_path: Path) -> None:
    chance, path = random.Random(7), tmp_path / "endsong_0.json"
    odd: list[object] = [None, -1, 1e400, "", "x", "1", [], {}, [[]], True, "\x00", "9" * 400, "2025-12-01"]
    kinds: list[Entry] = [play(), play(**EPISODE), play(**CHAPTER), SONG, PODCAST, QUERY]
    for _ in range(100):
        usual = chance.choice(kinds)
        changed = dict(usual)
        for key in chance.sample(sorted(usual), k=min(3, len(usual))):
            if chance.random() < 0.4:
                del changed[key]
            else:
                changed[key] = chance.choice(odd)
        items = read(written(path, [usual, changed]))
        assert len(items) == 2
        assert filed([only(items)])


def test_a_play_that_both_histories_tell_is_shown_once(tmp_path: Path) -> None:
    account, extended = one(sample(tmp_path / "a", "account music")), one(sample(tmp_path / "b", "extended audio"))
    assert account.source != extended.source
    assert match_key(account) == match_key(extended)
