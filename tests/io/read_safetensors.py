#!/usr/bin/env python3
"""read_safetensors.py FILE: a safetensors file with nothing but Python's json and struct, written from the format's
description alone. Prints one JSON object: metadata, and of each float tensor its shape, its first and last value and the
sum of all."""
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    (header_bytes,) = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(header_bytes))
    data = file.read()

tensors = {}
for name, entry in header.items():
    if name == "__metadata__":
        continue
    begin, end = entry["data_offsets"]
    count = 1
    for extent in entry["shape"]:
        count *= extent
    if entry["dtype"] != "F32" or end - begin != 4 * count:
        sys.exit("%s: expected %d floats, found %s of %d bytes" % (name, count, entry["dtype"], end - begin))
    values = struct.unpack_from("<%df" % count, data, begin)
    tensors[name] = {"shape": entry["shape"], "first": values[0], "last": values[-1], "sum": sum(values)}
print(json.dumps({"metadata": header["__metadata__"], "tensors": tensors}))
