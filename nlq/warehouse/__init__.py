"""Demo data, ingest, transform, tiering, quality, migrate, backup: the only code that knows Scout's tables."""
