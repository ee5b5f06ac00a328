"""What schemathesis is to know of the desks' requests: their CBOR, and their pages, are sent as the bytes that the document says they are."""

import schemathesis

schemathesis.serializer.alias(["application/cbor", "application/zstd"], "application/octet-stream")
