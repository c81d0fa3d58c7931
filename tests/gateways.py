"""A gateway in the test's own process, where a test looks inside."""

from dragoman.gateway.config.load import parsed
from dragoman.gateway.ledger import Totals
from dragoman.gateway.running import Lasting, Running


def made(url, lasting=None, more=""):
    """What a gateway in front of one address is made of; `more` is further configuration."""
    config = parsed(f'[upstreams.only]\nurl = "{url}"\nparameters = "pass"\n{more}'.encode(), "test.toml")
    return Running(config, lasting or Lasting(Totals()))
