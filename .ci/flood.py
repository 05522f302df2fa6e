#!/usr/bin/env python3
"""Opens 20,000 connections to the stand-in, or as many as this system allows one process to have.

As many as there are places are served, the others are told at once that there is none, those who have a place notice
nothing, and all is well again once they have gone. Usage: .ci/flood.py [PROGRAM]
"""

import json
import os
import resource
import selectors
import socket
import subprocess
import sys
import tempfile
import time

WANTED = 20_000
# What this process needs besides its connections.
RESERVE = 200
# How long everything together may take, in seconds; a machine with other work to do is slow.
PATIENCE = 120

REQUEST = b"GET /v3.6/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n"


def limit() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED + RESERVE
    best = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < best:
        resource.setrlimit(resource.RLIMIT_NOFILE, (best, hard))
    return min(WANTED, best - RESERVE)


def status(connection: socket.socket) -> int:
    """What a connection is answered; 0 if it is closed without a word."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            more = connection.recv(4096)
        except ConnectionError:
            return 0
        if not more:
            return 0
        data += more
    return int(data[9:12])


def asked(address: tuple[str, int]) -> tuple[socket.socket, int, float]:
    begun = time.monotonic()
    connection = socket.create_connection(address, timeout=PATIENCE)
    try:
        connection.sendall(REQUEST)
    except ConnectionError:
        pass
    return connection, status(connection), time.monotonic() - begun


def flood(address: tuple[str, int], count: int) -> dict[int, list[socket.socket]]:
    """Opens so many connections, each with one request, and sorts them by what they are answered."""
    deadline = time.monotonic() + PATIENCE
    answered: dict[int, list[socket.socket]] = {}
    selector = selectors.DefaultSelector()
    opened = waiting = 0
    while opened < count or waiting:
        # So many at a time as the system keeps waiting to be accepted.
        while opened < count and waiting < 100:
            connection = socket.socket()
            connection.settimeout(PATIENCE)
            connection.connect(address)
            try:
                connection.sendall(REQUEST)
            except ConnectionError:
                pass
            selector.register(connection, selectors.EVENT_READ)
            opened, waiting = opened + 1, waiting + 1
        assert time.monotonic() < deadline, f"only {opened - waiting} of {count} are answered"
        for key, _ in selector.select(timeout=1):
            connection = key.fileobj
            selector.unregister(connection)
            answered.setdefault(status(connection), []).append(connection)
            waiting -= 1
    return answered


def memory(process: subprocess.Popen) -> int:
    """What the program has in memory, in MiB; 0 where the system does not tell."""
    try:
        lines = open(f"/proc/{process.pid}/status").read().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def main(program: str) -> None:
    count = limit()
    with tempfile.TemporaryDirectory() as folder:
        ports = os.path.join(folder, "ports.json")
        command = [program, "serve", "--port", "0", "--ports-file", ports]
        served = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(ports):
                assert served.poll() is None, "the stand-in has ended"
                time.sleep(0.02)
            host, port = json.load(open(ports))["vendor"].removeprefix("http://").split(":")
            address = (host, int(port))
            begun = time.monotonic()
            answered = flood(address, count)
            took = time.monotonic() - begun
            inside, told, dropped = (len(answered.get(status, [])) for status in (404, 503, 0))
            assert inside + told + dropped == count, {status: len(them) for status, them in answered.items()}
            print(f"{count} connections in {took:.1f} s: {inside} served, {told} refused, {dropped} closed; {memory(served)} MiB")
            assert inside > 0
            # The last ones: on a slow machine the first may have been idle for longer than is allowed.
            for connection in answered[404][-200:]:
                connection.sendall(REQUEST)
                assert status(connection) == 404, "somebody with a place is not served"
            if told + dropped:
                others = [asked(address) for _ in range(20)]
                slowest = max(took for _, _, took in others)
                assert {status for _, status, _ in others} <= {503, 0}, "there is a place after all"
                print(f"refused within {slowest * 1000:.0f} ms")
                assert slowest < 5, "whoever has no place waits for the answer"
            for them in answered.values():
                for connection in them:
                    connection.close()
            deadline = time.monotonic() + PATIENCE
            while asked(address)[1] != 404:
                assert time.monotonic() < deadline, "places that are free are not given away"
                time.sleep(0.05)
            served.terminate()
            assert served.wait(timeout=PATIENCE) == 0
        finally:
            served.kill()
            served.wait()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "target/debug/rehearsal")
