"""SQL, with no loyalty word in it."""

from adapter.db.base import Base
from adapter.db.database import Database
from adapter.db.errors import CommitUnknown, DatabaseUnavailable
from adapter.db.lookups import Lookup
from adapter.db.work import Glance, Work

__all__ = ["Base", "CommitUnknown", "Database", "DatabaseUnavailable", "Glance", "Lookup", "Work"]
