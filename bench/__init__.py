"""Measurements beside references in the same run; the ratios are what to remember."""

import warnings

# Said by a library of the PostgreSQL wheel where the system has no runtime folder.
warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
