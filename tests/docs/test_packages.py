"""What is published brings its licence and says what it is."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = [
    ROOT,
    *(path.parent for path in sorted(ROOT.glob("faces/*/pyproject.toml"))),
    *(path.parent for path in sorted(ROOT.glob("typescript/packages/*/package.json"))),
]


def test_there_are_six():
    assert len(PACKAGES) == 6


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_a_package_has_the_licence_and_a_readme(package):
    # Copies: builders of packages take no file from above, and follow no links.
    assert (package / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert (package / "README.md").read_text().startswith("# ")
