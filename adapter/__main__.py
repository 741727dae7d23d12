"""`python -m adapter`: the command line, where nothing was installed."""

from adapter.cli import main

if __name__ == "__main__":
    main(prog_name="adapter")
