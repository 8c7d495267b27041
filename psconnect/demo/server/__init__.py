"""The demo server: HTTP, OAuth, tables, queries, plugins and faults, as docs/powerschool.md describes them."""
