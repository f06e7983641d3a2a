"""What is spoken of tus, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload)."""

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,creation-defer-length,termination,checksum,expiration"
ALGORITHMS = ("sha1", "sha256")
