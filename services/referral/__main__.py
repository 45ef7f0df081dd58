"""``python -m services.referral``: the service; with ``nearby``, ``bench`` or ``import``: its command line."""

import sys

if __name__ == "__main__":
    if len(sys.argv) > 1:
        from services.referral.cli import main

        raise SystemExit(main(sys.argv[1:]))
    from services.referral.app import serve

    serve()
