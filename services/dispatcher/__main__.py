"""``python -m services.dispatcher``: the service; with ``account``, ``authority``, ``audit``, ``key``: about staff."""

import sys

if __name__ == "__main__":
    if len(sys.argv) > 1:
        from services.dispatcher.cli import main

        raise SystemExit(main(sys.argv[1:]))
    from services.dispatcher.app import serve

    serve()
