"""Backups that only their owner can read: AES-256-GCM in chunks, so that no file is ever held in memory.

A sealed file is `MAGIC`, 16 random bytes of salt, then chunks of `CHUNK` bytes, each with its 16 bytes of tag behind it. The
key comes from the secret and the salt by scrypt, so each file has a key of its own and chunks are simply numbered in their
nonces; whether a chunk is the last one is authenticated with it, so that a file cut short is found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from station_db.errors import BrokenBackupError

MAGIC = b"LNSIBK1\n"
SALT = 16
TAG = 16
CHUNK = 1 << 20
LAST, MORE = b"last", b"more"


def is_sealed(path: Path) -> bool:
    """Whether a file was written by `seal`."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal(source: Path, target: Path, secret: str) -> None:
    """Write `source` sealed. Raises `OSError`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt = os.urandom(SALT)
    cipher = AESGCM(_key(secret, salt))
    with source.open("rb") as plain, target.open("wb") as sealed:
        sealed.write(MAGIC + salt)
        for number, chunk, mark in _chunks(plain, CHUNK):
            sealed.write(cipher.encrypt(_nonce(number), chunk, mark))


def unseal(source: Path, target: Path, secret: str) -> None:
    """Write what was sealed in the clear. Raises `BrokenBackupError` for another key or a changed file, `OSError`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with source.open("rb") as sealed, target.open("wb") as plain:
        cipher = AESGCM(_key(secret, sealed.read(len(MAGIC) + SALT)[len(MAGIC) :]))
        try:
            for number, chunk, mark in _chunks(sealed, CHUNK + TAG):
                plain.write(cipher.decrypt(_nonce(number), chunk, mark))
        except InvalidTag as error:
            raise BrokenBackupError(f"{source.name} was changed, or sealed with another key") from error


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Numbered pieces, each with whether it is the last; an empty file is one empty piece."""
    number, chunk = 0, file.read(size)
    while following := file.read(size):
        yield number, chunk, MORE
        number, chunk = number + 1, following
    yield number, chunk, LAST


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _key(secret: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(secret.encode())
