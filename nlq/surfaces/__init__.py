"""Ways in: they parse, call and render, and decide nothing."""
