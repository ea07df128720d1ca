"""What the numbers mean: tables, joins, dimensions, metrics, policies, rollups, places."""
