"""A desktop's tray on a real session bus: the watcher that icons register with, and the notices that programs send.

Prints one line for each registered icon and each notice. Run as a process of its own, on the bus of the environment.
"""

from __future__ import annotations

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

WATCHER, NOTICES = "org.kde.StatusNotifierWatcher", "org.freedesktop.Notifications"
PROPERTIES = {
    "IsStatusNotifierHostRegistered": ("b", True),
    "ProtocolVersion": ("i", 0),
    "RegisteredStatusNotifierItems": ("as", []),
}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    with open_dbus_connection() as bus:
        for name in (WATCHER, NOTICES):
            bus.send_and_get_reply(message_bus.RequestName(name))
        _say("ready")
        while True:
            message = bus.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields.get(HeaderFields.member)
            sender = message.header.fields.get(HeaderFields.sender)
            if member == "RegisterStatusNotifierItem":
                _say(f"icon {sender}")
                bus.send(new_method_return(message))
            elif member == "Get":
                bus.send(new_method_return(message, "v", (PROPERTIES[message.body[1]],)))
            elif member == "GetAll":
                bus.send(new_method_return(message, "a{sv}", (PROPERTIES,)))
            elif member == "Notify":
                _say(f"notice {message.body[3]} | {message.body[4]}")
                bus.send(new_method_return(message, "u", (1,)))
            elif member == "GetCapabilities":
                bus.send(new_method_return(message, "as", (["body", "actions"],)))
            elif member == "GetServerInformation":
                bus.send(new_method_return(message, "ssss", ("host", "tests", "1", "1.2")))
            else:
                bus.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))


if __name__ == "__main__":
    main()
