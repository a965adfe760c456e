"""Who can see what in the pod of the login in use, and why one place is as it is.

Run it after `lifepod home up` and `lifepod home add me`:

    python examples/who_sees_what.py
"""

import asyncio

from lifepod import Desk, Mode, Visitor


async def main() -> None:
    async with Desk.open() as desk:
        audit = await desk.survey(lambda done, known: None)
        for entry in audit.who_below(audit.survey.root):
            answers = ", ".join(answer.word for answer in entry.answers)
            print(f"{entry.place}  {entry.audience}: {answers}  ({entry.covers} places)")
        for spot in audit.blind:
            print(f"could not look: {spot.place} ({spot.cause})")

        # A verdict is yes, no or unknown, and carries the rules it rests on.
        verdict = audit.verdict(audit.survey.storage, Visitor("https://shop.example/card#me"), Mode.READ)
        print(f"may the shop list the pod? {verdict.answer.word}, by {len(verdict.rules)} rules")


asyncio.run(main())
