"""Program files of tests, and what a database holds after them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapter import audit
from adapter.db import Base, Database
from adapter.programfile import FileFaults, Report, export, load
from adapter.protocols import PROTOCOLS

PEPPER = b"a pepper of thirty-two characters"
SAMPLES = Path(__file__).parent / "samples"


def load_document(database: Database, document: Any, **options: Any) -> Report:
    """Load a document, given as text, as bytes or as what it means."""
    if not isinstance(document, str | bytes):
        document = json.dumps(document, ensure_ascii=False)
    if isinstance(document, str):
        document = document.encode()
    return load(database, io.BytesIO(document), pepper=PEPPER, protocols=PROTOCOLS, **options)


def program(**keys: Any) -> dict[str, Any]:
    """A document of one program."""
    return {"programs": [{"code": "MAIN"} | keys]}


def member(**keys: Any) -> dict[str, Any]:
    """A document of one member with a phone."""
    return program(members=[{"phone": "79216668899"} | keys])


def exported(database: Database, **options: Any) -> dict[str, Any]:
    """The database as a document."""
    out = io.StringIO()
    export(database, out, protocols=PROTOCOLS, **options)
    return json.loads(out.getvalue())


def the_member(database: Database) -> dict[str, Any]:
    """The only member of the only program, as exported."""
    return exported(database)["programs"][0]["members"][0]


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def faults_of(database: Database, document: Any) -> list[str]:
    """What is wrong with a document; nothing is written of it."""
    before = rows(database)
    with pytest.raises(FileFaults) as caught:
        load_document(database, document)
    assert rows(database) == before
    return [str(fault) for fault in caught.value.faults]


def findings(database: Database) -> list[str]:
    """What does not agree: the ledger, and all that goes with it."""
    with database.reading() as work:
        return [str(found) for found in audit.findings(work)]
