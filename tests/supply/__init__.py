"""What the service is installed from: the lock files, the notices, and the bill of materials that is made of both."""
