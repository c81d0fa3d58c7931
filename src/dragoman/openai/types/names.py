"""Names for what is plain text, or a plain object, in requests. Types; no I/O."""

from typing import Any

ChatModel = str
"""A chat model's name."""

EmbeddingModel = str
"""An embedding model's name."""

Metadata = dict[str, str]
"""What to find a stored answer by."""

ReasoningEffort = str
"""How long a reasoning model may think."""

FunctionParameters = dict[str, Any]
"""A function's parameters as a JSON Schema."""
