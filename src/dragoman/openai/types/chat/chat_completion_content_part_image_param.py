"""`ChatCompletionContentPartImageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionContentPartImageParam
from dragoman.wire.message import CacheBreakpoint as PromptCacheBreakpoint
from dragoman.wire.message import ImageUrl as ImageURL

__all__ = ["ChatCompletionContentPartImageParam", "ImageURL", "PromptCacheBreakpoint"]
