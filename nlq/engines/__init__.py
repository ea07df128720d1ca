"""Run a ScopedQuery. An engine renders its dialect and runs; it changes nothing in the tree."""
