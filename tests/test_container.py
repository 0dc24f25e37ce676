"""The image and the compose file: linted, validated, and true to the repository."""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

ROOT = Path(__file__).parents[1]


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yields (name, arguments) of each instruction, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(str.strip, text.splitlines()):
        name, _, arguments = line.partition(" ")
        yield name, " ".join(arguments.split())


def copied_sources(dockerfile: str) -> list[str]:
    """Lists what is copied from the repository, not from another stage."""
    sources = []
    for name, arguments in instructions(dockerfile):
        if name == "COPY" and "--from=" not in arguments:
            sources += arguments.split()[:-1]
    return sources


def is_sent(path: str, dockerignore: str) -> bool:
    """Tells whether the builder is sent a path: the last matching rule decides."""
    sent = True
    for rule in dockerignore.split():
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = Path(path).parts
        prefixes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        if any(fnmatch.fnmatch(prefix, pattern) for prefix in [*prefixes, *parts]):
            sent = rule.startswith("!")
    return sent


def last(name: str) -> str:
    """Returns the arguments of the last instruction of that name, which is the one in force."""
    found = [rest for each, rest in instructions((ROOT / "Dockerfile").read_text()) if each == name]
    assert found, f"expected {name} in the Dockerfile, got none"
    return found[-1]


def extras() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return set(project["optional-dependencies"])


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The compose file as the compose tool understands it, every profile included."""
    tool = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    settings = tmp_path_factory.mktemp("compose") / "empty.env"
    settings.touch()
    command = [*tool, "--env-file", settings, "--profile", "cpu", "--profile", "https"]
    command += ["--profile", "scale", "config"]
    plain = {name: os.environ[name] for name in os.environ if name not in ("PORT", "BHAVA_SOURCE")}
    try:
        run = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.fail("needs docker-compose; please run: sudo apt-get install docker-compose")
    assert run.returncode == 0, run.stderr
    return yaml.safe_load(run.stdout)


def test_the_dockerfile_passes_its_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    run = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "")


def test_what_the_image_copies_exists_and_is_sent() -> None:
    dockerignore = (ROOT / ".dockerignore").read_text()
    sources = copied_sources((ROOT / "Dockerfile").read_text())
    assert len(sources) > 5
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert [name for name in sources if not is_sent(name, dockerignore)] == []


def test_the_image_holds_every_package_of_the_project() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    needed = {f"{pattern.rstrip('*')}/" for pattern in tools["packages"]["find"]["include"]}
    needed |= {f"{module}.py" for module in tools["py-modules"]}
    assert needed <= set(copied_sources((ROOT / "Dockerfile").read_text()))


def test_builds_and_caches_are_not_sent() -> None:
    dockerignore = (ROOT / ".dockerignore").read_text()
    left_out = [".git", ".venv", "web/node_modules", "web/dist", "motion/__pycache__", "tests"]
    assert [name for name in left_out if is_sent(name, dockerignore)] == []


def test_the_image_runs_as_an_ordinary_user() -> None:
    assert last("USER") not in ("root", "0")


def test_the_health_check_asks_a_route_of_the_server() -> None:
    url = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", last("HEALTHCHECK"))
    assert url, "expected the health check to ask an address of 127.0.0.1"
    assert url[1] == last("EXPOSE")
    sources = "".join(path.read_text() for path in (ROOT / "server").rglob("*.py"))
    assert re.search(rf"\.get\(\"{url[2]}\"", sources), f"expected a route {url[2]} in server/"


def test_the_image_starts_the_server_for_all_addresses() -> None:
    import bhava

    program, command, *arguments = json.loads(last("ENTRYPOINT"))
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    assert (program, command, given["--host"]) == ("bhava", "serve", "0.0.0.0")
    serve = typer.main.get_command(bhava.app).commands["serve"]
    assert given.keys() <= {option for parameter in serve.params for option in parameter.opts}
    folders = [Path(value) for value in given.values() if value.startswith("/")]
    assert all(folder.is_relative_to(last("VOLUME")) for folder in folders)


def test_the_image_installs_an_extra_of_the_project() -> None:
    defaults = dict(
        rest.split("=", 1)
        for name, rest in instructions((ROOT / "Dockerfile").read_text())
        if name == "ARG" and "=" in rest
    )
    assert defaults["EXTRA"] == "gpu"
    assert {"cpu", "gpu"} <= extras()


def test_compose_reserves_a_gpu_by_default(compose: dict) -> None:
    service = compose["services"]["gpu"]
    assert "profiles" not in service
    [device] = service["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]


def test_compose_runs_on_a_cpu_when_asked(compose: dict) -> None:
    service = compose["services"]["cpu"]
    assert service["profiles"] == ["cpu"]
    assert "deploy" not in service
    assert service["build"]["args"]["EXTRA"] in extras()


def test_compose_overrides_arguments_that_the_image_declares(compose: dict) -> None:
    declared = set(re.findall(r"^ARG (\w+)=", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    overridden = set(compose["services"]["cpu"]["build"]["args"])
    assert overridden <= declared


@pytest.mark.parametrize(("service", "device"), [("gpu", "cuda"), ("cpu", "cpu")])
def test_compose_publishes_the_port_and_serves_on_the_device(
    compose: dict, service: str, device: str
) -> None:
    import bhava

    [port] = compose["services"][service]["ports"]
    target = port["target"] if isinstance(port, dict) else port.rpartition(":")[2]
    assert str(target) == last("EXPOSE")
    serve = typer.main.get_command(bhava.app).commands["serve"]
    with serve.make_context("serve", compose["services"][service]["command"]) as context:
        assert (context.params["source"], context.params["device"]) == ("auto", device)


SCALE = ("nats", "node-1", "node-2", "relay-1", "relay-2", "relays")


def test_compose_runs_nodes_and_relays_that_meet_at_nats(compose: dict) -> None:
    """Each starts with options that its command has, and NATS with rights for both."""
    import bhava

    commands = typer.main.get_command(bhava.app).commands
    names = [
        name for name, each in compose["services"].items() if each.get("profiles") == ["scale"]
    ]
    assert sorted(names) == sorted(SCALE)
    for name in ("node-1", "node-2"):
        service = compose["services"][name]
        assert not service.get("ports")
        with commands["serve"].make_context("serve", list(service["command"])) as context:
            assert context.params["take_over"] is True
        assert service["environment"]["BHAVA_NATS"] == "nats://origin:origin@nats:4222"
    for name in ("relay-1", "relay-2"):
        service = compose["services"][name]
        program, command, *options = service["entrypoint"]
        assert (program, command) == ("bhava", "relay")
        options += ["--nats", service["environment"]["BHAVA_NATS"]]
        with commands["relay"].make_context("relay", options) as context:
            assert context.params["nats"] == "nats://relay:relay@nats:4222"
        assert not service.get("ports")
        assert f"{name}:8000" in doors()[""]
    relays = compose["services"]["relays"]["networks"]["default"]["ipv4_address"]
    for name in ("node-1", "node-2", "relay-1", "relay-2"):
        assert compose["services"][name]["environment"]["BHAVA_TRUST_PROXY"] == relays
    assert "ports" not in compose["services"]["nats"]


def doors() -> dict[str, str]:
    """Return the services behind each door of Caddy, by its port; the usual one is empty."""
    text = (ROOT / "docs" / "Caddyfile").read_text()
    found = re.findall(r"^\{\$BHAVA_HOST\}:?(\d*) \{\s+reverse_proxy (.*)\s+\}", text, re.MULTILINE)
    return dict(found)


def told_command(profile: str) -> list[str]:
    """Return the services that the command in the head of the file names."""
    text = (ROOT / "docker-compose.yml").read_text()
    found = re.search(rf"docker compose --profile {profile} up *(.*)", text)
    assert found, f"expected a command for the profile {profile}, got none"
    return found[1].split()


def started(services: Mapping[str, Any], named: list[str], profile: str) -> list[str]:
    """Return the services that the tool would start, those that others depend on first."""
    profiles = {name: each.get("profiles", []) for name, each in services.items()}
    wanted = named or [name for name in services if not profiles[name] or profile in profiles[name]]
    order: list[str] = []

    def add(name: str) -> None:
        for other in services[name].get("depends_on", []):
            add(other)
        if name not in order:
            order.append(name)

    for name in wanted:
        add(name)
    return order


def published(services: Mapping[str, Any], names: list[str]) -> dict[int, tuple[str, int]]:
    """Return the service and its own port, by the port of the machine."""
    ports: dict[int, tuple[str, int]] = {}
    for name in names:
        for port in services[name].get("ports", []):
            host, target = int(port["published"]), int(port["target"])
            assert host not in ports, (
                f"expected one service at {host}, got {ports[host][0]}, {name}"
            )
            ports[host] = name, target
    return ports


def test_the_command_of_the_profile_starts_its_services_alone_each_at_its_ports(
    compose: dict,
) -> None:
    """A profile starts beside services without one, such as `gpu`, unless it is told which."""
    services = compose["services"]
    names = started(services, told_command("scale"), "scale")
    assert sorted(names) == sorted(SCALE)
    ports = published(services, names)
    assert ports == {port: ("relays", port) for port in (80, 443, 8000, 8001)}
    behind = {name: port for port, name in doors().items() if port}
    for name in ("node-1", "node-2"):
        told = services[name]["environment"]["BHAVA_ADDRESS"]
        assert told == f"https://localhost:{behind[f'{name}:8000']}"
    with pytest.raises(AssertionError, match="expected one service at 8000"):
        published(services, started(services, [], "scale"))


@pytest.mark.parametrize("service", ["gpu", "cpu", "caddy", *SCALE])
def test_compose_leaves_a_service_no_right_that_it_does_not_need(
    compose: dict, service: str
) -> None:
    settings = compose["services"][service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings.get("cap_add", []) == (
        ["NET_BIND_SERVICE"] if service in ("caddy", "relays") else []
    )


def test_compose_trusts_its_proxy_and_nothing_else(compose: dict) -> None:
    [range_of] = compose["networks"]["default"]["ipam"]["config"]
    caddy = compose["services"]["caddy"]["networks"]["default"]["ipv4_address"]
    assert ip_address(caddy) in ip_network(range_of["subnet"])
    assert ip_address(caddy) not in ip_network(range_of["ip_range"])
    for service in ("gpu", "cpu"):
        assert compose["services"][service]["environment"]["BHAVA_TRUST_PROXY"] == caddy


def test_compose_keeps_what_is_recorded_and_the_keys(compose: dict) -> None:
    for service in ("gpu", "cpu"):
        [volume] = compose["services"][service]["volumes"]
        target = volume["target"] if isinstance(volume, dict) else volume.split(":")[1]
        assert target == last("VOLUME")


def test_the_health_check_asks_whether_the_show_can_be_seen() -> None:
    assert "/readyz" in last("HEALTHCHECK")


def test_the_reader_of_the_dockerfile_joins_lines_and_drops_comments() -> None:
    text = "FROM a AS b\n# note\nCOPY x y \\\n  z/ ./\nCOPY --from=b /o o\nUSER 7\n"
    assert copied_sources(text) == ["x", "y", "z/"]
    assert list(instructions(text))[-1] == ("USER", "7")
