"""Evidence and other files: kept once under their SHA-256, checked by their bytes, never altered.

`store` keeps an upload, `verify` re-hashes it, `serve` and `serve_thumbnail` answer a request, `photo_claims` reads
what a camera says, `sweep_orphans` deletes what no foreign key refers to.
"""

from core.files.kinds import Kind, clean_name, megabytes
from core.files.photos import PhotoClaims, photo_claims, thumbnail
from core.files.serving import serve, serve_thumbnail
from core.files.store import hash_of, store, verify
from core.files.sweeping import sweep_orphans

__all__ = [
    "Kind",
    "PhotoClaims",
    "clean_name",
    "hash_of",
    "megabytes",
    "photo_claims",
    "serve",
    "serve_thumbnail",
    "store",
    "sweep_orphans",
    "thumbnail",
    "verify",
]
