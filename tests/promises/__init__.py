"""One test for each public promise, named for it; ``docs/promises.md`` puts each beside the sentence that is read."""
