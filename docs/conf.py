"""The documentation site: `sphinx-build docs OUTPUT`.

It documents the installed package, whose extra `docs` has the requirements.
"""

import sys
from pathlib import Path

import relu_ufunc

sys.path.append(str(Path(__file__).parent / "_extensions"))

project = "relu_ufunc"
author = project_copyright = "the relu_ufunc developers"
version = release = relu_ufunc.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "myst_parser",
    "sphinx_design",
    "function_pages",
    "names",
    "offline",
    "root_files",
]

exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "tasklist"]
myst_heading_anchors = 3

autodoc_typehints = "none"
numpydoc_show_class_members = False
# All checks except those that require an extended summary, examples, returns and See Also where
# there is nothing to say, and the keywords of every ufunc, which NumPy documents.
numpydoc_validation_checks = {"all", "ES01", "EX01", "PR01", "PR02", "RT01", "SA01", "SA04"}

default_role = "name"
nitpicky = True

# The NumPy names that the pages link to: a local inventory, so that none is fetched. Each line has
# a name, its kind, and its page.
intersphinx_mapping = {"numpy": ("https://numpy.org/doc/stable/", "numpy.txt")}

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
# Pages without a sidebar.
html_sidebars: dict[str, list[str]] = {"index": [], "install": [], "tour": []}
