"""What implements the ports: one folder for each technology, none of which knows another."""
