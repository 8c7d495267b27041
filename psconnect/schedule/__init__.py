"""When connections run by themselves, and how the operating system starts them."""
