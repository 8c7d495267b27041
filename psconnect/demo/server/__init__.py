"""The demo server: HTTP, OAuth, tables, queries, plugins and faults, as powerschool-api.md describes them."""
