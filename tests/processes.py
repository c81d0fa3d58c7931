"""Scripts in Python processes of their own, for what one process cannot show."""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent


def python(script, *words):
    """Run a script, which must end well, and return what it wrote."""
    done = subprocess.run(_command(script, words), check=False, capture_output=True, text=True, timeout=100)  # noqa: S603 - our own scripts
    assert done.returncode == 0, done.stderr
    return done.stdout


class Starter:
    """Processes that run a script at the same moment: each says that it is ready, and waits for a line."""

    def __init__(self, script, *words, count):
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        command = _command(script, words)
        self._started = [subprocess.Popen(command, text=True, **pipes) for _ in range(count)]  # noqa: S603 - the same

    def go(self):
        """Let them begin, and return what each wrote from then on; each must end well."""
        for process in self._started:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        for process in self._started:
            process.stdin.write("go\n")
            process.stdin.flush()
        done = [process.communicate(timeout=60) for process in self._started]
        assert [process.returncode for process in self._started] == [0] * len(done), done
        return [out for out, _ in done]


def _command(script, words):
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(TESTS)!r})\n{script}", *map(str, words)]
