"""What is deployed fits what there is: options, paths, times, and the files' own forms. Nothing is started."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import get_args

import pytest
import yaml

from dragoman.cli.command import parser
from dragoman.gateway.config.load import load
from dragoman.gateway.metrics import COUNTED, LOOKED_UP
from dragoman.gateway.record import End
from dragoman.gateway.workers import GRACE

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OBJECTS = {
    (each["kind"], each["metadata"]["name"]): each
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for each in yaml.safe_load_all(path.read_text())
}
SET = OBJECTS["StatefulSet", "dragoman"]["spec"]
POD = SET["template"]["spec"]
UNIT = (DEPLOY / "dragoman.service").read_text()
RULES = [rule for group in yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
CONFIG = load(DEPLOY / "dragoman.toml", secrets=False)


def unit(name):
    """A setting of the unit."""
    return re.search(rf"^{name}=(.*)$", UNIT, re.MULTILINE)[1]


@pytest.fixture
def container():
    return POD["containers"][0]


@pytest.mark.parametrize(
    "words",
    [
        COMPOSE["services"]["dragoman"]["command"],
        POD["containers"][0]["args"],
        unit("ExecStart").split()[1:],
        re.search(r"^CMD \[(.*)\]$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)[1].replace('"', "").split(", "),
    ],
    ids=["compose", "kubernetes", "systemd", "image"],
)
def test_the_command_is_one_that_there_is(words):
    arguments = parser().parse_args(words)

    assert arguments.config == Path("/etc/dragoman/dragoman.toml")
    assert 1 <= arguments.workers <= 4


def test_whoever_reaches_the_gateway_needs_a_key():
    assert CONFIG.server.host == "0.0.0.0"  # noqa: S104 - within a container
    assert CONFIG.server.keys == "required"


def test_everything_has_time_to_end(container):
    needed = CONFIG.server.drain + GRACE
    before = int(container["lifecycle"]["preStop"]["exec"]["command"][1])

    assert int(COMPOSE["services"]["dragoman"]["stop_grace_period"].removesuffix("s")) >= needed
    assert POD["terminationGracePeriodSeconds"] >= before + needed
    assert int(unit("TimeoutStopSec")) >= needed
    assert unit("KillMode") == "mixed"


def test_the_credentials_that_the_configuration_names_are_handed_in():
    named = set(re.findall(r"env:(\w+)", (DEPLOY / "dragoman.toml").read_text()))

    assert named == set(COMPOSE["services"]["dragoman"]["environment"])
    said = (DEPLOY / "kubernetes" / "gateway.yaml").read_text()
    assert {name for name in named if name.startswith("DRAGOMAN_")} <= set(re.findall(r"DRAGOMAN_\w+", said))


def test_the_journal_outlives_the_container(container):
    state = "/var/lib/dragoman"
    image = (DEPLOY / "Dockerfile").read_text()

    assert f"STATE_DIRECTORY={state}" in image
    assert f"journal:{state}" in COMPOSE["services"]["dragoman"]["volumes"]
    assert "journal" in COMPOSE["volumes"]
    assert {"name": "journal", "mountPath": state} in container["volumeMounts"]
    assert [claim["metadata"]["name"] for claim in SET["volumeClaimTemplates"]] == ["journal"]
    assert unit("WorkingDirectory") == f"/var/lib/{unit('StateDirectory')}" == state


def test_the_image_has_what_replicas_need():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = re.search(r"ARG EXTRAS='(.*)'", (DEPLOY / "Dockerfile").read_text())[1].split()

    assert wanted == ["gateway", "replicas"]
    assert set(wanted) <= set(extras)


def test_a_builder_is_sent_what_the_image_is_made_of_and_no_secrets():
    # Where both builders of Docker look: the older one does not read Dockerfile.dockerignore, and sends deploy/.env.
    first, *lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}

    assert first == "*"
    # Names at the top alone: of a pattern with a star the older builder sends nothing.
    assert all(re.fullmatch(r"[\w.]+", name) and (ROOT / name).exists() for name in sent)
    assert sent >= {"src", "uv.lock", *re.findall(r'readme = "(.*)"', (ROOT / "pyproject.toml").read_text())}
    assert not list(DEPLOY.glob("*.dockerignore"))


def test_the_passwords_of_compose_are_not_committed():
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_compose_keeps_its_address_over_restarts():
    (port,) = COMPOSE["services"]["dragoman"]["ports"]

    # A container takes the next port of a range each time it starts; one port is always the same.
    assert port == f"127.0.0.1:${{DRAGOMAN_PORTS:-{CONFIG.server.port}}}:{CONFIG.server.port}"


def test_the_database_is_healthy_once_others_can_reach_it():
    test = COMPOSE["services"]["postgres"]["healthcheck"]["test"]

    # While it is made, its image runs one that listens at a Unix socket alone, and ends it again.
    assert test[1:4] == ["pg_isready", "--host", "127.0.0.1"]


def test_probes_and_ports_are_the_gateways(container):
    (port,) = container["ports"]
    image = (DEPLOY / "Dockerfile").read_text()

    assert port["containerPort"] == CONFIG.server.port
    assert f"EXPOSE {CONFIG.server.port}" in image
    assert f":{CONFIG.server.port}/readyz" in image
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    # A store that is away is no reason to kill a gateway that goes on without it.
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert OBJECTS["Service", "dragoman"]["spec"]["ports"] == [{"name": "http", "port": 80, "targetPort": "http"}]
    assert SET["serviceName"] == OBJECTS["Service", "dragoman-replicas"]["metadata"]["name"]


def test_nothing_runs_as_root_or_writes_where_it_need_not(container):
    assert POD["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert COMPOSE["services"]["dragoman"]["read_only"]
    assert "USER dragoman" in (DEPLOY / "Dockerfile").read_text()
    assert unit("DynamicUser") == "yes"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here")
def test_kustomize_makes_all_of_it():
    done = subprocess.run(["kubectl", "kustomize", str(DEPLOY)], check=True, capture_output=True, text=True)  # noqa: S603, S607 - what is installed
    made = list(yaml.safe_load_all(done.stdout))

    assert {each["kind"] for each in made} == {"ConfigMap", "PodDisruptionBudget", "Service", "StatefulSet"}
    (config,) = (each for each in made if each["kind"] == "ConfigMap")
    assert config["data"]["dragoman.toml"] == (DEPLOY / "dragoman.toml").read_text()
    (workload,) = (each for each in made if each["kind"] == "StatefulSet")
    assert workload["spec"]["selector"]["matchLabels"] == {"app.kubernetes.io/name": "dragoman"}
    mounted = {each.get("configMap", {}).get("name") for each in workload["spec"]["template"]["spec"]["volumes"]}
    assert config["metadata"]["name"] in mounted


def test_alerts_look_at_numbers_that_there_are():
    families = {family.name: family for family in (*COUNTED, *LOOKED_UP)}
    known = {
        made: {*family.labels, "le"}
        for family in families.values()
        for made in ([f"{family.name}_bucket"] if family.kind == "histogram" else [family.name])
    }
    for rule in RULES:
        named = set(re.findall(r"dragoman_\w+", rule["expr"]))
        used = re.findall(r"by \((.*?)\)|(\w+)=~?\"", rule["expr"])
        labels = {label for by, label in used for label in ([label] if label else by.split(", "))}
        assert named <= set(known), rule["alert"]
        assert labels <= set().union(*(known[name] for name in named)), rule["alert"]


def test_each_alert_says_how_much_it_matters_and_what_to_do_is_written_down():
    page = (ROOT / "docs" / "gateway" / "operations.md").read_text()

    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        assert f"| `{rule['alert']}` |" in page


def test_ends_that_alerts_count_are_words_of_the_ledger():
    words = {
        word for rule in RULES for said in re.findall(r'end_reason=~"(.*?)"', rule["expr"]) for word in said.split("|")
    }

    assert words == {"failed", "timed_out"}
    assert words < set(get_args(End))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not here")
def test_prometheus_raises_each_alert_when_it_should():
    command = ["promtool", "test", "rules", str(ROOT / "tests" / "alerts.yaml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - what is installed

    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_knows_every_line_of_the_unit(tmp_path):
    copy = tmp_path / "dragoman.service"
    copy.write_text(UNIT.replace("/opt/dragoman/bin/dragoman", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], check=False, capture_output=True, text=True)  # noqa: S603, S607 - what is installed

    assert "dragoman.service" not in done.stderr


@pytest.mark.parametrize(("extras", "fetched"), [("gateway replicas engine", True), ("gateway replicas", False)])
def test_an_image_with_the_model_has_its_weights_where_they_are_looked_for(extras, fetched, tmp_path):
    image = (DEPLOY / "Dockerfile").read_text()
    (step,) = re.findall(r"^RUN (case .*?esac)$", image, re.MULTILINE | re.DOTALL)
    (kept,) = set(re.findall(r"XDG_CACHE_HOME=(\S+)", image))
    # Another interpreter in its place, which says what it is told to do.
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$XDG_CACHE_HOME" "$@"\n')
    python.chmod(0o755)

    done = subprocess.run(  # noqa: S603 - the image's own words
        ["/bin/sh", "-c", step.replace("/opt/dragoman/bin/python", str(python))],
        check=True,
        capture_output=True,
        text=True,
        env={"EXTRAS": extras},
    )

    assert kept in re.findall(r"^ENV (?:.*\\\n)*.*", image, re.MULTILINE)[-1]
    assert bool(done.stdout) == fetched
    if fetched:
        place, _, code = done.stdout.strip().split(" ", 2)
        assert place == kept
        exec(compile(code, "Dockerfile", "exec"), {})  # noqa: S102 - they are here: nothing is fetched
