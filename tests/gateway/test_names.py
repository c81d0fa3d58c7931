"""Names of requests and entries: each is given once, by a process and its children alike."""

import os

from dragoman.gateway.names import LENGTH, fresh


def test_a_name_is_hexadecimal_and_given_once() -> None:
    given = [fresh() for _ in range(2000)]
    assert len(set(given)) == len(given)
    assert all(len(name) == LENGTH and set(name) <= set("0123456789abcdef") for name in given)


def test_a_child_does_not_give_what_its_parent_is_about_to() -> None:
    fresh()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, fresh().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 100).decode()
    os.close(reader)
    os.close(writer)
    assert theirs != fresh()
