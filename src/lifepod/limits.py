"""Bounds on everything that comes from outside.

One frozen value, passed where it is needed. It refuses to read the environment and to change at run time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound lifepod keeps, each with its unit."""

    document_bytes: int = 32 * 1024 * 1024
    """One resource read from a pod, bytes."""
    file_bytes: int = 64 * 1024 * 1024 * 1024
    """One file streamed to or from a pod, bytes."""
    drip_seconds: float = 60.0
    """A stream must bring :attr:`drip_bytes` in each such time, seconds."""
    drip_bytes: int = 4096
    """Bytes; less is a server that holds us on purpose."""
    control_bytes: int = 1024 * 1024
    """One access control document, bytes."""
    triples: int = 500_000
    """Triples in one document."""
    redirects: int = 5
    """Redirects followed for one request."""
    walk_depth: int = 32
    """Containers below the start of a walk."""
    walk_count: int = 250_000
    """Places in one walk."""
    in_flight: int = 12
    """Requests to one pod at the same time."""
    retries: int = 3
    """Times one request is sent again where that cannot do harm."""
    retry_seconds: float = 30.0
    """The longest wait before it, seconds; a server that asks for more is told as busy."""
    request_seconds: float = 30.0
    """One request, seconds without a byte."""
    survey_seconds: float = 3600.0
    """One survey, seconds."""
    group_members: int = 250_000
    """Members of one group."""
    surveys_kept: int = 20
    """Surveys of one pod that are kept on this machine."""
    survey_kept_bytes: int = 512 * 1024 * 1024
    """All of them together, bytes; the newest stays whatever its size."""
    survey_part_seconds: float = 900.0
    """How long a survey that was cut off can be taken up again, seconds."""
    self_test_seconds: float = 86_400.0
    """How long a server's proved habits are relied on, seconds."""
    archive_members: int = 200_000
    """Files in one archive."""
    archive_ratio: int = 250
    """Unpacked over packed bytes of one archive member, after the first :attr:`archive_grace`."""
    archive_grace: int = 16 * 1024 * 1024
    """Bytes of a member that are read before its ratio is judged."""
    archive_bytes: int = 64 * 1024 * 1024 * 1024
    """Unpacked bytes of one archive in all."""
    archive_nesting: int = 2
    """Archives inside archives."""
    head_bytes: int = 64 * 1024
    """Bytes read to recognise a file."""
    entry_chars: int = 16 * 1024 * 1024
    """One entry of a JSON export, characters."""
    json_depth: int = 64
    """Nesting of a JSON document."""
    text_chars: int = 4000
    """One text taken from an export, characters."""
    field_bytes: int = 1024 * 1024
    """One CSV field, bytes."""
    sqlite_steps: int = 200_000
    """One query of an imported database, in hundred thousands of SQLite's own instructions."""
    query_rows: int = 100_000
    """Rows of one answer to a query."""
    query_seconds: float = 60.0
    """One query, seconds."""
    record_bytes: int = 64 * 1024
    """One signed record or message, bytes."""
    record_triples: int = 1_000
    """Triples in one signed record."""
    record_depth: int = 12
    """Nesting of one signed record."""
    record_text: int = 1_000
    """One text in a signed record, characters."""
    write_tries: int = 3
    """Times a partition is read, joined and sent again after somebody else's write."""


LIMITS = Limits()
"""The bounds in force unless a caller gives others."""
