"""A first model from a database: what its constraints and its rows show, with everything that was guessed marked for review."""
