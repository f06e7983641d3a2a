"""What schemathesis has to be told of bodies: it loads this by `SCHEMATHESIS_HOOKS`."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
