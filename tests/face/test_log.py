import logging

from dragoman.face.log import Logger, get_default_logger


def test_the_default_writes_nothing(capfd):
    get_default_logger().debug("%s", "x", exc_info=True)

    assert capfd.readouterr() == ("", "")


def test_a_logger_of_the_standard_library_is_one(caplog):
    logger: Logger = logging.getLogger("face")
    with caplog.at_level(logging.DEBUG):
        logger.debug("a %s", "b")

    assert caplog.messages == ["a b"]
