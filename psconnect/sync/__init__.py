"""A run: read -> shape -> plan -> guard -> apply; stored at every step, cancelled at any, resumed after a kill."""
