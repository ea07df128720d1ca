"""Pure text and trees: from a SemanticQuery to one SELECT, and the proof that a SELECT is one."""
