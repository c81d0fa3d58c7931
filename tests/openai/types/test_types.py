"""The names that programs import from `openai.types`, and the modules that they import them from."""

import ast
from importlib import import_module
from pathlib import Path

import openai.types as original
import pytest

from dragoman.openai import types

THERE = Path(original.__file__).parent
HOMES = [
    *sorted((THERE / "chat").glob("*.py")),
    *(THERE / f"{name}.py" for name in ("chat_model", "completion_usage", "create_embedding_response", "embedding")),
    *(THERE / f"{name}.py" for name in ("embedding_create_params", "embedding_model", "model")),
    *(
        THERE / folder / f"{name}.py"
        for folder in ("shared", "shared_params")
        for name in (
            "chat_model", "function_definition", "function_parameters", "metadata", "reasoning_effort",
            "response_format_json_object", "response_format_json_schema", "response_format_text",
        )
    ),
]  # fmt: skip

ELSEWHERE = {
    "chat_completion_content_part_image", "chat_completion_content_part_text", "chat_completion_deleted",
    "chat_completion_function_tool", "chat_completion_store_message", "completion_list_params",
    "completion_update_params",
}  # fmt: skip
"""What belongs to stored completions, which this face does not serve."""

UNNAMED = {"ContentType", "CustomFormat", "Voice"}
"""What the original only gives a name to in passing."""


def test_every_name_is_there():
    for name in types.__all__:
        assert getattr(types, name) is not None
    assert dir(types) == sorted(types.__all__)
    with pytest.raises(AttributeError, match="Responses"):
        _ = types.Responses


@pytest.mark.parametrize(
    "home", [home for home in HOMES if home.stem not in ELSEWHERE], ids=lambda home: str(home.relative_to(THERE))
)
def test_each_is_where_the_original_has_it(home):
    module = import_module(".".join(("dragoman.openai.types", *home.relative_to(THERE).with_suffix("").parts)))
    parts = ast.parse(home.read_text()).body
    theirs = {part.name for part in parts if isinstance(part, ast.ClassDef)}
    theirs |= {part.target.id for part in parts if isinstance(part, ast.AnnAssign)}
    missing = {name for name in theirs - UNNAMED if not hasattr(module, name)}

    assert not {name for name in missing if not name.startswith("Moderation")}


@pytest.mark.parametrize("package", ["shared", "shared_params"])
def test_what_several_parts_have_is_in_packages_of_its_own(package):
    module = import_module(f"dragoman.openai.types.{package}")

    assert set(module.__all__) <= set(vars(import_module(f"openai.types.{package}")))
    assert all(getattr(module, name) is not None for name in module.__all__)
