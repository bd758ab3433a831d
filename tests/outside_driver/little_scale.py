"""A real little counting scale on a socket: lines of text, a pan that parts are put on."""

from __future__ import annotations

import asyncio
import json
import sys

WORDS = {"weight": "12.50", "pieces": "0", "target": "100"}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one station until it hangs up."""
    while line := await reader.readline():
        writer.write(answer(line.decode("ascii").split()).encode("ascii") + b"\n")
        await writer.drain()
    writer.close()


def answer(words: list[str]) -> str:
    """`ASK word`, `SET word value`; everything else is refused."""
    match words:
        case ["ASK", word] if word in WORDS:
            return f"{word} {WORDS[word]}"
        case ["ASK", word]:
            return f"NO {word}"
        case ["SET", "target", value] if 0 < int(value) <= 1000:
            WORDS["target"] = value
            return "OK"
        case _:
            return "NO such thing"


async def main() -> None:
    """Say where it listens; put a piece on the pan for each line of standard input, end with it."""
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        WORDS["pieces"] = str(int(WORDS["pieces"]) + 1)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
