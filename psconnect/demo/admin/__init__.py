"""The pages for an administrator of the demo PowerSchool: plugins, people, and tools for practicing."""

from __future__ import annotations

from psconnect.demo.admin.site import AdminSite

__all__ = ["AdminSite"]
