"""The chunks that have arrived, as a sequence of chunks."""

from answers import step
from dragoman.answer.seen import Seen
from dragoman.wire.chunk import read_chunk


def test_it_is_a_sequence_of_the_chunks_that_it_took():
    chunks = [read_chunk(step(word).removeprefix(b"data: ")) for word in ("Mo", "net", ".")]
    seen = Seen(read_chunk)
    assert not seen

    seen.take(chunks[:2])
    seen.take(chunks[2:])
    assert len(seen) == 3
    assert list(seen) == chunks
    assert (seen[1], seen[-1], seen[1:]) == (chunks[1], chunks[2], chunks[1:])
    assert [chunk.text for chunk in reversed(seen)] == [".", "net", "Mo"]
    assert seen.text == seen.completion.text == "Monet."
    assert seen.with_more(chunks[:1]).text == "Monet.Mo"
    assert seen.text == seen.completion.text == "Monet."
    assert [chunk.to_json() for chunk in seen] == seen.sources == [chunk.to_json() for chunk in chunks]
