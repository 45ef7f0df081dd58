"""``python -m services.router``: the service; with ``lookup``, ``bench`` or ``import``: its command line."""

import sys

if __name__ == "__main__":
    if len(sys.argv) > 1:
        from services.router.cli import main

        raise SystemExit(main(sys.argv[1:]))
    from services.router.app import serve

    serve()
