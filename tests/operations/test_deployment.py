"""The image, the compose file and the chart agree with the program and with one another."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import adapter
from adapter.cli import main
from adapter.cli.doctor import SERVER_VARIABLES
from adapter.config import Config
from tests.operations import helm
from tests.protocols.callers import OF_THE_SHAPE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "adapter"
PORT = 8000
SECRETS = {"ADAPTER_DATABASE_URL": "postgresql://a:b@db/adapter", "ADAPTER_SECRET_KEY": "k" * 32}
EVERYTHING = {
    "secret": SECRETS | {"ADAPTER_METRICS_TOKEN": "read-by-prometheus"},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "tlsSecret": "tls",
        "annotations": {"a": "b"},
    },
    "autoscaling": {"enabled": True},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "networkPolicy": {"enabled": True, "from": [{"namespaceSelector": {}}]},
    "podAnnotations": {"note": "yes"},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"operator": "Exists"}],
    "imagePullSecrets": [{"name": "pull"}],
}


def known_variables() -> set[str]:
    found = {one.variable for one in Config.from_environ({}).described}
    return found | SERVER_VARIABLES


def is_a_command(words: list[str]) -> bool:
    """Whether `adapter` takes these words."""
    command: click.Command = main
    rest = list(words)
    context = click.Context(main, info_name="adapter")
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
        context = click.Context(command, parent=context, info_name=command.name)
    if isinstance(command, click.Group) and not command.invoke_without_command:
        return False
    try:
        command.parse_args(context, rest)
    except click.ClickException:
        return False
    return True


def test_the_tests_own_eye_for_commands_is_sharp():
    assert is_a_command(["serve", "--port", "8000"])
    assert is_a_command(["worker"])
    wrong = (["server"], ["serve", "--prot", "1"], ["db"], ["db", "upgrade", "now"], [])
    assert not any(is_a_command(words) for words in wrong)


# The image.

INSTRUCTIONS = [
    (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
    for line in re.sub(
        r"\\\n\s*", "", re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.M)
    ).splitlines()
    if line.strip()
]


def instructions(name: str) -> list[str]:
    return [rest for one, rest in INSTRUCTIONS if one == name]


def test_the_image_has_a_python_that_the_program_takes():
    lowest = re.search(r"python_requires = >=(\d+)\.(\d+)", (ROOT / "setup.cfg").read_text())
    bases = [base.split()[0] for base in instructions("FROM")]

    assert len(bases) == 2
    assert len(set(bases)) == 1
    version = re.fullmatch(r"python:(\d+)\.(\d+)-slim-\w+", bases[0])
    assert tuple(map(int, version.groups())) >= tuple(map(int, lowest.groups()))


def test_the_image_is_made_of_files_that_are_there_and_let_in():
    copied = [line.split()[:-1] for line in instructions("COPY") if "--from" not in line]
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()

    names = {name for names in copied for name in names}
    assert {name for name in names if not (ROOT / name).exists()} == set()
    assert {f"!{name}" for name in names} == {line for line in let_in if line.startswith("!")}
    assert let_in[1] == "**"


def test_all_that_is_installed_is_pinned():
    installs = re.findall(r"pip install[^&;]*", "; ".join(instructions("RUN")))

    assert len(installs) == 2
    assert all("--constraint constraints.txt" in one for one in installs)
    assert "'.[postgres,sftp]'" in installs[1]


def test_the_image_runs_as_nobody_in_particular_and_serves():
    assert instructions("USER") == ["10001:10001"]
    assert [json.loads(one) for one in instructions("ENTRYPOINT")] == [["adapter"]]
    (command,) = instructions("CMD")
    assert is_a_command(json.loads(command))
    assert instructions("EXPOSE") == [str(PORT)]
    (check,) = instructions("HEALTHCHECK")
    assert f"http://127.0.0.1:{PORT}/healthz" in check


def test_the_image_holds_no_secret():
    given = dict(
        pair.partition("=")[::2] for line in instructions("ENV") for pair in shlex.split(line)
    )

    ours = {name: value for name, value in given.items() if name.startswith("ADAPTER_")}
    assert ours == {"ADAPTER_BIND": f"0.0.0.0:{PORT}"}
    assert instructions("ARG") == []


# The compose file.


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_compose_runs_each_part_by_a_command_there_is(compose):
    ours = {name: one for name, one in compose["services"].items() if name != "database"}

    assert set(ours) == {"migrate", "web", "worker"}
    assert all(is_a_command(one["command"]) for one in ours.values())
    assert ours["migrate"]["command"] == ["db", "upgrade"]
    context = {one["build"]["dockerfile"] for one in ours.values()}
    assert context == {"deploy/Dockerfile"}


def test_compose_sets_what_are_settings_and_takes_secrets_from_a_file(compose):
    example = (DEPLOY / "env.example").read_text()
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, flags=re.M))
    set_by_us = {name for one in compose["services"].values() for name in one["environment"]}
    names = {name for name in {*given, *set_by_us} if name.startswith("ADAPTER_")}

    assert names <= known_variables()
    assert all(one["env_file"] == ["adapter.env"] for name, one in our_services(compose).items())
    wanted = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    assert wanted <= set(given)
    secrets = ("ADAPTER_SECRET_KEY", "ADAPTER_METRICS_TOKEN", "POSTGRES_PASSWORD")
    assert [given[name] for name in secrets] == ["", "", ""]
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "deploy/adapter.env" in ignored


def our_services(compose):
    return {name: one for name, one in compose["services"].items() if name != "database"}


def test_compose_starts_the_parts_in_their_order(compose):
    services = compose["services"]

    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    assert services["database"]["volumes"] == ["database:/var/lib/postgresql"]
    assert "database" in compose["volumes"]


def test_compose_offers_the_port_of_the_image_to_this_machine_alone(compose):
    assert compose["services"]["web"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert f":{PORT}/readyz" in compose["services"]["web"]["healthcheck"]["test"][-1]
    assert [name for name, one in compose["services"].items() if "ports" in one] == ["web"]


# The chart.


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    """The chart by its own values, with the least that must be given."""
    return helm.render(CHART, values={"existingSecret": "mine"})


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """The chart with everything in it."""
    return helm.render(CHART, values=EVERYTHING)


def pods(documents: dict[str, Any]) -> dict[str, Any]:
    """The pods by their component."""
    found = {}
    for document in documents.values():
        spec = document.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "containers" in spec.get("template", {}).get("spec", {}):
            template = spec["template"]
            found[template["metadata"]["labels"]["app.kubernetes.io/component"]] = template
    return found


def containers(documents: dict[str, Any]) -> dict[str, Any]:
    return {name: pod["spec"]["containers"][0] for name, pod in pods(documents).items()}


def test_the_chart_makes_what_is_asked_for_and_no_more(small, whole):
    assert sorted(small) == [
        "CronJob/shop-verify",
        "Deployment/shop-web",
        "Deployment/shop-worker",
        "Job/shop-migrate",
        "PodDisruptionBudget/shop-web",
        "Service/shop-web",
    ]
    assert sorted(set(whole) - set(small)) == [
        "HorizontalPodAutoscaler/shop-web",
        "Ingress/shop-web",
        "NetworkPolicy/shop-adapter",
        "Secret/shop-adapter",
        "ServiceMonitor/shop-web",
    ]
    assert "replicas" not in whole["Deployment/shop-web"]["spec"]
    assert small["Deployment/shop-web"]["spec"]["replicas"] == 2


def test_the_chart_runs_each_part_by_a_command_there_is(whole):
    found = {name: one["args"] for name, one in containers(whole).items()}

    assert found == {
        "web": ["serve"],
        "worker": ["worker"],
        "migrate": ["db", "upgrade"],
        "verify": ["ledger", "verify"],
    }
    assert all(is_a_command(words) for words in found.values())
    assert all("command" not in one for one in containers(whole).values())


def test_the_chart_is_of_this_version_and_of_one_image(whole, small):
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert about["appVersion"] == about["version"] == adapter.__version__
    images = {one["image"] for one in containers(whole).values()}
    assert images == {f"adapter:{adapter.__version__}"}
    tagged = helm.render(CHART, values={"existingSecret": "x", "image": {"tag": "7"}})
    assert {one["image"] for one in containers(tagged).values()} == {"adapter:7"}


def test_what_the_chart_sets_are_settings(whole):
    set_here = {item["name"] for one in containers(whole).values() for item in one["env"]} | set(
        whole["Secret/shop-adapter"]["stringData"]
    )

    assert set_here - known_variables() == {"WEB_CONCURRENCY"}
    # Each twice would be a matter of luck.
    for one in containers(whole).values():
        names = [item["name"] for item in one["env"]]
        assert len(names) == len(set(names))
    assert all(isinstance(item["value"], str) for item in containers(whole)["web"]["env"])


def test_the_settings_of_the_chart_can_be_used(whole):
    variables = {item["name"]: item["value"] for item in containers(whole)["web"]["env"]}

    config = Config.from_environ(variables | whole["Secret/shop-adapter"]["stringData"])

    assert (config.trusted_proxies, config.secure_cookies) == (1, True)
    assert config.unknown == ("ADAPTER_BIND", "ADAPTER_THREADS")
    assert variables["ADAPTER_BIND"] == f"0.0.0.0:{PORT}"


def test_secrets_come_from_the_secret_alone(small, whole):
    for documents, name in ((small, "mine"), (whole, "shop-adapter")):
        for one in containers(documents).values():
            assert one["envFrom"] == [{"secretRef": {"name": name}}]
            assert not {item["name"] for item in one["env"]} & {"ADAPTER_SECRET_KEY"}
    assert whole["Secret/shop-adapter"]["stringData"] == EVERYTHING["secret"]
    with pytest.raises(helm.Refused, match="ADAPTER_DATABASE_URL"):
        helm.render(CHART)


def test_the_secret_is_there_before_the_migration_and_that_before_the_rest(whole):
    def hook(key: str) -> tuple[str, int]:
        notes = whole[key]["metadata"]["annotations"]
        return notes["helm.sh/hook"], int(notes["helm.sh/hook-weight"])

    secret, migrate = hook("Secret/shop-adapter"), hook("Job/shop-migrate")
    assert secret[0] == migrate[0] == "pre-install,pre-upgrade"
    assert secret[1] < migrate[1]


def test_ports_are_the_same_from_the_door_to_the_process(whole):
    web = containers(whole)["web"]
    service = whole["Service/shop-web"]["spec"]["ports"][0]
    backend = whole["Ingress/shop-web"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]

    assert web["ports"] == [{"name": "http", "containerPort": PORT}]
    assert service["targetPort"] == service["name"] == "http"
    assert backend["service"] == {"name": "shop-web", "port": {"name": "http"}}
    assert whole["ServiceMonitor/shop-web"]["spec"]["endpoints"][0]["port"] == "http"
    assert whole["NetworkPolicy/shop-adapter"]["spec"]["ingress"][0]["ports"] == [{"port": PORT}]
    other = helm.render(CHART, values={"existingSecret": "x", "web": {"port": 9000}})
    moved = {item["name"]: item["value"] for item in containers(other)["web"]["env"]}
    assert moved["ADAPTER_BIND"] == "0.0.0.0:9000"
    assert containers(other)["web"]["ports"][0]["containerPort"] == 9000


@OF_THE_SHAPE
def test_probes_ask_for_pages_there_are(whole, make_app):
    web = containers(whole)["web"]
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    paths = [web[probe]["httpGet"]["path"] for probe in probes]
    rules = {rule.rule for rule in make_app().url_map.iter_rules()}

    assert paths == ["/healthz", "/healthz", "/readyz"]
    asked = {*paths, whole["ServiceMonitor/shop-web"]["spec"]["endpoints"][0]["path"]}
    assert asked <= rules
    assert {web[probe]["httpGet"]["port"] for probe in probes} == {"http"}


def test_requests_under_way_may_finish_before_a_pod_is_killed(whole):
    web = pods(whole)["web"]["spec"]
    graceful = re.search(
        r"^graceful_timeout = (\d+)", (ROOT / "gunicorn.conf.py").read_text(), flags=re.M
    )
    pause = int(web["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])

    assert web["terminationGracePeriodSeconds"] > int(graceful[1]) + pause


def test_every_pod_is_confined(whole):
    for pod in pods(whole).values():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["spec"]["automountServiceAccountToken"] is False
        one = pod["spec"]["containers"][0]
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in one["resources"]["limits"]
        assert pod["spec"]["nodeSelector"] == {"disk": "ssd"}
        user = pod["spec"]["securityContext"]["runAsUser"]
        assert instructions("USER") == [f"{user}:{user}"]


def test_selectors_find_the_pods_they_are_meant_for(whole):
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(whole).items()}

    def found(selector: dict[str, str]) -> set[str]:
        return {name for name, has in labels.items() if selector.items() <= has.items()}

    for key in ("Deployment/shop-web", "PodDisruptionBudget/shop-web"):
        assert found(whole[key]["spec"]["selector"]["matchLabels"]) == {"web"}
    assert found(whole["Service/shop-web"]["spec"]["selector"]) == {"web"}
    assert found(whole["Deployment/shop-worker"]["spec"]["selector"]["matchLabels"]) == {"worker"}
    assert whole["HorizontalPodAutoscaler/shop-web"]["spec"]["scaleTargetRef"]["name"] == "shop-web"
    monitored = whole["ServiceMonitor/shop-web"]["spec"]["selector"]["matchLabels"]
    assert monitored.items() <= whole["Service/shop-web"]["metadata"]["labels"].items()


def test_another_secret_makes_other_pods(whole):
    changed = helm.render(
        CHART, values=EVERYTHING | {"secret": SECRETS | {"ADAPTER_SECRET_KEY": "j" * 32}}
    )

    for name in ("web", "worker"):
        before, after = (
            pods(documents)[name]["metadata"]["annotations"]["checksum/secret"]
            for documents in (whole, changed)
        )
        assert before != after


def test_the_server_listens_where_it_is_told_in_every_file():
    text = (ROOT / "gunicorn.conf.py").read_text()

    for name in ("ADAPTER_BIND", "ADAPTER_THREADS", "WEB_CONCURRENCY"):
        assert f'os.environ.get("{name}"' in text
    assert f"127.0.0.1:{PORT}" in text
