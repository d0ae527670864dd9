"""``python -m director``: the same as ``fl-director``."""

from director.cli import main

if __name__ == "__main__":
    main()
