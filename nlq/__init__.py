"""Questions to trustworthy figures."""
