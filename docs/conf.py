"""How Sphinx makes the site of these pages: ``dev.py docs``."""

project = "psconnect"
html_title = "psconnect"
extensions = ["myst_parser"]
myst_heading_anchors = 3
html_theme = "furo"
html_logo = "../resources/brand/psconnect.svg"
html_favicon = html_logo
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
pygments_style = "default"
