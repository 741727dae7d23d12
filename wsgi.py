"""The application for a WSGI server."""

from adapter.app import create_app
from adapter.config import Config

app = create_app(Config.from_environ())
