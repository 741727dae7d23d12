"""SQL, with no loyalty word in it."""

from adapter.db.base import Base
from adapter.db.database import Database, Glance, Work
from adapter.db.errors import CommitUnknown, DatabaseUnavailable
from adapter.db.lookups import Lookup

__all__ = ["Base", "CommitUnknown", "Database", "DatabaseUnavailable", "Glance", "Lookup", "Work"]
