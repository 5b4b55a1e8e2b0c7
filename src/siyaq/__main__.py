"""`python -m siyaq` is `siyaq`."""

from siyaq.cli import main

main()
