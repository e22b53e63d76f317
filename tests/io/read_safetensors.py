#!/usr/bin/env python3
"""read_safetensors.py FILE: a safetensors file with nothing but Python's json and struct, written from the format's
description alone. Prints one JSON object: metadata, the checksum that the content has, and of each float tensor its shape,
its first and last value and the sum of all."""
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    (header_bytes,) = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(header_bytes))
    data = file.read()

CRC_TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0xC96C5795D7870F42 if byte & 1 else 0)
    CRC_TABLE.append(byte)


def checksum():
    """Of docs/model-format.md: CRC-64/XZ of every piece with its length in front."""
    pieces = []
    for key, value in sorted(header["__metadata__"].items(), key=lambda item: item[0].encode()):
        if key != "checksum":
            pieces += [key.encode(), value.encode()]
    for name in sorted((name for name in header if name != "__metadata__"), key=str.encode):
        entry = header[name]
        shape = struct.pack("<%dq" % len(entry["shape"]), *entry["shape"])
        begin, end = entry["data_offsets"]
        pieces += [name.encode(), entry["dtype"].encode(), shape, data[begin:end]]
    crc = 0xFFFFFFFFFFFFFFFF
    for piece in pieces:
        for byte in struct.pack("<Q", len(piece)) + piece:
            crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return "crc64-xz:%016x" % (crc ^ 0xFFFFFFFFFFFFFFFF)


tensors = {}
for name, entry in header.items():
    if name == "__metadata__":
        continue
    begin, end = entry["data_offsets"]
    count = 1
    for extent in entry["shape"]:
        count *= extent
    if entry["dtype"] == "BF16" and end - begin == 2 * count:
        # The upper half of a float: two bytes of zero come before each, little-endian.
        halves = struct.unpack_from("<%dH" % count, data, begin)
        values = struct.unpack("<%df" % count, struct.pack("<%dI" % count, *(half << 16 for half in halves)))
    elif entry["dtype"] == "F32" and end - begin == 4 * count:
        values = struct.unpack_from("<%df" % count, data, begin)
    else:
        sys.exit("%s: expected %d floats, found %s of %d bytes" % (name, count, entry["dtype"], end - begin))
    tensors[name] = {"shape": entry["shape"], "first": values[0], "last": values[-1], "sum": sum(values)}
print(json.dumps({"metadata": header["__metadata__"], "checksum": checksum(), "tensors": tensors}))
