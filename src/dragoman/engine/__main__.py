"""The engine's process: `python -m dragoman.engine`, started by its owner with one argument of JSON."""

import sys

from dragoman.engine.child import main

sys.exit(main(sys.argv[1]))
