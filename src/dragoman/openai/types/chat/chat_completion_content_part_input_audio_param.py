"""`ChatCompletionContentPartInputAudioParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionContentPartInputAudioParam
from dragoman.wire.message import CacheBreakpoint as PromptCacheBreakpoint
from dragoman.wire.message import InputAudio

__all__ = ["ChatCompletionContentPartInputAudioParam", "InputAudio", "PromptCacheBreakpoint"]
