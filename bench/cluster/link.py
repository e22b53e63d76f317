#!/usr/bin/python3
"""A cable between two network namespaces, with a rate and a delay of its own, where the kernel has no netem.

  link.py FIRST SECOND GBIT_PER_S DELAY_MS      (as root; runs until it is killed)

Both get a TUN device `cable`, 10.77.1.1 and 10.77.1.2. A packet leaves when those before it have, takes its bits
divided by the rate, and arrives DELAY_MS later. Packets have up to 60,000 bytes, so that a step's few hundred cost
little of the processors that train.
"""
import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
MTU = 60000


def device_in(namespace, address):
    """A file of the namespace's new device."""
    with open(f"/var/run/netns/{namespace}") as place:
        if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET) != 0:
            sys.exit(f"{namespace}: {os.strerror(ctypes.get_errno())}")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"cable", IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", f"{address}/24", "dev", "cable"], check=True)
    subprocess.run(["ip", "link", "set", "cable", "mtu", str(MTU), "up"], check=True)
    return device


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    bytes_per_second, delay = float(sys.argv[3]) * 1e9 / 8, float(sys.argv[4]) / 1000
    devices = [device_in(name, f"10.77.1.{k + 1}") for k, name in enumerate(sys.argv[1:3])]
    print("up", flush=True)
    free_at, on_the_way = [0.0, 0.0], [collections.deque(), collections.deque()]
    while True:
        first = min((queue[0][0] for queue in on_the_way if queue), default=None)
        wait = None if first is None else max(0.0, first - time.perf_counter())
        for device in select.select(devices, [], [], wait)[0]:
            side = devices.index(device)
            packet = os.read(device, MTU + 100)
            free_at[side] = max(free_at[side], time.perf_counter()) + len(packet) / bytes_per_second
            on_the_way[side].append((free_at[side] + delay, packet))
        now = time.perf_counter()
        for side, queue in enumerate(on_the_way):
            while queue and queue[0][0] <= now:
                os.write(devices[1 - side], queue.popleft()[1])


if __name__ == "__main__":
    main()
