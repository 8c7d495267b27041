"""How files travel to where the other system finds them."""
