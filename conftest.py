"""Test set-up: code blocks of README and docs are run; Hypothesis is derandomized in CI."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent

# What the documentation is built with and what its build makes holds no tests of ours.
collect_ignore_glob = ["docs/*.py", "docs/_build/*", "docs/auto_examples/*", "docs/gen_modules/*"]

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def at_project_root(namespace: dict[str, object]) -> None:
    """Examples name files from the project's root."""
    os.chdir(ROOT)


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), DocTestDirectiveParser(), SkipParser()],
    patterns=["*.md"],
    excludes=["docs/_build/*", "docs/auto_examples/*"],
    setup=at_project_root,
).pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Workers take pages whole: the blocks of a page build on each other."""
    from xdist.scheduler import LoadScopeScheduling

    class WholePages(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            page = nodeid.partition("::")[0]
            return page if page.endswith(".md") else nodeid

    return WholePages(config, log)
