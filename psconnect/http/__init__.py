"""The one place that makes outgoing HTTP calls: trust, proxies, time and size limits, failures in words."""

from psconnect.http.client import Answer, HttpClient
from psconnect.http.failures import Limits

__all__ = ["Answer", "HttpClient", "Limits"]
