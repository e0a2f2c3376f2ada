"""`python -m ezlib` is the command line."""

from ezlib.cli import main

main()
