"""A visitor and an operator without a browser: they speak the frames as the two pages do.

What is said is kept until acknowledged and sent again after every reconnection, at most ``window`` messages of a
conversation on their way at a time; what arrives is counted, a gap is asked for at once; a lost connection is mended by
itself. Reused by chaos tests, benches and end-to-end tests.
"""

from tests.client.base import Client, client_id
from tests.client.operator import Operator
from tests.client.visitor import Visitor

__all__ = ["Client", "Operator", "Visitor", "client_id"]
