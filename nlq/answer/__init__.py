"""From a Result to an Answer: chart, sentence, confidence, provenance."""
