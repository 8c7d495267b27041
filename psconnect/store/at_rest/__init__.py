"""How safely a folder lies here: who else may read it, what carries it away, whether its disk is encrypted."""
