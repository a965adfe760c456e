"""What Google's activity titles say was done, in the languages Google writes them in.

It refuses to guess: a title whose verb is not here is decided by the shape of its address, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One form: what stands before and after the thing."""

    kind: str
    """A kind of record, or ``""`` for what is no activity of the person's."""
    before: str
    after: str = ""


VERBS: tuple[Verb, ...] = (
    # English
    Verb("", "Viewed area around "), Verb("", "Used "), Verb("", "Shared "), Verb("", "Directions to "),
    Verb("search", "Searched for "), Verb("search", "Defined "), Verb("visit", "Visited "), Verb("visit", "Viewed "),
    Verb("watch", "Watched "), Verb("like", "Liked "), Verb("dislike", "Disliked "),
    Verb("subscribe", "Subscribed to "), Verb("save", "Saved "), Verb("search", "Searched ", " on YouTube"),
    # German
    Verb("search", "Gesucht nach: "), Verb("search", "Gesucht nach "), Verb("search", "Nach ", " gesucht"),
    Verb("watch", "", " angesehen"), Verb("visit", "", " besucht"), Verb("visit", "", " aufgerufen"),
    Verb("like", "", " positiv bewertet"), Verb("subscribe", "", " abonniert"), Verb("save", "", " gespeichert"),
    # French
    Verb("search", "Vous avez recherché "), Verb("watch", "Vous avez regardé "), Verb("visit", "Vous avez consulté "),
    Verb("visit", "Vous avez visité "), Verb("like", "Vous avez aimé "),
    # Spanish
    Verb("search", "Has buscado "), Verb("search", "Buscaste "), Verb("watch", "Has visto "), Verb("watch", "Viste "),
    Verb("visit", "Has visitado "), Verb("visit", "Visitaste "),
    # Italian
    Verb("search", "Hai cercato "), Verb("watch", "Hai guardato "), Verb("visit", "Hai visitato "),
    # Dutch
    Verb("search", "Je hebt gezocht naar "), Verb("search", "Gezocht naar "),
    Verb("watch", "Je hebt naar ", " gekeken"), Verb("watch", "", " bekeken"), Verb("visit", "", " bezocht"),
    # Portuguese
    Verb("search", "Pesquisou por "), Verb("search", "Pesquisa realizada: "), Verb("watch", "Assistiu a "),
    Verb("watch", "Assistiu "), Verb("visit", "Visitou "),
)  # fmt: skip


def said(title: str) -> tuple[str, str] | None:
    """Kind and thing of a title; ``None`` where no verb of ours stands in it."""
    for verb in VERBS:
        if title.startswith(verb.before) and title.endswith(verb.after):
            thing = title[len(verb.before) : len(title) - len(verb.after)].strip()
            if thing:
                return verb.kind, thing
    return None


def is_notice(title: str) -> bool:
    """Whether a title is a line about notifications or the feed, which nobody did."""
    first, _, rest = title.partition(" ")
    return first.isdigit() and rest.split(" ")[0].lower().startswith(
        ("notif", "benachrichtig", "card", "stor", "melding")
    )
