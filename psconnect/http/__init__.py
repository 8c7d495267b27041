"""The one place that makes outgoing HTTP calls: trust, proxies, time and size limits, failures in words."""

from psconnect.http.client import Answer, HttpClient
from psconnect.http.failures import Limits
from psconnect.http.look_up import look_up
from psconnect.http.sockets import OpenSockets
from psconnect.http.trust import certificate_reason, trust

__all__ = ["Answer", "HttpClient", "Limits", "OpenSockets", "certificate_reason", "look_up", "trust"]
