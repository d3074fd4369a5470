"""What the server answers besides pages, and what all requests pass."""
