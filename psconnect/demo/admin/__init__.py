"""The pages an administrator of the demo PowerSchool sees: plugins, people, and what practice needs beside them."""

from __future__ import annotations

from psconnect.demo.admin.site import AdminSite

__all__ = ["AdminSite"]
