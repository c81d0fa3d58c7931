import subprocess
import sys

from scripted import READ, Scripted, answer


def models(*words):
    command = [sys.executable, "-m", "dragoman.cli", "models", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)  # noqa: S603 - our own command


def test_the_model_on_this_machine_is_listed():
    assert models().stdout == "smollm2-135m-instruct\n"


def test_an_endpoints_models_are_listed_one_a_line():
    with Scripted([READ, answer(b'{"data":[{"id":"a"},{"id":"org/b"}]}')]) as server:
        assert models("--base-url", server.url("/v1")).stdout == "a\norg/b\n"


def test_an_endpoint_that_refuses_is_told():
    with Scripted([READ, answer(b'{"error":"no key"}', "401 Unauthorized")]) as server:
        done = models("--base-url", server.url("/v1"))

    assert (done.returncode, done.stderr) == (1, "dragoman: no key (status 401)\n")
