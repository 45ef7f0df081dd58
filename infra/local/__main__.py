"""``python -m infra.local``: start everything, say where it is, keep it running, stop it on Ctrl-C or SIGTERM."""

import sys

if __name__ == "__main__":
    try:
        from infra.local.launch import main
    except ImportError as error:
        sys.exit(f"havre: {error}: run `make setup` and try again")
    except KeyboardInterrupt:
        sys.exit(0)
    sys.exit(main())
