"""What a distributed engine would not take, or would make everybody wait for: each a fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from psycopg import Connection

from tests.scale import tables

# What no such engine has, or what makes it one machine again.
REFUSED = {
    "an advisory lock": r"\bpg_(try_)?advisory_",
    "a table lock": r"^\s*LOCK\s+\w",
    "LISTEN or NOTIFY": r"^\s*(UN)?LISTEN\s+\w|^\s*NOTIFY\s+\w|\bpg_notify\b",
    "a sequence": r"\b(nextval|currval|setval|lastval)\s*\(|\b(BIG|SMALL)?SERIAL\b|\bSEQUENCE\s+\w"
    r"|\bGENERATED\s+(ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b",
    "a level of isolation": r"\bISOLATION\s+LEVEL\b|\bSET\s+TRANSACTION\s+SNAPSHOT\b",
    "what only a heap has": r"\b(ctid|xmin|xmax|txid_current|pg_current_xact_id)\b|\bTABLESAMPLE\b",
    "a constraint that waits": r"\bDEFERRABLE\b|\bSET\s+CONSTRAINTS\b",
}
_WRITES = re.compile(r'\b(INSERT INTO|UPDATE|DELETE FROM)\s+(?:ONLY\s+)?"?([a-z_]+)"?', re.I)
_READS = re.compile(r'\b(?:FROM|JOIN)\s+"?([a-z_]+)"?(?:\s+AS\s+"?(\w+)"?)?', re.I)
_LOCKS = re.compile(
    r"\bFOR\s+(?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b(?:\s+OF\s+([\w, ]+?))?"
    r"(?=\s+(?:NOWAIT|SKIP)|\s*\)|\s*;|\s*$|\s+UNION|\s+FOR\b)",
    re.I,
)


def refused_words(text: str) -> Iterator[str]:
    """What a text of SQL asks for that it must not."""
    for what, pattern in REFUSED.items():
        if re.search(pattern, text, re.IGNORECASE | re.MULTILINE):
            yield what


def statement_faults(text: str) -> Iterator[str]:
    """What is wrong with a statement that a hot call sends."""
    yield from refused_words(text)
    for verb, table in _written(text):
        if table in tables.SETTINGS:
            yield f"writes into {table}, which all members share"
        elif table not in tables.HOT and table not in tables.MEETING_PLACES:
            yield f"writes into {table}, which nobody has said whose it is"
        elif verb != "INSERT INTO" and not re.search(r"\bWHERE\b", text, re.IGNORECASE):
            yield f"changes all of {table}"
    for table in locked_tables(text):
        if table not in tables.HOT:
            yield f"locks rows of {table}, which all members share"


def _written(text: str) -> Iterator[tuple[str, str]]:
    for found in _WRITES.finditer(text):
        # `FOR UPDATE OF accounts`, and `ON CONFLICT ... DO UPDATE SET`, are no updates of a table.
        before = text[: found.start()].rstrip().upper()
        if not before.endswith(("FOR", "FOR NO KEY", "DO")):
            yield found[1].upper(), found[2].lower()


def locked_tables(text: str) -> set[str]:
    """The tables of which a SELECT locks rows: those it names, or all that it reads."""
    sources = {(found[2] or found[1]).lower(): found[1].lower() for found in _READS.finditer(text)}
    locked: set[str] = set()
    for found in _LOCKS.finditer(text):
        named = [name.strip().lower() for name in (found[1] or "").split(",") if name.strip()]
        locked |= {sources.get(name, name) for name in named} or set(sources.values())
    return locked


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique index, or a primary key."""

    table: str
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A migrated database as its catalogue has it."""

    columns: dict[str, dict[str, bool]]  # by table: each column, and whether it may be empty
    uniques: tuple[Unique, ...]
    parents: frozenset[tuple[str, str]]
    oddities: tuple[str, ...]


_COLUMNS = """
SELECT c.relname, a.attname, NOT a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND a.attnum > 0 AND NOT a.attisdropped
"""
_UNIQUES = """
SELECT t.relname, i.relname,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace
"""
_PARENTS = """
SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
_ODDITIES = """
SELECT 'a sequence ' || relname FROM pg_class
WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
UNION ALL SELECT 'an identity column ' || attrelid::regclass || '.' || attname FROM pg_attribute
WHERE attidentity <> '' AND attrelid >= 16384
UNION ALL SELECT 'a trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'a constraint that waits or excludes ' || conname FROM pg_constraint
WHERE (condeferrable OR contype = 'x') AND connamespace = 'public'::regnamespace
UNION ALL SELECT 'a table that is forgotten in a crash ' || relname FROM pg_class
WHERE relpersistence = 'u' AND relkind = 'r'
UNION ALL SELECT 'a rule on ' || tablename FROM pg_rules WHERE schemaname = 'public'
"""


def schema_of(connection: Connection) -> Schema:
    """What a database is made of."""
    columns: dict[str, dict[str, bool]] = {}
    for table, column, may_be_empty in connection.execute(_COLUMNS):
        columns.setdefault(table, {})[column] = may_be_empty
    return Schema(
        columns=columns,
        uniques=tuple(
            Unique(table, name, tuple(names)) for table, name, names in connection.execute(_UNIQUES)
        ),
        parents=frozenset((child, parent) for child, parent in connection.execute(_PARENTS)),
        oddities=tuple(oddity for (oddity,) in connection.execute(_ODDITIES)),
    )


def schema_faults(schema: Schema) -> Iterator[str]:
    """What is wrong with a schema whose hot tables are to be spread over machines."""
    yield from schema.oddities
    yield from _unknown(schema.columns)
    for table, column in tables.HOT.items():
        found = schema.columns.get(table, {})
        if column not in found:
            yield f"{table} does not say whose a row is: it has no {column}"
        elif found[column] and table not in tables.MAY_BE_NOBODYS:
            yield f"{table} has rows that are nobody's"
    for child, parent in sorted(schema.parents):
        excused = (child, parent) in tables.SHARED_PARENTS
        if child in tables.HOT and parent not in tables.HOT and not excused:
            yield f"{child} refers to {parent}, which all members share"
    for unique in schema.uniques:
        if unique.table in tables.HOT and not is_of_one_member(unique):
            yield f"{unique.name} is unique among all members"


def _unknown(known: Iterable[str]) -> Iterator[str]:
    for table in sorted(set(known) - {*tables.HOT, *tables.SETTINGS, *tables.MEETING_PLACES}):
        yield f"nobody has said whose the rows of {table} are"


def is_of_one_member(unique: Unique) -> bool:
    """Whether no two members ever meet at it, or meeting there is what it is for."""
    return bool(tables.OF_ONE_MEMBER & {*unique.columns}) or unique.name in tables.UNIQUE_AMONG_ALL
