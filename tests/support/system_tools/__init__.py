"""Tools of other systems as far as their documentation goes, for tests on any computer."""
