"""The shape of the code: what is exported, twins, budgets, a test file for each module."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dragoman

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "dragoman"
MODULES = sorted(SOURCE.rglob("*.py"))


def tree(module):
    return ast.parse(module.read_text())


def names(module):
    return str(module.relative_to(SOURCE))


def test_what_is_exported_is_what_type_checkers_see():
    seen = {
        alias.name
        for node in ast.walk(tree(SOURCE / "__init__.py"))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dragoman.")
        for alias in node.names
    }

    assert seen == set(dragoman.__all__)
    for name in dragoman.__all__:
        assert getattr(dragoman, name) is not None


def test_a_name_that_does_not_exist_says_so():
    with pytest.raises(AttributeError, match="'Dragomann'"):
        _ = dragoman.Dragomann


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_a_module_says_what_it_is_and_stays_small(module):
    text = module.read_text()

    assert ast.get_docstring(ast.parse(text)), "a module begins with what it is"
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_functions_fit_on_a_screen(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, node.name


def test_most_functions_are_short():
    sizes = sorted(
        node.end_lineno - node.lineno + 1
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )

    assert sizes[int(len(sizes) * 0.95)] <= 40


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_a_module_has_a_test_file_of_its_own_name(module):
    place = module.relative_to(SOURCE)
    if module.name == "__init__.py":
        name = f"test_{module.parent.name}.py" if place.parent != Path() else "test_architecture.py"
        expected = ROOT / "tests" / place.parent / name
        beside = ROOT / "tests" / place.parent.parent / name
        assert expected.exists() or beside.exists() or not re.search(r"^(def|class) ", module.read_text(), re.MULTILINE)
    elif module.name != "__main__.py" and not is_another_home(module):
        assert (ROOT / "tests" / place.parent / f"test_{module.name}").exists()


def is_another_home(module):
    """Whether a module only repeats names where another SDK has them; tests/openai/types/test_types.py has them all."""
    imports_or_lists = (ast.Expr, ast.ImportFrom, ast.Assign)
    return names(module).startswith("openai/types/") and all(
        isinstance(part, imports_or_lists) for part in tree(module).body
    )


def test_there_are_at_least_as_many_lines_of_tests_as_of_source():
    tests = sum(len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py"))

    assert tests >= sum(len(module.read_text().splitlines()) for module in MODULES)


WAITING = [
    (r"\bAsyncGenerator\b", "Generator"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b__a(iter|next|enter|exit)__\b", r"__\1__"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\ba(drive|ask)\b", r"\1"),
    (r"\baperform\b", "perform"),
    (r"\bararely\b", "rarely"),
    (r"\baseldom\b", "seldom"),
    (r"\bapause\b", "pause"),
    (r"\basync_transport\b", "blocking_transport"),
    (r"\btransport\.aio\b", "transport.blocking"),
    (r"\bAsyncioTransport\b", "BlockingTransport"),
    (r"(?<!\.)\bsleep\(", "time.sleep("),
    # A stream is opened by awaiting an Opening; blocking, there is nothing to wait for.
    (r"\bOpening\(call, self\._transport\)", "Stream(call, drive(stream(call, time), self._transport))"),
    (
        r"\bOpening\(call, self\._transport, TypedStream\.of\(wanted\)\)",
        "TypedStream(call, drive(stream(call, time), self._transport), wanted)",
    ),
    (r"\bOpening\[(\w+(?:\[\w+\])?)\]", r"\1"),
    (r"\bOpening\b", "Stream"),
    (r"\banext\b", "next"),
    (r"\bimport asyncio\b", "import threading"),
    (r"\bainvoke\b", "invoke"),
    (r"\basettled\b", "settled"),
    (r"\bimport EngineTransport, Engine\b", "import Engine, EngineTransport"),
]


def without_waiting(node):
    text = ast.unparse(node)
    for word, plain in WAITING:
        text = re.sub(word, plain, text)
    return text


def twins():
    """Pairs of a blocking class or function and its asynchronous twin, in the files that hold both."""
    for file in (
        "chat/ahead.py",
        "carry.py",
        "chat/__init__.py",
        "client.py",
        "chat/raw.py",
        "tools/run.py",
        "stream/__init__.py",
        "stream/ask.py",
        "structured/typed.py",
        "stream/views.py",
    ):
        found = {node.name: node for node in tree(SOURCE / file).body if hasattr(node, "name")}
        for name, node in found.items():
            plain = without_waiting_name(name)
            if plain != name and plain in found:
                yield pytest.param(found[plain], node, id=name)


def without_waiting_name(name):
    for word, plain in WAITING:
        name = re.sub(word, plain, name)
    return name


def body_of(node):
    """A class's methods by name, docstrings left out: they speak to different readers."""
    methods = {}
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(part) is not None:
                part.body = part.body[1:] or [ast.Pass()]
            name = without_waiting_name(part.name)
            methods[name if name not in methods else f"{name} again"] = without_waiting(part)
    return methods


@pytest.mark.parametrize(("blocking", "waiting"), list(twins()))
def test_twins_are_equal_but_for_the_words_for_waiting(blocking, waiting):
    if isinstance(blocking, ast.ClassDef):
        ours, theirs = body_of(blocking), body_of(waiting)
        for name in ours.keys() & theirs.keys():
            assert ours[name] == theirs[name]
        assert ours.keys() - theirs.keys() == set()
    else:
        assert without_waiting(blocking) == without_waiting(waiting)


def modules_after(code):
    probe = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-I", "-c", probe], check=True, capture_output=True, text=True)  # noqa: S603 - this Python
    return set(done.stdout.split())


def test_importing_dragoman_imports_next_to_nothing():
    loaded = modules_after("import dragoman")

    assert {name for name in loaded if name.startswith("dragoman")} == {"dragoman"}
    assert not loaded & {"msgspec", "asyncio", "ssl", "httptools", "socket"}


def test_a_client_of_an_address_needs_no_asyncio_no_ssl_and_no_engine():
    loaded = modules_after("from dragoman import Dragoman; Dragoman('http://127.0.0.1:9/v1')")

    assert not {
        name for name in loaded if name.split(".")[0] in {"asyncio", "email", "ssl", "uvicorn", "xllamacpp", "httpx"}
    }
    assert not {name for name in loaded if name.startswith("dragoman.engine")}
    asked_for = ("breaker", "candidates", "course", "fallback", "raw", "tried")
    seldom = ("cancellation", "continuation", "guard", "limiter", "pace", "resume", "seldom")
    assert not loaded & {f"dragoman.{name}" for name in (*asked_for, *seldom)}


def test_a_client_that_asks_for_text_needs_nothing_of_types_tools_and_events():
    loaded = modules_after("from dragoman import Dragoman; Dragoman('http://127.0.0.1:9/v1').chat.stream")

    later = {"draft", "events", "invoke", "output", "parse", "partial", "rounds", "run", "runs", "structured", "tools"}
    asked_for = {"count", "curl", "estimate", "hooks", "log", "prices", "rates", "spent"}
    assert not loaded & {f"dragoman.{name}" for name in (*later, *asked_for, "typed", "views")}
    assert not {name for name in loaded if name.split(".")[0] in {"pydantic", "attrs", "concurrent"}}
