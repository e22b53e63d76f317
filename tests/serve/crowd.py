#!/usr/bin/env python3
"""crowd.py PORT FILE: what a crowd of idle, half-sent and slow connections takes from one client of fer-serve.

Prints how long requests with the picture in FILE take, one after another, alone and beside the crowd, and the server's
memory."""
import re
import socket
import sys
import threading
import time
import urllib.request

IDLE, HALF, SLOW, REQUESTS = 1000, 300, 100, 500
HALF_SENT = b"POST /v1/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 16000000\r\n\r\nP5"


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    return connection


def ask(connection, request):
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    assert head.startswith(b"HTTP/1.1 200"), head


def times(port, picture):
    head = f"POST /v1/predict?mode=whole HTTP/1.1\r\nHost: a\r\nContent-Length: {len(picture)}\r\n\r\n"
    connection, seconds = connect(port), []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        ask(connection, head.encode() + picture)
        seconds.append(1000 * (time.perf_counter() - begin))
    seconds.sort()
    metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    memory = float(re.search(r"process_resident_memory_bytes (\d+)", metrics)[1]) / 1e6
    return (f"median {seconds[REQUESTS // 2]:.2f} ms, 90 % within {seconds[REQUESTS * 9 // 10]:.2f} ms, "
            f"99 % within {seconds[REQUESTS * 99 // 100]:.2f} ms, memory {memory:.0f} MB")


def drip(connections, done):
    for connection in connections:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
    while not done.wait(0.1):
        for connection in connections:
            try:
                connection.sendall(b"a")
            except OSError:
                pass  # refused with 408 by now


def main():
    port, picture = int(sys.argv[1]), open(sys.argv[2], "rb").read()
    print("alone:            ", times(port, picture))
    crowd = [connect(port) for _ in range(IDLE + HALF)]
    for connection in crowd[IDLE:]:
        connection.sendall(HALF_SENT)
    done = threading.Event()
    slow = threading.Thread(target=drip, args=([connect(port) for _ in range(SLOW)], done))
    slow.start()
    print("beside the crowd: ", times(port, picture))
    done.set()
    slow.join()
    print(f"({IDLE} idle connections, {HALF} half-sent requests, {SLOW} slow senders)")


main()
