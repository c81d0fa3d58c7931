"""`ChatCompletionContentPartTextParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionContentPartTextParam
from dragoman.wire.message import CacheBreakpoint as PromptCacheBreakpoint

__all__ = ["ChatCompletionContentPartTextParam", "PromptCacheBreakpoint"]
