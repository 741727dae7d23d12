"""Settings come from three places, are wrong all at once, and keep their secrets."""

from __future__ import annotations

import multiprocessing
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Blueprint, Response
from marshmallow import Schema

from adapter.config import Config, ConfigError
from adapter.secret_key import kept_key
from adapter.web.protocol import API_KEY, Protocol
from adapter.web.settings import route_path, setting

KEY = "k" * 32


@dataclass(frozen=True)
class OwlSettings:
    """What the process may choose for owls."""

    status: int = setting(401, "the status of a refusal", choices=(401, 422))
    hours: int = setting(8, "hours of sleep", between=(1, 24))
    awake: bool = setting(False, "whether it watches")
    prey: tuple[str, ...] = setting(("mouse",), "what it eats")
    call_path: str = setting("", "where it calls", check=route_path)
    whisper: str = setting("", "what nobody may hear", secret=True)


@dataclass(frozen=True)
class WrenSettings:
    """Nothing to choose."""


def make_protocol(name, settings, *roots):
    return Protocol(
        name=name,
        title=name.title(),
        blueprint=Blueprint(name, __name__),
        roots=roots,
        refuse=lambda error: Response(),
        settings=settings,
        credential_settings=Schema,
        credential=API_KEY,
        root_settings=("call_path",) if settings is OwlSettings else (),
    )


OWL = make_protocol("owl", OwlSettings, "/v1/owl")
WREN = make_protocol("wren", WrenSettings, "/v1/wren", "/nest")


@pytest.fixture(autouse=True)
def _empty_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def config(environ=None, **options):
    return Config.from_environ(environ or {}, protocols=(OWL, WREN), **options)


def faults(environ=None, **options):
    with pytest.raises(ConfigError) as caught:
        config(environ, **options)
    return "\n".join(caught.value.faults)


def by_name(found):
    return {line.name: line for line in found.describe()}


def test_everything_has_a_default():
    found = config()

    assert found.database_url == "sqlite:///adapter.db"
    assert (found.log_level, found.pool_size, found.sqlite_synchronous) == ("INFO", 10, "FULL")
    owl, wren = found.protocols
    assert (owl.enabled, owl.root, owl.prefix, wren.prefix) == (True, True, "/owl", "/wren")
    assert owl.settings == OwlSettings()


def test_the_environment_is_over_the_file_and_the_file_over_the_defaults(tmp_path):
    file = tmp_path / "my.toml"
    file.write_text(
        f'secret_key = "{KEY}"\nlog_level = "DEBUG"\npool_size = 3\n'
        '[protocols.owl]\nprefix = "/uhu"\nhours = 9\nprey = ["vole", "frog"]\nawake = true\n'
    )
    environ = {
        "ADAPTER_CONFIG": str(file),
        "ADAPTER_LOG_LEVEL": "ERROR",
        "ADAPTER_OWL_HOURS": "10",
        "ADAPTER_OWL_WHISPER": "hoo",
        "ADAPTER_WREN_ENABLED": "off",
    }

    found = config(environ)

    assert (found.log_level, found.pool_size, found.secret_key) == ("ERROR", 3, KEY.encode())
    owl, wren = found.protocols
    assert owl.prefix == "/uhu" and not wren.enabled
    assert owl.settings == OwlSettings(hours=10, prey=("vole", "frog"), awake=True, whisper="hoo")
    sources = {name: line.source for name, line in by_name(found).items()}
    assert sources["log_level"] == sources["owl.hours"] == "environment"
    assert sources["pool_size"] == sources["owl.prefix"] == sources["secret_key"] == "file"
    assert sources["owl.status"] == sources["database_url"] == "default"


def test_the_file_of_the_working_directory_is_found(tmp_path):
    (tmp_path / "adapter.toml").write_text("pool_size = 4")

    assert config().pool_size == 4


def test_lists_in_variables_are_words_between_commas():
    assert config({"ADAPTER_OWL_PREY": "vole, frog,"}).protocols[0].settings.prey == (
        "vole",
        "frog",
    )


def test_all_faults_are_named_at_once(tmp_path):
    file = tmp_path / "adapter.toml"
    file.write_text(
        'pool_sise = 3\nlog_level = "LOUD"\n'
        '[protocols.owl]\nhours = "many"\nawake = 1\nprey = "a,b"\nfeathers = 2\n'
        "[protocols.eagle]\nenabled = true\n"
    )
    environ = {
        "ADAPTER_DATABASE_URL": "mysql://u:hidden@h/d",
        "ADAPTER_SECRET_KEY": "too short",
        "ADAPTER_POOL_SIZE": "0",
        "ADAPTER_SQLITE_SYNCHRONOUS": "OFF",
        "ADAPTER_OWL_STATUS": "500",
        "ADAPTER_OWL_PREFIX": "owl",
        "ADAPTER_WREN_ROOT": "maybe",
    }

    found = faults(environ)

    for name in environ:
        assert name in found
    for key in ("pool_sise", "log_level", "owl.hours", "owl.awake", "owl.feathers", "eagle"):
        assert (
            f"adapter.toml: {'protocols.' if 'owl' in key or key == 'eagle' else ''}{key}" in found
        )
    assert "hidden" not in found and "too short" not in found
    assert found.count("\n") == len(environ) + 6 - 1


@pytest.mark.parametrize(
    "text", ["= 1", "a = [1", 'protocols = "owl"', "[protocols]\nowl = 3", b"\xff", None]
)
def test_a_file_that_cannot_be_used_is_a_fault(tmp_path, text):
    file = tmp_path / "x.toml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    assert str(file) in faults({"ADAPTER_CONFIG": str(file)})


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"ADAPTER_OWL_PREFIX": "/wren"}, "overlaps /wren"),
        ({"ADAPTER_OWL_PREFIX": "/wren/owl"}, "overlaps /wren"),
        ({"ADAPTER_OWL_PREFIX": "/v1"}, "overlaps /v1/owl"),
        ({"ADAPTER_OWL_PREFIX": "/v1/owl/x"}, "overlaps /v1/owl"),
        ({"ADAPTER_OWL_PREFIX": "/nest"}, "overlaps /nest"),
        ({"ADAPTER_OWL_PREFIX": "/healthz"}, "overlaps /healthz"),
        ({"ADAPTER_OWL_PREFIX": "/admin/owl"}, "overlaps /admin"),
        ({"ADAPTER_OWL_PREFIX": "", "ADAPTER_OWL_ROOT": "no"}, "nowhere"),
        ({"ADAPTER_OWL_PREFIX": "/"}, "must be like"),
        ({"ADAPTER_OWL_PREFIX": "/a//b"}, "must be like"),
        ({"ADAPTER_OWL_PREFIX": "/a/"}, "must be like"),
        ({"ADAPTER_OWL_PREFIX": "/a<b>"}, "must be like"),
        ({"ADAPTER_OWL_CALL_PATH": "/docs/<x>"}, "OWL_CALL_PATH: /docs/<x> overlaps /docs"),
        ({"ADAPTER_OWL_CALL_PATH": "/nest"}, "overlaps /nest"),
        ({"ADAPTER_OWL_CALL_PATH": "/<x>"}, "must be like"),
    ],
)
def test_paths_that_would_meet_are_faults(environ, fault):
    assert fault in faults(environ)


@pytest.mark.parametrize(
    "environ",
    [
        {"ADAPTER_OWL_PREFIX": ""},
        {"ADAPTER_OWL_PREFIX": "/v2/owl.x~y"},
        {"ADAPTER_OWL_PREFIX": "/wren", "ADAPTER_WREN_ENABLED": "false"},
        {"ADAPTER_OWL_PREFIX": "/nest", "ADAPTER_WREN_ROOT": "false"},
        {"ADAPTER_OWL_PREFIX": "/wrens"},
        {"ADAPTER_OWL_CALL_PATH": "/v1/owl/<x>/call"},
    ],
)
def test_paths_that_do_not_meet_are_fine(environ):
    config(environ)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p%40@h:5/d?x=1", "postgresql+psycopg://u:p%40@h:5/d?x=1"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
        ("sqlite://", "sqlite://"),
    ],
)
def test_a_database_url_gets_the_driver_we_ship(given, used):
    assert config({"ADAPTER_DATABASE_URL": given}).database_url == used


@pytest.mark.parametrize("url", ["", "x", "sqlite", "mysql://h/d", "postgresql+asyncpg://h/d"])
def test_any_other_database_is_a_fault(url):
    assert "ADAPTER_DATABASE_URL: must be" in faults({"ADAPTER_DATABASE_URL": url})


def test_secrets_are_in_no_text_about_the_configuration():
    secrets = {
        "ADAPTER_SECRET_KEY": "the-pepper-of-thirty-two-bytes-xx",
        "ADAPTER_OWL_WHISPER": "hoo-hoo",
        "ADAPTER_DATABASE_URL": "postgresql://u:pass-word@h/d?password=pass-word",
    }

    found = config(secrets)

    texts = repr(found) + str(found) + repr(found.describe()) + repr(found.protocols)
    for word in ("the-pepper", "hoo-hoo", "pass-word"):
        assert word not in texts
    assert by_name(found)["secret_key"].value == by_name(found)["owl.whisper"].value == "********"
    assert by_name(found)["database_url"].value == "postgresql+psycopg://u:***@h/d"


def test_variables_that_are_no_settings_are_offered_to_the_doctor():
    found = config({"ADAPTER_SECRET_KYE": KEY, "ADAPTER_OWL_HOUR": "1", "PATH": "/bin"})

    assert found.unknown == ("ADAPTER_OWL_HOUR", "ADAPTER_SECRET_KYE")


def test_a_key_nobody_gave_is_made_once_and_kept_for_this_user_alone(tmp_path):
    first, second = config(), config()
    file = tmp_path / "adapter.db.secret"
    assert not file.exists()

    key = first.secret_key

    assert second.secret_key == first.secret_key == key and len(key) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["adapter.db.secret"]
    assert by_name(first)["secret_key"].source == "generated"
    assert by_name(first)["secret_key"].value == str(file)
    assert key.decode() not in repr(first)


def test_a_server_databases_key_is_kept_in_the_users_state(tmp_path):
    environ = {"ADAPTER_DATABASE_URL": "postgresql://u:p@h/d", "XDG_STATE_HOME": str(tmp_path)}

    key = config(environ).secret_key

    (file,) = (tmp_path / "adapter").iterdir()
    assert file.suffix == ".secret" and key.decode() in file.read_text()
    environ["ADAPTER_DATABASE_URL"] = "postgres://other:user@h/d"
    assert config(environ).secret_key == key
    environ["ADAPTER_DATABASE_URL"] = "postgres://u:p@h/e"
    assert config(environ).secret_key != key


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_the_key_of_a_database_in_memory_dies_with_it(tmp_path, url):
    environ = {"ADAPTER_DATABASE_URL": url}

    assert config(environ).secret_key != config(environ).secret_key
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_kept_is_a_fault(tmp_path):
    (tmp_path / "adapter.db.secret").write_text("short")

    with pytest.raises(ConfigError, match=r"ADAPTER_SECRET_KEY is not set, and .*fewer than 32"):
        _ = config().secret_key
    with pytest.raises(ConfigError, match="ADAPTER_SECRET_KEY is not set"):
        _ = config({"ADAPTER_DATABASE_URL": "sqlite:///none/such/a.db"}).secret_key


def _keep(path, barrier, found):
    barrier.wait()
    found.put(kept_key(path))


def test_processes_that_start_at_once_agree_on_the_key(tmp_path):
    fork = multiprocessing.get_context("fork")
    for number in range(5):
        barrier, found = fork.Barrier(4), fork.Queue()
        path = tmp_path / f"{number}.secret"
        workers = [fork.Process(target=_keep, args=(path, barrier, found)) for _ in range(4)]
        for worker in workers:
            worker.start()
        keys = {found.get(timeout=20) for _ in workers}
        for worker in workers:
            worker.join()

        assert len(keys) == 1


def test_the_first_file_names_every_setting_and_keeps_a_fresh_key(tmp_path):
    file = tmp_path / "adapter.toml"

    Config.write_initial(file, database_url='sqlite:///a "b".db', protocols=(OWL, WREN))

    found = config()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert found.file == Path("adapter.toml")
    assert found.database_url == 'sqlite:///a "b".db'
    assert by_name(found)["secret_key"].source == "file" and len(found.secret_key) >= 32
    assert all(line.variable in file.read_text() for line in found.describe())


def test_every_line_of_the_first_file_is_right_when_it_is_switched_on(tmp_path):
    Config.write_initial(tmp_path / "adapter.toml", protocols=(OWL, WREN))
    text = (tmp_path / "adapter.toml").read_text()
    live = "\n".join(
        line.removeprefix("# ") if " = " in line else line for line in text.split("\n")
    )
    (tmp_path / "adapter.toml").write_text(live)

    found = config()

    assert {line.source for line in found.describe()} == {"file"}
    assert found.protocols == config({}, file=tmp_path / "adapter.toml").protocols


def test_a_file_that_exists_is_left_as_it_is(tmp_path):
    (tmp_path / "adapter.toml").write_text("pool_size = 4")

    with pytest.raises(ConfigError, match="exists already"):
        Config.write_initial(tmp_path / "adapter.toml", protocols=())

    assert (tmp_path / "adapter.toml").read_text() == "pool_size = 4"
