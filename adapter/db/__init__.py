"""SQL, with no loyalty word in it."""

from adapter.db.base import Base
from adapter.db.database import Database, Work
from adapter.db.errors import CommitUnknown, DatabaseUnavailable

__all__ = ["Base", "CommitUnknown", "Database", "DatabaseUnavailable", "Work"]
