"""Connect, run, cancel, map errors: one module a client library. No policy, no meaning."""
