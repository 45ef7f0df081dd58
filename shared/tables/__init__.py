"""Tables that a service keeps in memory and that an import may replace while it runs.

A table is one file. The shipped one stands in the package; an imported one, in ``HAVRE_TABLES_DIR``, goes before it. An
import writes beside and renames, so a reader finds the old table or the new one, never half of one.
"""
