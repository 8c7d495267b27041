"""One set of tokens, and palette, style sheet and icons made from it."""
