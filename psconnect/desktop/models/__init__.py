"""Table models over the service."""
