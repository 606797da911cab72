"""The evidence store (证据库): texts, pictures and videos of supervision, by digest.

sealing     how a chunk rests: AES-256-GCM, bound to digest, size and number
staging     a file that chunks are added to, whatever happens in between
shelf       what every place for objects does: `directory`, `object_storage` (S3)
catalogue   which objects there are, whose they are, what is under way; `labels` to which files they belong
coming      one upload under way; `uploads` all of them, from the first byte to the digest's check
objects     whole objects: read, verified, erased by law
keep        the store, as the commands ask for it
opening     the store of an installation, as its registry.toml says
copying     a copy for the backup, taken while the store is in use
checking    reads everything and compares it with digests and with what the log names

Example: 消防 uploads a video of 200 MB to its inspection JC-7. Its 3,200 chunks come in 200 parts, each
durable before it is answered; after the last one the digest is right, and the video has place and label.
"""
