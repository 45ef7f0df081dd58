"""Documents that are made from the code, so that they cannot say anything else than it.

``python -m infra.docs.protocol`` and ``python -m infra.docs.asyncapi`` write them; with ``--check`` they write nothing
and exit 1 when a document on disk is stale.
"""
