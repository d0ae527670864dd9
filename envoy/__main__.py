"""``python -m envoy``: the same as ``fl-envoy``."""

from envoy.cli import main

if __name__ == "__main__":
    main()
