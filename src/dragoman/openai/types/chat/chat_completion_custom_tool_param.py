"""`ChatCompletionCustomToolParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionCustomToolParam
from dragoman.wire.tool import CustomDefinition as Custom
from dragoman.wire.tool import Grammar as CustomFormatGrammarGrammar
from dragoman.wire.tool import GrammarInput as CustomFormatGrammar
from dragoman.wire.tool import TextInput as CustomFormatText

__all__ = [
    "ChatCompletionCustomToolParam",
    "Custom",
    "CustomFormatGrammar",
    "CustomFormatGrammarGrammar",
    "CustomFormatText",
]
