"""Benchmarks that compare with other libraries."""

import sys
from pathlib import Path

# asv makes only the package of its configuration importable, and this one uses the other's modules.
sys.path.append(str(Path(__file__).parents[1]))
