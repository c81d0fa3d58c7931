"""Other people's coding agents through the gateway, in front of chat completions that a script answers.

python bench/agents.py [NAME ...]

Each is installed from npm into `.originals/` (600 MB together), is told to write a file, and has done so when the model
calls a tool of theirs, the tool ran, and they told what the model then said. No model and no network is asked.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from fronts import ORIGINALS, free_port, running

from dragoman.testing import Script, calls, says, serving

PATIENCE = 120
"""Seconds that an agent may take."""

SAID = "The file is written."


class Agent(NamedTuple):
    """One of them.

    Attributes:
        package: its name on npm.
        version: which.
        speaks: the API in which it asks.
        program: what it is called.
        tool: the tool of its own that runs a command, and the field that holds the command.
        command: how it is told to do something, behind its program's name.
        environment: what it is told otherwise; `{url}` is the gateway's, `{home}` a folder of its own.
        files: what has to be in that folder, by name.
    """

    package: str
    version: str
    speaks: str
    program: str
    tool: tuple[str, str]
    command: tuple[str, ...]
    environment: dict[str, str]
    files: tuple[tuple[str, str], ...] = ()


CODEX = """
model = "any"
model_provider = "dragoman"
[model_providers.dragoman]
name = "dragoman"
base_url = "{url}/v1"
wire_api = "responses"
"""

AGENTS = {
    "codex": Agent(
        "@openai/codex",
        "0.169.0",
        "/v1/responses",
        "codex",
        ("exec_command", "cmd"),
        ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"),
        {"CODEX_HOME": "{home}"},
        (("config.toml", CODEX),),
    ),
    "claude": Agent(
        "@anthropic-ai/claude-code",
        "2.1.197",
        "/v1/messages",
        "claude",
        ("Bash", "command"),
        ("--dangerously-skip-permissions", "--print"),
        {
            "ANTHROPIC_BASE_URL": "{url}",
            "ANTHROPIC_AUTH_TOKEN": "any",
            "CLAUDE_CONFIG_DIR": "{home}",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "IS_SANDBOX": "1",
        },
    ),
}


def installed(agent):
    """The agent's program."""
    home = ORIGINALS / f"{agent.package.partition('/')[2]}-{agent.version}"
    program = home / "node_modules" / ".bin" / agent.program
    if not program.exists():
        home.mkdir(parents=True, exist_ok=True)
        wanted = [f"{agent.package}@{agent.version}", "--prefix", str(home), "--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "install", *wanted], check=True)
    return program


def model(agent, command):
    """A model that has a command run, and then says that it is done."""
    name, field = agent.tool

    def answer(asked):
        offered = [each["function"]["name"] for each in asked.json.get("tools") or [] if "function" in each]
        if name not in offered or asked.messages[-1]["role"] == "tool":
            return says(SAID)
        return calls((name, {field: command, "description": "writes a file"}), text="I write it.")

    return answer


def tried(agent, place):
    """What is wrong with what became of one agent; an empty text where nothing is."""
    program = installed(agent)
    word = secrets.token_hex(8)
    work, home = place / "work", place / "home"
    for folder in (work, home):
        folder.mkdir()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    for name, text in agent.files:
        (home / name).write_text(text.format(url=url))
    environment = {name: value.format(url=url, home=home) for name, value in agent.environment.items()}
    with serving(Script(otherwise=model(agent, f"echo {word} > written"))) as upstream:
        command = [Path(sys.executable).with_name("dragoman"), "serve", "--port", port, "--upstream", upstream]
        with running(command, port, place):
            done = subprocess.run(
                [program, *agent.command, "Write the file."],
                cwd=work, env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=PATIENCE, check=False,
            )  # fmt: skip
    written = work / "written"
    if not written.exists() or written.read_text().strip() != word:
        return f"its tool did not run: {done.stdout[-600:]}{done.stderr[-600:]}"
    if SAID not in done.stdout:
        return f"it does not say what the model said: {done.stdout[-600:]}"
    lines = [json.loads(line) for line in (place / "log").read_text().splitlines() if line.startswith('{"request"')]
    odd = [line for line in lines if line["end"] != "completed"]
    return f"not all that it asked was answered: {odd or lines}" if odd or not lines else ""


def main():
    wrong = 0
    for name in sys.argv[1:] or AGENTS:
        agent = AGENTS[name]
        with tempfile.TemporaryDirectory() as place:
            said = tried(agent, Path(place))
        print(f"{'failed' if said else 'ok'}  {name} {agent.version} on {agent.speaks}{said and ': '}{said}")
        wrong += bool(said)
    raise SystemExit(wrong)


main()
