"""Who may see what. Only `scope` makes a ScopedQuery, and an engine takes nothing else."""
