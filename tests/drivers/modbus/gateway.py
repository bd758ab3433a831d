"""A Modbus TCP gateway with several units behind it: each answers after its own time, one request at a time or together.

Register n of unit u holds 1000 * u + n.
"""

import asyncio
import struct
from contextlib import asynccontextmanager


class Gateway:
    def __init__(self, delays, *, one_at_a_time=True):
        self.delays = delays
        """Unit to seconds; None is silence."""
        self.refuses = {}
        """(unit, function) to exception codes, one a request."""
        self.one_at_a_time = one_at_a_time
        self.connections = 0
        self.open = 0
        self.under_way = 0
        self.most_under_way = 0
        self.asked = []
        self.was_asked = asyncio.Event()
        self.numbers = []
        self.writes = []
        self.port = 0
        self._tasks = set()
        self._writers = set()

    async def serve(self, reader, writer):
        self.connections += 1
        self.open += 1
        self._writers.add(writer)
        answers = set()
        try:
            while True:
                number, _, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                pdu = await reader.readexactly(length - 1)
                answering = asyncio.ensure_future(self.answer(writer, number, unit, pdu))
                answers.add(answering)
                if self.one_at_a_time:
                    await answering
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for answering in answers:
                answering.cancel()
            await asyncio.gather(*answers, return_exceptions=True)
            self.open -= 1
            writer.close()

    async def answer(self, writer, number, unit, pdu):
        self.asked.append((unit, pdu[0]))
        self.was_asked.set()
        self.numbers.append(number)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            delay = self.delays[unit]
            if delay is None:
                return
            if delay:
                await asyncio.sleep(delay)
            body = self.body(unit, pdu)
            writer.write(struct.pack(">HHHB", number, 0, len(body) + 1, unit) + body)
        finally:
            self.under_way -= 1

    def body(self, unit, pdu):
        codes = self.refuses.get((unit, pdu[0]))
        if codes:
            return bytes([pdu[0] | 0x80, codes.pop(0)])
        function, start, count = struct.unpack(">BHH", pdu[:5])
        if function > 4:
            self.writes.append(pdu)
            return pdu[:5]
        return struct.pack(f">BB{count}H", function, 2 * count, *(1000 * unit + start + i for i in range(count)))

    async def until_closed(self):
        """Wait until the other side has hung up every connection."""
        await asyncio.gather(*self._tasks)

    async def hang_up(self):
        for writer in self._writers:
            writer.transport.abort()
        await self.until_closed()

    async def accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        await self.serve(reader, writer)


@asynccontextmanager
async def gateway(delays, **more):
    served = Gateway(delays, **more)
    server = await asyncio.start_server(served.accept, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await served.hang_up()
