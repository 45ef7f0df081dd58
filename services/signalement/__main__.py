"""``python -m services.signalement`` runs the service; with ``partner``: commands about who takes reports."""

import sys

if __name__ == "__main__":
    if len(sys.argv) > 1:
        from services.signalement.cli import main

        raise SystemExit(main(sys.argv[1:]))
    from services.signalement.app import serve

    serve()
