"""OneRoster's CSV files, for every kind of destination that writes them."""
