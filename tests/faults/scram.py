"""The server's side of SCRAM-SHA-256-PLUS (RFC 5802, 7677) in PostgreSQL's messages, bound to a certificate (RFC 5929)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import struct

SALT, ROUNDS, NONCE = b"sixteen bytes at", 4096, "of-the-server"
MECHANISMS = b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
REFUSED = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for this user\0\0"
OK, SASL, CONTINUE, FINAL = 0, 10, 11, 12


async def admits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, password: str, certificate: bytes) -> bool:
    """Whether the client knows the password and sees the very certificate (DER) that we show; it is told if not."""
    writer.write(message(b"R", struct.pack("!i", SASL) + MECHANISMS))
    mechanism, _, first = (await _said(reader)).partition(b"\0")
    header, _, bare = first[4:].decode().rpartition(",,")
    nonce = dict(_pairs(bare))["r"] + NONCE
    challenge = f"r={nonce},s={base64.b64encode(SALT).decode()},i={ROUNDS}"
    writer.write(message(b"R", struct.pack("!i", CONTINUE) + challenge.encode()))
    final = (await _said(reader)).decode()
    without_proof, _, proof = final.rpartition(",p=")
    bound = base64.b64encode(f"{header},,".encode() + hashlib.sha256(certificate).digest()).decode()
    spoken = f"{bare},{challenge},{without_proof}".encode()
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, ROUNDS)
    is_right = base64.b64decode(proof) == _proof(salted, spoken) and dict(_pairs(without_proof))["c"] == bound
    if mechanism != b"SCRAM-SHA-256-PLUS" or not is_right:
        writer.write(message(b"E", REFUSED))
        return False
    signature = base64.b64encode(_mac(_mac(salted, b"Server Key"), spoken)).decode()
    writer.write(message(b"R", struct.pack("!i", FINAL) + f"v={signature}".encode()))
    return True


def message(kind: bytes, body: bytes) -> bytes:
    """One message of the wire."""
    return kind + struct.pack("!i", len(body) + 4) + body


async def _said(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(part[0], part[2:]) for part in text.split(",")]


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _proof(salted: bytes, spoken: bytes) -> bytes:
    client = _mac(salted, b"Client Key")
    signature = _mac(hashlib.sha256(client).digest(), spoken)
    return bytes(left ^ right for left, right in zip(client, signature, strict=True))
