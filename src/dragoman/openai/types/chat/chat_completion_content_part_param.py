"""`ChatCompletionContentPartParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionContentPartParam
from dragoman.wire.message import CacheBreakpoint as FilePromptCacheBreakpoint
from dragoman.wire.message import FilePart as File
from dragoman.wire.message import InputFile as FileFile

__all__ = ["ChatCompletionContentPartParam", "File", "FileFile", "FilePromptCacheBreakpoint"]
