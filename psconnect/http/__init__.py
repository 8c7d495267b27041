"""Outgoing HTTP calls, and the one place that makes them: trust, proxies, time and size limits, failures in words."""

from psconnect.http.client import Answer, HttpClient
from psconnect.http.failures import Limits

__all__ = ["Answer", "HttpClient", "Limits"]
