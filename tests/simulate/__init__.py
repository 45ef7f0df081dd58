"""Days of traffic in minutes: visitors, shifts, crashes by chance and a clock of its own (O1, O8, O9).

``engines`` decide (the pure ``rules``, or the ``script`` on a real store), ``town`` says what happens and when,
``shift`` lets it happen in a ``world`` (``visitors``, ``operators``, ``talks``, ``transfers``, ``supervisors``,
``instances``), ``book`` keeps its own account and holds every decision against it.
"""
