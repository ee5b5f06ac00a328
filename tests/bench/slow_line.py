"""A slow line between two network namespaces: real TCP of the kernel on both ends, its packets carried over two TUN devices
and here delayed, paced and dropped. Not every kernel can do that by itself.

    slow_line.py NEAR FAR KBIT RTT_MS LOSS_PERCENT SEED

Makes both namespaces, 10.77.0.1 in NEAR and 10.77.0.2 in FAR, and says "ready". Then a line of input for each answer: "count"
tells the bytes since the last count as JSON; "cut N" lets the line go dead once N bytes came through upwards, and then says
"cut"; "mend" ends that. With the line goes the power at NEAR: of a connection from before the cut nothing travels any more, as
the kernel would see to after whoever opened it is gone. The end of the input ends it and takes the namespaces away. Needs root.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
# As many packets as a cheap router holds.
QUEUE = 64

near, far = sys.argv[1:3]
kbit, rtt_ms, loss, seed = (float(word) for word in sys.argv[3:7])
libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def enter(namespace):
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def tun(namespace, address):
    ip("netns", "add", namespace)
    here, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    enter(there)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"line", IFF_TUN_NO_PI))
    enter(here)
    os.close(here)
    os.close(there)
    ip("-n", namespace, "link", "set", "lo", "up")
    ip("-n", namespace, "addr", "add", address + "/24", "dev", "line")
    ip("-n", namespace, "link", "set", "line", "mtu", "1500", "up")
    return device


class Way:
    """One direction."""

    def __init__(self, out):
        self.out, self.free, self.waiting, self.offered, self.through = out, 0.0, 0, 0, 0


def port_at_near(packet, is_up):
    """None of what is no TCP."""
    if packet[9] != socket.IPPROTO_TCP:
        return None
    ports = struct.unpack_from("!HH", packet, (packet[0] & 15) * 4)
    return ports[0 if is_up else 1]


def carry(up, down, ways):
    chance, events, count, cut, dead = random.Random(seed), [], 0, None, False
    ports, gone = set(), set()
    said = b""
    while True:
        now = time.monotonic()
        while events and events[0][0] <= now:
            _, _, way, packet = heapq.heappop(events)
            if packet is None:
                way.waiting -= 1
            elif not dead:
                try:
                    os.write(way.out, packet)
                    way.through += len(packet)
                except OSError:
                    pass  # The other end has no room: one more packet lost.
                if cut is not None and ways[up].through >= cut:
                    dead, cut = True, None
                    gone |= ports
                    print("cut", flush=True)
        wait = max(0.0, events[0][0] - time.monotonic()) if events else None
        ready, _, _ = select.select([0, up, down], [], [], wait)
        if 0 in ready:
            read = os.read(0, 4096)
            if not read:
                return
            said += read
            while b"\n" in said:
                line, said = said.split(b"\n", 1)
                word, *rest = line.decode().split()
                if word == "cut":
                    cut = ways[up].through + int(rest[0])
                elif word == "mend":
                    dead = False
                else:
                    told = {"up": ways[up].offered, "up_through": ways[up].through, "down": ways[down].offered}
                    for way in ways.values():
                        way.offered = way.through = 0
                    print(json.dumps(told), flush=True)
        for device in (up, down):
            if device not in ready:
                continue
            packet, way = os.read(device, 2048), ways[device]
            if packet[0] >> 4 != 4:
                continue  # The kernel's own IPv6 greetings.
            port = port_at_near(packet, device == up)
            if port in gone:
                continue
            if port is not None:
                ports.add(port)
            way.offered += len(packet)
            if dead or way.waiting >= QUEUE:
                continue
            now = time.monotonic()
            way.free = max(now, way.free) + len(packet) * 8 / (kbit * 1000)
            way.waiting += 1
            count += 2
            heapq.heappush(events, (way.free, count, way, None))
            if chance.random() * 100 >= loss:
                heapq.heappush(events, (way.free + rtt_ms / 2000, count + 1, way, packet))


def main():
    try:
        up, down = tun(near, "10.77.0.1"), tun(far, "10.77.0.2")
        print("ready", flush=True)
        carry(up, down, {up: Way(down), down: Way(up)})
    finally:
        for namespace in (near, far):
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)


main()
