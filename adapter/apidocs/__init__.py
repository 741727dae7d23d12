"""What partners' engineers read: the document of each protocol that is served, and its page."""

from adapter.apidocs.pages import install, keep, names, written
from adapter.apidocs.served import Shown

__all__ = ["Shown", "install", "keep", "names", "written"]
