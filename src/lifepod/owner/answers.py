"""Answers to wants, taken in from the inbox: what is proved and bound to the want's terms is filed under the want.

It refuses to file what nobody proved, what answers another text or came late, and a second answer of the same key; and
to delete a message before its filed copy was read back. What it does not take stays in the inbox, with the reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lifepod.errors import Conflict, LifepodError, Missing
from lifepod.owner.sifting import SHOWN, UNPROVED, Letter
from lifepod.owner.wanting import OPEN, Wanted, file_answer, opened, wanted
from lifepod.parties.senders import Cards
from lifepod.solid.pod import Pod
from lifepod.terms.intents import Answer, answer_of, answers_not, not_shown, unsigned

OF_ONE, IN_ALL = 5, 200
"""Answers to one want that are taken of one WebID, and of all."""
_JSON = ("application/ld+json", "application/json", "")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one answer."""

    letter: Letter
    answer: Answer
    why: str = ""
    """Why it was not filed, in words; empty where it was."""
    new: bool = False
    """Whether it was not known before."""


def answer_in(letter: Letter) -> Answer | None:
    """The answer a message is; ``None`` where it is none."""
    if letter.message.failure is not None or letter.message.content_type not in _JSON:
        return None
    try:
        return answer_of(opened(letter.message.body))
    except LifepodError:
        return None


class Answers:
    """The answers of one pass over the inbox: each sender asked once, each want read once."""

    def __init__(self, pod: Pod, now: str) -> None:
        self._pod, self._now = pod, now
        self._at = datetime.fromisoformat(now).astimezone(UTC)
        self._cards = Cards(pod, now)
        self._wants: dict[str, Wanted | LifepodError] = {}
        self._more: Counter[tuple[str, str]] = Counter()
        """Answers filed in this pass, by want and WebID."""
        self.taken: list[Taken] = []
        """What became of them, in the order they lay there; of those that were not filed a hundred."""

    async def place(self, letter: Letter) -> tuple[Letter, bool] | None:
        """File what sifting could not read where it is an answer: the letter, judged, and whether it is new.

        ``None`` where it is none. What is not proved comes back as that, what does not fit as unreadable, each with
        the reason.
        """
        answer = answer_in(letter)
        if answer is None:
            return None
        found = await self._take(letter, answer)
        if not found.why or sum(bool(one.why) for one in self.taken) < SHOWN:
            self.taken.append(found)
        return found.letter, found.new

    async def _take(self, letter: Letter, answer: Answer) -> Taken:
        """Judge and file one answer, and delete its message."""
        record = opened(letter.message.body)
        why = unsigned(record, answer.keys, (answer.actor, answer.published), self._at)
        why = why or await self._not_shown(answer, record.proofs[0]["created"])
        if why:
            return Taken(replace(letter, kind=UNPROVED, sender=answer.actor, why=why), answer, why)
        new = False
        want = await self._want(answer)
        why = str(want) if isinstance(want, LifepodError) else self._unfit(want, letter, answer)
        if not why and not isinstance(want, LifepodError):
            try:
                profile = self._cards.bodies.get(answer.actor, b"")
                new = await file_answer(self._pod, want, answer, letter.message.body, profile)
            except Conflict:
                why = "the same key has answered already, in other words; its first answer stands"
        if why:
            return Taken(replace(letter, sender=answer.actor, why=why), answer, why)
        self._more[answer.in_reply_to, answer.actor] += new
        await self._pod.delete(letter.message.url)
        return Taken(replace(letter, kind="answer", sender=answer.actor, why=""), answer, new=new)

    async def _not_shown(self, answer: Answer, created: str) -> str:
        card = await self._cards.get(answer.actor)
        if isinstance(card, LifepodError):
            return f"the sender's profile cannot be read: {card}"
        return not_shown(card, answer.keys[0], created, self._now)

    async def _want(self, answer: Answer) -> Wanted | LifepodError:
        root = answer.in_reply_to
        if root not in self._wants:
            try:
                self._wants[root] = await wanted(self._pod, root.removeprefix("urn:uuid:"), self._now)
            except Missing:
                self._wants[root] = Missing("it answers a want that is not known here")
            except LifepodError as error:
                self._wants[root] = error
        return self._wants[root]

    def _unfit(self, want: Wanted, letter: Letter, answer: Answer) -> str:
        """Why an answer that is proved is not filed; one that is filed already passes, and is filed again the same."""
        known = {row.answer.root: row.answer for row in want.rows}
        if answer.root in known:
            return ""
        fault = answers_not(want.want, want.digest, answer)
        if fault:
            return fault
        if want.state != OPEN and not _came_before(letter.message.at, want.since):
            return f"it came after your want was {want.state}, on {want.since}"
        mine = sum(one.actor == answer.actor for one in known.values()) + self._more[want.want.root, answer.actor]
        every = len(known) + sum(count for (root, _), count in self._more.items() if root == want.want.root)
        return "there are too many answers already" if mine >= OF_ONE or every >= IN_ALL else ""


def _came_before(came: str, moment: str) -> bool:
    """Whether the server says that a message came before a time; not where it says nothing."""
    try:
        found = datetime.fromisoformat(came)
    except ValueError:
        return False
    return found.tzinfo is not None and found <= datetime.fromisoformat(moment)
