"""What the service is about: recordings, users, tracks, and the ports to the outside world."""
