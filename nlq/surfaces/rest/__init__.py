"""REST, for embedding: the contract's JSON over HTTP."""
