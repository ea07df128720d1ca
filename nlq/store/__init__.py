"""nlq's own state: answers, and what people said about them."""
