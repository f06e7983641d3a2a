"""What joins several services and ports: authenticating, adding a track, opening a record."""
