"""Sphinx configuration; the build treats warnings as errors."""

import os
import sys
from pathlib import Path

from sphinx_gallery import gen_rst

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ipabs

project = "ipabs"
author = "the ipabs developers"
copyright = "2026, the ipabs developers"
version = release = ipabs.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/**/*.ipynb", "auto_examples/**/*.py"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
suppress_warnings = ["config.cache"]

myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence"]
myst_heading_anchors = 3

napoleon_google_docstring = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"[/\\]plot_",
    "ignore_pattern": r"yuhang|deals|__init__",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "plot_gallery": True,
}

run_block = gen_rst._exec_and_get_memory


def run_block_at_root(*arguments, **options):
    """Tutorials name files from the project's root; the gallery would run them in their own folder."""
    os.chdir(ROOT)
    return run_block(*arguments, **options)


gen_rst._exec_and_get_memory = run_block_at_root

html_theme = "pydata_sphinx_theme"
html_title = "ipabs"
html_show_sourcelink = False
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False, "secondary_sidebar_items": ["page-toc"]}
