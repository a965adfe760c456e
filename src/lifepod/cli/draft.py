"""A private file for an editor, kept only where what was written in it could not be sent.

It refuses to leave a copy of what a pod holds on this machine without saying where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from lifepod.cli.say import Voice
from lifepod.errors import NotReady


@contextmanager
def edited(voice: Voice, before: bytes, name: str) -> Iterator[bytes]:
    """What a person made of ``before`` in $EDITOR, to be sent inside the block; ``name`` is how the file's name ends.

    Raises :class:`~lifepod.errors.NotReady` where the editor fails or leaves no file. Whatever is raised, also by the
    block: the file goes if it is as it was, else it stays and is named.
    """
    path = _private(before, name)
    try:
        yield _written(path)
    except BaseException:
        if _unchanged(path, before):
            _gone(path)
        else:
            voice.talk(f"What you wrote is kept in {path}.")
        raise
    _gone(path)


def _private(before: bytes, name: str) -> Path:
    harmless = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name)
    ending = "-" + harmless.encode()[-100:].decode("utf-8", "ignore")
    try:
        with NamedTemporaryFile("wb", prefix="lifepod-", suffix=ending, delete=False) as file:
            path = Path(file.name)
            try:
                file.write(before)
            except OSError:
                _gone(path)
                raise
    except OSError as error:
        raise NotReady(f"No file can be made for the editor ({error.strerror}).", advice="Set TMPDIR.") from None
    return path


def _written(path: Path) -> bytes:
    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise NotReady(f"{error.message}. Nothing was sent.", advice="Name an editor that works in EDITOR.") from None
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotReady(
            f"The editor left no file that can be read ({error.strerror}). Nothing was sent.",
            advice="Name another editor in EDITOR, or have it write in place.",
        ) from None


def _unchanged(path: Path, before: bytes) -> bool:
    try:
        return path.read_bytes() == before
    except FileNotFoundError:
        return True  # nothing is kept, so nothing is said
    except OSError:
        return False


def _gone(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotReady(f"{path} cannot be deleted ({error.strerror}).", advice="Delete it yourself.") from None
