"""What is kept of what was said, where that is switched on."""

import asyncio

from dragoman.gateway.ledger import Book, Entry, Totals
from dragoman.gateway.words import Words
from dragoman.wire.chunk import Chunk, ChunkChoice, Delta
from dragoman.wire.completion import Choice, Completion, Message

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


class Kept:
    """A journal that remembers."""

    texts = None

    def open(self, opened):
        pass

    def close(self, closed, texts):
        self.texts = texts


def kept(*contents, streamed, fails=False):
    """The words that an answer of these choices, or chunks, leaves in the journal."""
    journal = Kept()

    async def following(_, give):
        for index, content in contents:
            give([Chunk(choices=[ChunkChoice(index=index, delta=Delta(content=content))])])

    async def main():
        heard = []
        words = Words(BODY)
        with Entry(Totals(), "r", "m", stream=streamed, book=Book(journal, texts=True)) as entry:
            if streamed:
                await words.heard(following)(None, heard.extend)
            if not streamed and not fails:
                choices = [Choice(index=i, message=Message(content=text)) for i, text in enumerate(contents)]
                words.answered(Completion(choices=choices))
            words.keep(entry)
            entry.completed()
        return heard

    heard = asyncio.run(main())
    return journal.texts, heard


def test_a_whole_answer_is_kept_with_what_was_asked():
    texts, _ = kept("Monet", streamed=False)

    assert (texts.prompt, texts.answer) == ('[{"role":"user","content":"Hello"}]', "Monet")


def test_a_stream_goes_by_as_it_is_and_its_pieces_are_put_together():
    texts, heard = kept((0, "Mo"), (0, None), (0, "net"), streamed=True)

    assert texts.answer == "Monet"
    assert [chunk.choices[0].delta.content for chunk in heard] == ["Mo", None, "net"]


def test_of_several_answers_the_first_is_kept():
    assert kept("Monet", "Manet", streamed=False)[0].answer == "Monet"
    assert kept((0, "Mo"), (1, "Ma"), (0, "net"), (1, "net"), streamed=True)[0].answer == "Monet"


def test_what_was_asked_is_kept_where_no_answer_came():
    texts, _ = kept(streamed=False, fails=True)

    assert (texts.prompt, texts.answer) == ('[{"role":"user","content":"Hello"}]', "")
