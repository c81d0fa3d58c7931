"""How many tokens a completion used. Types; no I/O."""

from dragoman.openai.shape import BaseModel


class CompletionTokensDetails(BaseModel):
    """What the answer's tokens were."""

    accepted_prediction_tokens: int | None = None
    """Tokens of the request's `prediction` that came true."""
    audio_tokens: int | None = None
    """Tokens of sound."""
    reasoning_tokens: int | None = None
    """Tokens of reasoning, billed and perhaps not shown."""
    rejected_prediction_tokens: int | None = None
    """Tokens of the request's `prediction` that did not, billed all the same."""
    text_tokens: int | None = None
    """Tokens of text."""


class PromptTokensDetails(BaseModel):
    """What the prompt's tokens were."""

    audio_tokens: int | None = None
    """Tokens of sound."""
    cache_write_tokens: int | None = None
    """Tokens written to the server's prompt cache."""
    cached_tokens: int | None = None
    """Tokens found in that cache."""
    image_tokens: int | None = None
    """Tokens of images."""
    text_tokens: int | None = None
    """Tokens of text."""


class CompletionUsage(BaseModel):
    """How many tokens a completion used."""

    completion_tokens: int
    """Tokens of the answer, over all choices."""
    prompt_tokens: int
    """Tokens of the request."""
    total_tokens: int
    """Both together."""
    completion_tokens_details: CompletionTokensDetails | None = None
    """What the answer's tokens were."""
    prompt_tokens_details: PromptTokensDetails | None = None
    """What the prompt's tokens were."""
