"""Every sentence that is said to a person: the same words in the window, on the command line and in reports.

Errors, holds and findings are stored as a code with named values; this package words them where they are shown.
"""
