"""`ChatCompletionAudioParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionAudioParam
from dragoman.wire.request import CustomVoice as VoiceID

__all__ = ["ChatCompletionAudioParam", "VoiceID"]
