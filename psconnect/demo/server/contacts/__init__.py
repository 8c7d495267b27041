"""``/ws/contacts``: the contacts module (section 8), which speaks ordinary camelCase JSON."""

from psconnect.demo.server.contacts.service import Contacts

__all__ = ["Contacts"]
