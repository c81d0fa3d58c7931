"""Write docs/reference/ from the code: types, client, errors, command line. `--check` only says whether it is true.

    python tools/reference.py [--check]

What stands there is what stands in the code: the attribute docstrings beside the fields, the docstrings of classes and
methods, the help texts of the commands.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "dragoman"
TARGET = ROOT / "docs" / "reference"

PAGES = {
    "client": (
        "The client",
        [
            "client.py",
            "chat/__init__.py",
            "stream/__init__.py",
            "chat/arguments.py",
            "exchange/cancellation.py",
            "chat/raw.py",
            "tried.py",
            "transport/connections.py",
        ],
    ),
    "policy": (
        "Limits in time, and retries",
        ["exchange/timeouts.py", "retry.py", "exchange/continuation.py", "limiter/__init__.py"],
    ),
    "request": ("Requests", ["wire/request.py", "wire/message.py", "wire/tool.py"]),
    "completion": ("Completions", ["wire/completion.py"]),
    "chunk": ("Chunks", ["wire/chunk.py"]),
    "models": ("Models", ["wire/card.py"]),
    "errors": ("Errors", ["errors.py"]),
    "transport": ("The transport seam", ["transport/__init__.py"]),
}
ONLY = {
    "exchange/timeouts.py": {"Timeouts"},
    "retry.py": {"Retry"},
    "exchange/continuation.py": {"Resume"},
    "limiter/__init__.py": {"Limiter"},
}
"""Of these files, only these names are a user's."""


def page(title: str, files: list[str]) -> str:
    """One page: each file's public classes, functions and named types."""
    parts = [f"# {title}", "", "<!-- Written by `make docs` from the code; edit the docstrings there. -->"]
    for file in files:
        module = ast.parse((SOURCE / file).read_text())
        if file not in ONLY:
            parts += ["", prose(ast.get_docstring(module) or "")]
        for node, after in zip(module.body, [*module.body[1:], None], strict=True):
            if file in ONLY and getattr(node, "name", None) not in ONLY[file]:
                continue
            parts += entry(node, after)
    return "\n".join(parts).rstrip() + "\n"


def entry(node: ast.stmt, after: ast.stmt | None) -> list[str]:
    """A class, a function, or a named type with the docstring after it; nothing for what is private."""
    match node:
        case ast.ClassDef(name=name) if not name.startswith("_"):
            return ["", f"## {name}", "", *class_entry(node)]
        case ast.Assign(targets=[ast.Name(id=name)]) if not name.startswith("_") and said(after):
            return ["", f"## {name}", "", f"`{ast.unparse(node.value)}`", "", prose(said(after))]
        case _:
            return []


def class_entry(node: ast.ClassDef) -> list[str]:
    """What a class is, its fields in a table, its methods."""
    parts = [with_defaults(prose(ast.get_docstring(node) or ""), node)]
    rows = [
        f"| `{field.target.id}` | `{escaped(kind(field.annotation))}`{default(field)} | {escaped(said(after))} |"
        for field, after in zip(node.body, [*node.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and said(after)
    ]
    if rows:
        parts += ["", "| field | type | |", "|---|---|---|", *rows]
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not method.name.startswith("_"):
            parts += method_entry(method)
    return parts


def with_defaults(text: str, node: ast.ClassDef) -> str:
    """The text of a class, in which each attribute that has a default shows it."""
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = text.replace(f"\n- `{field.target.id}`:", f"\n- `{field.target.id}`{default(field)}:", 1)
    return text


def method_entry(method: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """A method's signature and what it does; an overload has no docstring and is passed over."""
    text = ast.get_docstring(method)
    if text is None:
        return []
    if any(isinstance(mark, ast.Name) and mark.id in {"property", "cached_property"} for mark in method.decorator_list):
        return ["", f"### .{method.name}", "", prose(text)]
    wait = "await " if isinstance(method, ast.AsyncFunctionDef) else ""
    given = ast.unparse(method.args).removeprefix("self").removeprefix("cls").removeprefix(", ")
    returns = f" -> {ast.unparse(method.returns)}" if method.returns else ""
    return ["", f"### {wait}.{method.name}", "", f"```python\n{method.name}({given}){returns}\n```", "", prose(text)]


def said(node: ast.stmt | None) -> str:
    """The text of a docstring that stands after a field or a named type."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def kind(annotation: ast.expr) -> str:
    """An annotation as a reader wants it: without the machinery around it."""
    text = ast.unparse(annotation)
    return re.sub(r"^(NotRequired|Required)\[(.*)\]$", r"\2", text)


def default(field: ast.AnnAssign) -> str:
    """A field's default, where it says something."""
    value = ast.unparse(field.value) if field.value is not None else ""
    plain = value not in {"", "None", "''", "()", "_NOTHING"} and not value.startswith("field(")
    return f" = `{value}`" if plain else ""


def escaped(text: str) -> str:
    """Text that may stand in a table's cell."""
    return text.replace("|", "\\|")


def prose(text: str) -> str:
    """A docstring as Markdown: sections as bold words, indented drawings as code."""
    lines: list[str] = []
    drawing = False
    section = False
    for line in text.splitlines():
        if re.fullmatch(r"(Args|Attributes|Raises|Returns):", line):
            lines += [f"**{line[:-1]}**", ""]
            section = True
            continue
        if section and line.startswith("    "):
            item = re.sub(r"^    (\**\w+): ", r"- `\1`: ", line)
            lines.append(item if item != line else "  " + line.strip())
            continue
        section = section and not line
        if line.startswith("    ") != drawing and line:
            if drawing and not lines[-1]:
                lines[-1:] = ["```", ""]
            else:
                lines.append("```" if drawing else "```text")
            drawing = not drawing
        lines.append(line.removeprefix("    ") if drawing else line)
    if drawing:
        lines.append("```")
    return "\n".join(lines)


def command_page() -> str:
    """Every command's help text."""
    os.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
    from dragoman.cli.command import parser  # noqa: PLC0415 - after the width its help is wrapped to

    root = parser()
    parts = ["# The command line", "", "<!-- Written by `make docs` from the help texts. -->"]
    parts += ["", "## dragoman", "", f"```text\n{root.format_help().rstrip()}\n```"]
    for action in root._actions:  # noqa: SLF001 - argparse tells its commands nowhere else
        commands: dict[str, argparse.ArgumentParser] = cast("Any", action).choices or {}
        for name, command in commands.items():
            parts += ["", f"## dragoman {name}", "", f"```text\n{command.format_help().rstrip()}\n```"]
    return "\n".join(parts) + "\n"


def engine_page() -> str:
    """What the embedded engine does about each field of a request, and by which rule it calls functions."""
    from dragoman.engine.ask import FIELDS  # noqa: PLC0415 - an extra, which only this page needs

    rule = ast.get_docstring(ast.parse((SOURCE / "engine" / "tools.py").read_text())) or ""
    rows = [f"| `{name}` | {escaped(text)} |" for name, text in FIELDS.items()]
    parts = ["# The embedded engine", "", "<!-- Written by `make docs` from the code. -->", ""]
    parts += ["What it does about each field of a request.", "", "| field | |", "|---|---|", *rows]
    return "\n".join([*parts, "", "## Which functions are called", "", prose(rule)]) + "\n"


def index() -> str:
    """The list of pages."""
    rows = [f"- [{title}]({name}.md)" for name, (title, _) in PAGES.items()]
    rows += [
        "- [The embedded engine](engine.md)",
        "- [The command line](cli.md)",
        "- The gateway's endpoints: [openapi.json](../../spec/openapi.json)",
    ]
    return "# Reference\n\n<!-- Written by `make docs` from the code. -->\n\n" + "\n".join(rows) + "\n"


def pages() -> dict[str, str]:
    """Each page's file name and text."""
    made = {f"{name}.md": page(title, files) for name, (title, files) in PAGES.items()}
    return made | {"engine.md": engine_page(), "cli.md": command_page(), "index.md": index()}


def main() -> int:
    """Write the pages, or say which are not true."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page is not true")
    check = parser.parse_args().check
    stale = 0
    TARGET.mkdir(exist_ok=True)
    for name, text in pages().items():
        path = TARGET / name
        if not path.exists() or path.read_text() != text:
            stale += 1
            if check:
                print(f"docs/reference/{name} is not what the code says: run `make docs`")
            else:
                path.write_text(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
