"""What `adapter serve` runs, as a file of its own: gunicorn that imports nothing by chance."""

import sys
from pathlib import Path

from gunicorn.app.wsgiapp import WSGIApplication


class Server(WSGIApplication):
    """gunicorn, to which the present folder is a folder and no place to import from."""

    def chdir(self) -> None:
        """Stay here; gunicorn would put this folder in front of all others, with its wsgi.py."""


if __name__ == "__main__":
    # A checkout that nobody installed is found as well.
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    Server("%(prog)s [OPTIONS]", prog="adapter").run()
