"""The public names are pinned: at most sixty, each resolvable, documented, and loaded only when used."""

import subprocess
import sys
from pathlib import Path

import ipabs

ROOT = Path(__file__).resolve().parents[1]


def test_public_names_are_few_sorted_and_documented() -> None:
    assert len(ipabs.__all__) <= 60
    assert sorted(ipabs.__all__) == list(ipabs.__all__)
    for name in ipabs.__all__:
        if not name.startswith("__"):
            assert getattr(ipabs, name).__doc__, f"{name} has no docstring"


def test_unknown_name_is_an_attribute_error() -> None:
    try:
        ipabs.no_such_name  # noqa: B018 - the access itself is what is tested
    except AttributeError as error:
        assert "no_such_name" in str(error)
    else:
        raise AssertionError("an unknown name was resolved")


def test_dir_lists_public_names() -> None:
    assert set(ipabs.__all__) <= set(dir(ipabs))


def test_command_line_help_loads_neither_numpy_nor_pandas() -> None:
    code = (
        "import sys\nfrom ipabs.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules} & {'numpy', 'pandas', 'scipy', 'matplotlib'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip().endswith("LOADED")
