"""The pages speak the frames that the servers speak."""

from shared.chat import typescript


def test_the_frames_of_the_pages_are_made_from_those_of_the_servers() -> None:
    """A frame changed in Python alone would be refused in a browser, or by a server, at night."""
    assert typescript.main(["--check"]) == 0
