"""``python -m ipabs`` is the command ``ipabs``."""

from ipabs.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
