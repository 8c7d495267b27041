"""Sources: each turns an outside system into shaped records of entities. One module or folder a kind."""
