"""``/ws/xte``: the gradebook of teachers (13.4): categories, assignments and their scores."""

from psconnect.demo.server.xte.service import Gradebook

__all__ = ["Gradebook"]
