#!/usr/bin/env python3
"""crowd.py PORT SECONDS: 1,000 idle connections, 300 half-sent requests and 100 slow senders of fer-serve, for some time."""
import socket
import sys
import time

IDLE, HALF, SLOW = 1000, 300, 100
HALF_SENT = b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 16000000\r\n\r\nP5"


def main():
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(IDLE + HALF + SLOW)]
    for connection in crowd[IDLE:IDLE + HALF]:
        connection.sendall(HALF_SENT)
    slow = crowd[IDLE + HALF:]
    for connection in slow:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.1)
        for connection in slow:
            try:
                connection.sendall(b"a")
            except OSError:
                pass  # refused with 408 by now


main()
