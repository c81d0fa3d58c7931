"""`python -m dragoman.cli`: the command line where its script is not on the path."""

import sys

from dragoman.cli import main

sys.exit(main())
