"""How files get to where the other system looks for them."""
