"""Sphinx configuration; the build treats warnings as errors."""

import pkgutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import ipabs

ROOT = Path(__file__).resolve().parents[1]

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
exclude_patterns = [
    "_build",
    "gen_tutorials",
    "sg_execution_times.rst",
    "auto_examples/sg_execution_times.rst",
    "auto_examples/**/*.ipynb",
    "auto_examples/**/*.py",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
suppress_warnings = ["config.cache", "ref.python"]  # the second: one word, several rooms (Source, name)

myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence"]
myst_heading_anchors = 3

napoleon_google_docstring = False
napoleon_use_ivar = True
autodoc_typehints = "none"  # a field's type carries its unit and its meaning: too long for a signature
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"

sphinx_gallery_conf = {
    "examples_dirs": "gen_tutorials",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"[/\\]plot_",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "within_subsection_order": "FileNameSortKey",
    "show_memory": False,
    "plot_gallery": True,
}


def api_pages(modules, folder):
    """One page a room, each public module on it, from what the package holds."""
    folder.mkdir(exist_ok=True)
    rooms = {}
    for name in sorted(modules):
        rooms.setdefault(name.split(".")[1], []).append(name)
    for room, names in rooms.items():
        title = f"ipabs.{room}"
        parts = [title, "=" * len(title), ""]
        for name in names:
            if name != title:
                parts += [name.removeprefix(title + "."), "-" * len(name), ""]
            members = [] if name == title and len(names) > 1 else ["   :members:"]
            parts += [f".. automodule:: {name}", *members, ""]
        write(folder / f"{room}.rst", parts)
    listing = [
        "Every public name",
        "=================",
        "",
        "Room by room, from the ground floor up in ``ARCHITECTURE.md``.",
        "",
    ]
    write(folder / "index.rst", [*listing, ".. toctree::", "   :maxdepth: 1", "", *(f"   {room}" for room in rooms)])


def write(path, lines):
    """Keep the date of a page that does not change, so that it is not built again."""
    text = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def tutorial_folder(examples, folder):
    """The tutorials, with the files that they name from the project's root: the gallery runs each in its folder."""
    tutorials = [*examples.glob("plot_*.py"), examples / "README.rst"]
    named = [path for path in examples.rglob("*") if path.suffix in {".yaml", ".csv"}]
    copies = {path.name: path for path in tutorials} | {
        f"examples/{path.relative_to(examples)}": path for path in named
    }
    for name, path in copies.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, path.read_text(encoding="utf-8").splitlines())


tutorial_folder(ROOT / "examples", Path(__file__).parent / "gen_tutorials")
found = [module.name for module in pkgutil.walk_packages(ipabs.__path__, "ipabs.")]
api_pages([name for name in found if not name.split(".")[-1].startswith("_")], Path(__file__).parent / "gen_modules")

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["ipabs.css"]
html_title = "ipabs"
html_show_sourcelink = False
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
    "show_prev_next": False,
}
