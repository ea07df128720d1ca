"""The chat page: files of the browser's, and the route that serves them."""
