"""Requests that are sent again with the same `Idempotency-Key`: worked on once, answered each time."""
