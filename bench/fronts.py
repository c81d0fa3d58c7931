"""The gateways that are compared: how each is made, started in front of one upstream, and looked at from outside."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil
from rounds import APART, HERE, ROOT

ORIGINALS = ROOT / ".originals"
LITELLM = "1.106.2"
PORTKEY = "1.15.2"
# What Portkey's own lock file says: with what its ranges resolve to today, each of its streams fails.
PORTKEY_WITH = {"hono": "4.9.7", "@hono/node-server": "1.14.0"}
DEADLINE = 180
"""Seconds that a gateway may take to start."""


class Front(NamedTuple):
    """A gateway that runs.

    Attributes:
        port: where.
        process: its process, and the parent of its others; None where there is none to look at.
        key: the credential that it takes.
        headers: what else a caller has to send.
        begun: when it was started, by the monotonic clock.
    """

    port: int
    process: psutil.Process | None
    key: str = "none"
    headers: tuple[str, ...] = ()
    begun: float = 0.0

    def cpu(self):
        """Seconds of CPU that all its processes took so far."""
        times = [each.cpu_times() for each in self.processes()]
        return sum(each.user + each.system for each in times)

    def memory(self):
        """Bytes of memory that its processes do not share with others, and their parts of what they do."""
        return sum(each.memory_full_info().pss for each in self.processes())

    def processes(self):
        return [] if self.process is None else [self.process, *self.process.children(recursive=True)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


@contextlib.contextmanager
def running(command, port, place, environment=None):
    """A gateway, from when it takes connections."""
    log = (place / "log").open("wb")
    begun = time.monotonic()
    process = subprocess.Popen(
        [*APART, *map(str, command)], env=os.environ | (environment or {}), stdout=log, stderr=log, cwd=place
    )
    try:
        until = time.monotonic() + DEADLINE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{command[0]} did not start: {(place / 'log').read_text()[-2000:]}") from None
                time.sleep(0.005)
        yield Front(port, psutil.Process(process.pid), begun=begun)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


NGINX = """
daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
  uwsgi_temp_path t4; scgi_temp_path t5;
  upstream one {{ server 127.0.0.1:{upstream}; keepalive 2048; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    location / {{ proxy_pass http://one; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(upstream, place):
    """nginx's `proxy_pass`, its buffering on, as it is when nobody turns it off."""
    port = free_port()
    (place / "nginx.conf").write_text(NGINX.format(port=port, upstream=upstream))
    command = [shutil.which("nginx"), "-p", place, "-c", place / "nginx.conf"]
    with running(command, port, place) as front:
        yield front


@contextlib.contextmanager
def httpx(upstream, place):
    """httpx on uvicorn, by hand."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "httpx_relay:app", "--app-dir", HERE, "--port", port]
    command += ["--no-access-log", "--log-level", "warning", "--lifespan", "off", "--backlog", "2048"]
    with running(command, port, place, {"UPSTREAM": f"http://127.0.0.1:{upstream}/v1"}) as front:
        yield front


CONFIG = """
[server]
port = {port}
[bounds]
requests = 4000
streams = 4000
[upstreams.one]
url = "http://127.0.0.1:{upstream}/v1"
vendor = "vllm"
[[routes]]
model = "*"
candidates = ["one"]
"""
FEATURES = """
[store]
url = "sqlite:{place}/dragoman.db"
[prices]
"one:*" = {{ input = 0.1, output = 0.3 }}
"""
LIMITS = ["--requests-per-minute", "100000000", "--tokens-per-minute", "1000000000000", "--concurrent", "4000"]
LIMITS += ["--budget-day", "1000000usd", "--budget-month", "30000000usd"]


@contextlib.contextmanager
def plain(upstream, place):
    """Ours, with no store."""
    port = free_port()
    (place / "dragoman.toml").write_text(CONFIG.format(port=port, upstream=upstream))
    with running([_ours(), "serve", "--config", "dragoman.toml"], port, place) as front:
        yield front


@contextlib.contextmanager
def features(upstream, place):
    """Ours, with a key, its limits and budgets, and the ledger, on SQLite."""
    port = free_port()
    text = CONFIG.format(port=port, upstream=upstream) + FEATURES.format(place=place)
    (place / "dragoman.toml").write_text(text)
    made = [_ours(), "keys", "create", "--owner", "bench", *LIMITS, "--config", place / "dragoman.toml"]
    key = subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
    with running([_ours(), "serve", "--config", "dragoman.toml"], port, place) as front:
        yield front._replace(key=key)


def _ours():
    return Path(sys.executable).with_name("dragoman")


@contextlib.contextmanager
def litellm(upstream, place):
    """LiteLLM's proxy, one worker, with one key for all, no database and no callbacks."""
    port = free_port()
    home = ORIGINALS / f"litellm-{LITELLM}"
    if not (home / "bin" / "litellm").exists():
        uv = os.environ.get("UV") or shutil.which("uv")
        if uv is None:
            raise SystemExit("uv installs LiteLLM: put it on PATH, or run this by `uv run`")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, home], check=True)
        command = [uv, "pip", "install", "--quiet", "--python", home / "bin" / "python", f"litellm[proxy]=={LITELLM}"]
        subprocess.run(command, check=True)
    (place / "litellm.yaml").write_text(
        "model_list:\n  - model_name: '*'\n    litellm_params:\n      model: openai/*\n"
        f"      api_base: http://127.0.0.1:{upstream}/v1\n      api_key: none\n"
    )
    command = [home / "bin" / "litellm", "--config", "litellm.yaml", "--host", "127.0.0.1", "--port", port]
    key = f"sk-{secrets.token_hex(16)}"
    # It would ask GitHub for prices when it starts, and does not start without a key.
    local = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "LITELLM_LOG": "ERROR"}
    local["LITELLM_MASTER_KEY"] = key
    with running(command, port, place, local) as front:
        yield front._replace(key=key)


@contextlib.contextmanager
def portkey(upstream, place):
    """Portkey's gateway from npm, on node."""
    port = free_port()
    home = ORIGINALS / f"portkey-{PORTKEY}"
    if not (home / "node_modules").exists():
        home.mkdir(parents=True, exist_ok=True)
        wanted = {"@portkey-ai/gateway": PORTKEY, **PORTKEY_WITH}
        (home / "package.json").write_text(json.dumps({"dependencies": wanted, "overrides": PORTKEY_WITH}))
        # Nothing that a package wants to run when it is installed is run.
        subprocess.run(
            ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], check=True, cwd=home
        )
    program = home / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    command = [shutil.which("node"), "--require", HERE / "loopback.cjs", program, "--headless", f"--port={port}"]
    sent = ("x-portkey-provider: openai", f"x-portkey-custom-host: http://127.0.0.1:{upstream}/v1")
    with running(command, port, place, {"NODE_ENV": "production"}) as front:
        yield front._replace(headers=sent)


FRONTS = {"nginx": nginx, "httpx": httpx, "plain": plain, "features": features, "litellm": litellm, "portkey": portkey}
