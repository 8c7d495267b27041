"""What dev.py does: the environment, the checks and the locks of a checkout. Standard library only; never shipped."""
