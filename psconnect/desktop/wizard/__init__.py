"""The set-up of a connection, step by step: a flow that knows no Qt, and a window that shows it."""
