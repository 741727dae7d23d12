"""Secrets are nowhere to be read: not in `ps`, not in what the operator prints, not in a traceback.

Also: `repr` of the settings in tests/test_config.py, files' modes and a masked `config show` in
tests/cli/test_setup.py, mistakes of ours in tests/protocols/contract.py.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from adapter.app import create_app
from adapter.cli import main
from adapter.cli.server import command
from adapter.config import Config
from adapter.web.logs import traceback_of
from adapter.web.settings import MASK
from tests.protocols.house import SECRET_KEY
from tests.security.doors import SECRET

PASSWORD = "hush-of-the-database"
ENVIRON = {
    "ADAPTER_SECRET_KEY": SECRET_KEY,
    "ADAPTER_PASSWORD": "hush-under-a-name-that-is-none",
    "PGPASSWORD": "hush-of-libpq",
    "AWS_SECRET_ACCESS_KEY": "hush-of-somebody-else",
}
VERBS = (
    ["config", "show"],
    ["config", "show", "--json"],
    ["doctor"],
    ["doctor", "--json"],
    ["credentials", "list", "--json"],
    ["export"],
)


def hushed(text):
    return "hush" not in text and SECRET_KEY not in text and SECRET not in text


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    handlers = list(logging.getLogger().handlers)
    yield lambda words, **environ: CliRunner().invoke(main, words, env=ENVIRON | environ)
    logging.getLogger().handlers[:] = handlers


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_nothing_that_an_operator_prints_holds_a_secret(run, database_url, program):
    known = make_url(database_url).set(password=PASSWORD)
    # libpq takes them from there as well.
    known = known.update_query_dict({"sslpassword": f"{PASSWORD}-too"})
    url = known.render_as_string(hide_password=False)

    printed = {" ".join(words): run(words, ADAPTER_DATABASE_URL=url) for words in VERBS}

    assert MASK in printed["config show"].output
    for words, result in printed.items():
        assert hushed(result.output), words
        assert result.exception is None or isinstance(result.exception, SystemExit), words


def test_a_database_that_refuses_us_does_not_show_the_password(run):
    url = f"postgresql://adapter:{PASSWORD}@127.0.0.1:1/shop"

    for words in VERBS:
        result = run(words, ADAPTER_DATABASE_URL=url)

        assert hushed(result.output), words


@pytest.mark.parametrize("broken", ["LOG_LEVEL", "DATABASE_URL", "SECRET_KEY"])
def test_settings_that_cannot_be_used_are_named_without_their_values(run, broken):
    result = run(["config", "show"], **{f"ADAPTER_{broken}": "hush"})

    assert result.exit_code == 2
    assert f"ADAPTER_{broken}" in result.output and hushed(result.output)


SECRETS = {"secret", "password", "token", "api_key", "key_secret", "pin"}


def options(group, words=("adapter",)):
    """Every option of every verb, with the verb."""
    context = click.Context(group)
    for name in group.list_commands(context):
        verb = group.get_command(context, name)
        if isinstance(verb, click.Group):
            yield from options(verb, (*words, name))
        yield from ((" ".join((*words, name)), option) for option in verb.params)


def test_no_secret_has_to_be_a_word_of_a_command():
    """`ps` shows words to everybody: each secret has a variable, or is read where it says -."""
    secret = [(verb, option) for verb, option in options(main) if option.name in SECRETS]

    assert len(secret) >= 5
    for verb, option in secret:
        help_text = getattr(option, "help", "") or ""
        assert option.envvar or "standard input" in help_text, (verb, option.name)


def test_a_secret_may_come_by_standard_input(run, database_url, program):
    words = ["credentials", "create", "koshelek", "--program", "MAIN", "--name", "w", "--secret"]

    result = CliRunner().invoke(
        main,
        [*words, "-", "--json"],
        input="of-a-file\n",
        env={"ADAPTER_DATABASE_URL": database_url, "ADAPTER_SECRET_KEY": SECRET_KEY},
    )

    assert json.loads(result.stdout)["password"] == "of-a-file"


def test_the_server_is_started_without_a_secret_among_its_words(host):
    """What `ps` shows to everybody on the machine; the environment is this user's alone."""
    assert hushed(" ".join(command("127.0.0.1:8000", workers=2)))
    shown = {words for pid, words in running() if "gunicorn" in words}

    assert shown and all(hushed(words) and host.database_url not in words for words in shown)


def running():
    """Every process of this user with its words, as `ps` reads them."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == os.getuid():
                yield folder.name, (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            continue  # it has ended, or is none of ours


def test_a_traceback_shows_where_and_never_with_what():
    secret = "hush"

    try:
        raise ValueError(secret) from KeyError(f"{secret} too")
    except ValueError as error:
        error.add_note(secret)
        text = traceback_of(error)

    assert "test_secrets.py" in text and "ValueError" in text and "KeyError" in text
    assert 'secret = "hush"' not in text and "hush too" not in text


def test_the_application_keeps_no_secret_in_sight(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    handlers = list(logging.getLogger().handlers)
    config = Config.from_environ({"ADAPTER_SECRET_KEY": SECRET_KEY})

    app = create_app(config, database=database)

    logging.getLogger().handlers[:] = handlers
    assert app.secret_key is None and not app.debug and not app.testing
    assert hushed(repr(config) + str(config) + repr(app.config) + repr(app.extensions))
