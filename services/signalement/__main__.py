"""``python -m services.signalement`` runs the service."""

from services.signalement.app import serve

if __name__ == "__main__":
    serve()
