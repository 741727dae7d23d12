"""What migrations leave behind is, to the last index, what the models describe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, MetaData, inspect, text

from adapter.db import migrations

VERSIONS = "alembic_version"


def test_the_migrated_schema_is_the_one_the_models_describe(
    make_empty_engine: Callable[[], Engine], models: MetaData
) -> None:
    migrated, created = make_empty_engine(), make_empty_engine()

    migrations.upgrade(migrated)
    models.create_all(created)

    # Both were read back from the engine, so its own way to write a condition does not matter.
    wanted = _described(created)
    assert len(wanted) == len(models.tables) > 10
    assert _described(migrated) == wanted


def test_down_to_nothing_and_up_again(empty_engine: Engine) -> None:
    migrations.upgrade(empty_engine)
    before = _described(empty_engine)

    migrations.downgrade(empty_engine, "base")

    assert _described(empty_engine) == {}
    migrations.upgrade(empty_engine)
    assert _described(empty_engine) == before


def test_check_constraints_and_conditions_of_indexes_are_among_what_is_compared(
    empty_engine: Engine,
) -> None:
    migrations.upgrade(empty_engine)

    found = _described(empty_engine)

    assert "ck_accounts_not_negative" in {check["name"] for check in found["accounts"]["checks"]}
    assert any("WHERE" in index for index in found["lots"]["index statements"])


def _described(engine: Engine) -> dict[str, dict[str, Any]]:
    found = inspect(engine)
    statements = _index_statements(engine)
    return {
        table: {
            # By name: a column added later stands last in a table that is older than it.
            "columns": _sorted(
                [column | {"type": repr(column["type"])} for column in found.get_columns(table)]
            ),
            "primary key": found.get_pk_constraint(table),
            "foreign keys": _sorted(found.get_foreign_keys(table)),
            "unique": _sorted(found.get_unique_constraints(table)),
            "checks": _sorted(found.get_check_constraints(table)),
            "indexes": _sorted(found.get_indexes(table)),
            "index statements": sorted(statements.get(table, [])),
        }
        for table in found.get_table_names()
        if table != VERSIONS
    }


def _sorted(described: list[Any]) -> list[dict[str, Any]]:
    # What a dialect adds may hold expressions, which cannot be compared; their text is in the
    # statements.
    plain = [
        {name: value for name, value in one.items() if name != "dialect_options"}
        for one in described
    ]
    return sorted(plain, key=lambda one: str(one["name"]))


def _index_statements(engine: Engine) -> dict[str, list[str]]:
    query = {
        "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''",
        "postgresql": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }[engine.dialect.name]
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table, statement in connection.execute(text(query)):
            found.setdefault(table, []).append(statement)
    return found
