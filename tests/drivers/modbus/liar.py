"""A Modbus TCP server that lies on demand. Every register holds its own address, so a value under a wrong tag shows."""

import asyncio
import struct
from contextlib import asynccontextmanager

WRONG = ("late", "tid", "unit", "pid", "fc", "short", "hugelen", "garbage", "silent", "hangup")
RIGHT = ("ok", "split", "dup", "exc")


class Liar:
    def __init__(self, mode="ok", delay=0.0):
        self.mode = mode
        self.delay = delay
        self.writes = []
        self.connections = 0
        self.registers = {}
        self.refuses = {}
        self.port = 0
        self.asked = asyncio.Event()
        self.served = {}

    async def serve(self, reader, writer):
        self.connections += 1
        self.served[asyncio.current_task()] = writer
        try:
            while True:
                head = await reader.readexactly(7)
                tid, _pid, length, unit = struct.unpack(">HHHB", head)
                pdu = await reader.readexactly(length - 1)
                self.asked.set()
                await self.answer(writer, tid, unit, pdu)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, writer, tid, unit, pdu):
        body = self.body(pdu)
        frame = struct.pack(">HHHB", tid, 0, len(body) + 1, unit) + body
        match self.mode:
            case "silent":
                return
            case "hangup":
                writer.close()
                return
            case "late":
                await asyncio.sleep(self.delay)
            case "tid":
                frame = struct.pack(">H", (tid + 7) * (len(self.writes) % 2 == 0)) + frame[2:]
            case "unit":
                frame = frame[:6] + bytes([unit + 1]) + frame[7:]
            case "pid":
                frame = frame[:2] + b"\x00\x01" + frame[4:]
            case "fc":
                frame = frame[:7] + bytes([frame[7] ^ 7]) + frame[8:]
            case "short":
                body = bytes([body[0], max(body[1] - 2, 0)]) + body[2:-2]
                frame = struct.pack(">HHHB", tid, 0, len(body) + 1, unit) + body
            case "exc":
                frame = struct.pack(">HHHBBB", tid, 0, 3, unit, pdu[0] | 0x80, 2)
            case "hugelen":
                frame = frame[:4] + b"\xff\xff" + frame[6:]
            case "garbage":
                frame = b"GET / HTTP/1.1\r\n\r\n"
            case "dup":
                frame += frame
        pieces = [frame[i : i + 1] for i in range(len(frame))] if self.mode == "split" else [frame]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    async def hang_up(self):
        for writer in self.served.values():
            writer.close()
        await asyncio.gather(*self.served)

    def body(self, pdu):
        function, start, count = struct.unpack(">BHH", pdu[:5])
        if start in self.refuses:
            return bytes([function | 0x80, self.refuses[start]])
        if function in (5, 6, 16):
            self.writes.append(pdu)
            return pdu[:5]
        words = [self.registers.get(start + i, start + i) for i in range(count)]
        if function in (1, 2):
            bits = sum((word & 1) << i for i, word in enumerate(words))
            return bytes([function, (count + 7) // 8]) + bits.to_bytes((count + 7) // 8, "little")
        return struct.pack(f">BB{count}H", function, 2 * count, *words)


@asynccontextmanager
async def liar(mode="ok", delay=0.0):
    server_side = Liar(mode, delay)
    server = await asyncio.start_server(server_side.serve, "127.0.0.1", 0)
    server_side.port = server.sockets[0].getsockname()[1]
    try:
        yield server_side
    finally:
        server.close()
        await server_side.hang_up()
