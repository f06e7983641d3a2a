"""The service over HTTP: `routes/` are calls, `requests/` reads what comes in, `server/` is around every request."""
