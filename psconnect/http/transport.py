"""Connects httpx, which makes requests, with our own connections."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import cast

import httpcore
import httpx

from psconnect.http.network import Network
from psconnect.http.proxies import Proxy

_KEPT = 5.0  # seconds for which an idle connection is reused; later, servers and proxies have closed it silently


class Transport(httpx.BaseTransport):
    """One kept-alive connection to one server, through a proxy if there is one. Raises httpcore's errors."""

    def __init__(self, network: Network, trust: ssl.SSLContext, proxy: Proxy | None) -> None:
        self._pool = _pool(network, trust, proxy)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request and reads the head of the answer."""
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=cast("httpx.SyncByteStream", request.stream),
                extensions=request.extensions,
            )
        )
        headers = [(name, value) for name, value in answer.headers if name.lower() != b"location"]
        elsewhere = [value.decode("latin-1") for name, value in answer.headers if name.lower() == b"location"]
        # httpx builds the request of a redirect even if it is not followed, and fails on an invalid target.
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer), extensions={"location": elsewhere})

    def close(self) -> None:
        """Closes the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _pool(network: Network, trust: ssl.SSLContext, proxy: Proxy | None) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(trust, max_connections=1, keepalive_expiry=_KEPT, network_backend=network)
    url = httpcore.URL(scheme=proxy.scheme, host=proxy.host.encode(), port=proxy.port, target=b"/")
    if proxy.scheme == "socks5":
        return httpcore.SOCKSProxy(
            url, proxy.auth, trust, max_connections=1, keepalive_expiry=_KEPT, network_backend=network
        )
    return httpcore.HTTPProxy(
        url,
        proxy.auth,
        ssl_context=trust,
        proxy_ssl_context=trust if proxy.scheme == "https" else None,
        max_connections=1,
        keepalive_expiry=_KEPT,
        network_backend=network,
    )
