"""Databases on which nothing has been migrated yet, and what pytest-alembic asks for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import alembic.config
import pytest
from pytest_alembic.config import Config
from sqlalchemy import Engine, MetaData

from adapter import core
from adapter.db import Base, Database
from adapter.installation import beside


@pytest.fixture(scope="session")
def models() -> MetaData:
    """Every table the models describe."""
    for area in pkgutil.iter_modules(core.__path__):
        importlib.import_module(f"adapter.core.{area.name}")
    return Base.metadata


@pytest.fixture
def make_empty_engine(make_database_url: Callable[..., str]) -> Iterator[Callable[[], Engine]]:
    """A function that opens a database without any table."""
    opened: list[Database] = []

    def make() -> Engine:
        opened.append(Database(make_database_url(migrated=False)))
        return opened[-1].engine

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture
def empty_engine(make_empty_engine: Callable[[], Engine]) -> Engine:
    """A database without any table."""
    return make_empty_engine()


@pytest.fixture
def alembic_engine(empty_engine: Engine) -> Engine:
    """Where pytest-alembic runs its tests: on each engine in turn."""
    return empty_engine


@pytest.fixture
def alembic_config(models: MetaData) -> Config:
    """How pytest-alembic finds the history and the models."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(beside("migrations/env.py").parent))
    config.set_main_option("path_separator", "os")
    return Config(alembic_config=config, config_options={"target_metadata": models})
