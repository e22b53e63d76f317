#!/usr/bin/env python3
"""The floors of libfer (docs/design.md): includes and calls point down, no folders form a circle, and one folder implements a public header.

floors.py LIBFER OBJECTS...   LIBFER is the folder of the sources; OBJECTS are their object files, or folders of such, where CMake puts them. Those of a
                              unity build do as well: CMake writes beside each which sources, all of one folder, it is made of.

Prints what is wrong, one fault per line, and ends with status 1. Includes are read from the sources, calls from the symbols of the object files
(nm): a symbol that one folder leaves undefined and another defines is a call. Inline functions lie in whatever object uses them; their
headers are held by the includes. Which header declares a symbol, clang says.
"""
import collections
import functools
import json
import os
import re
import subprocess
import sys
import tempfile

# What each room may use besides itself, the public headers of the rooms it may use, and headers of types alone.
ROOMS = {
    "core": [],
    "image": ["core"],
    "network": ["core"],
    "kernels": ["core"],
    "engine": ["kernels", "network", "core"],
    "io": ["network", "core"],
    "data": ["image", "network", "core"],
    "report": ["network", "core"],
    "evaluate": ["data", "engine", "kernels", "image", "network", "core"],
    "explain": ["evaluate", "data", "engine", "kernels", "image", "network", "core"],
    "predict": ["evaluate", "data", "engine", "kernels", "image", "io", "network", "core"],
    "distributed": ["kernels", "core"],
    "train": ["distributed", "evaluate", "engine", "kernels", "io", "data", "report", "image", "network", "core"],
    "cascade": ["image", "kernels", "core"],
    "onnx": ["io", "network", "core"],
    "keras": ["io", "network", "core"],
    "vision": ["cascade", "image", "core"],
    "mpi": ["distributed"],
}


def files(libfer):
    """Every source and header of the rooms, as paths below `libfer`."""
    for room in sorted(ROOMS):
        for folder, _, files in os.walk(os.path.join(libfer, room)):
            for name in sorted(files):
                if name.endswith((".cc", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), libfer)


def includes(libfer, compiled):
    """(file, what it includes) for each quoted include of the headers and of the sources that were compiled."""
    for path in files(libfer):
        if path.endswith(".cc") and path not in compiled:
            continue
        with open(os.path.join(libfer, path), encoding="utf-8") as file:
            for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', file.read(), re.M):
                yield path, included


def object_files(places):
    for place in places:
        if os.path.isfile(place):
            yield place
        for folder, _, files in os.walk(place):
            yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".o"))


def below_libfer(path):
    return path.rsplit("/libfer/", 1)[-1]


def sources_of(path):
    """The sources of an object file, below libfer: BUILD/libfer/onnx/CMakeFiles/fer_onnx.dir/file/wire.cc.o -> onnx/file/wire.cc."""
    if "/Unity/" in path:
        with open(path.removesuffix(".o"), encoding="utf-8") as unity:
            return [below_libfer(included) for included in re.findall(r'^#include "([^"]+)"', unity.read(), re.M)]
    before, after = os.path.normpath(path).rsplit("/CMakeFiles/", 1)
    room = before.rsplit("/libfer", 1)[-1].strip("/")
    return [os.path.join(room, after.split(".dir/", 1)[1].removesuffix(".o"))]


@functools.cache
def source_of(path):
    """The source of an object file; of a unity build's with several, all those of their folder: onnx/file/*."""
    sources = sources_of(path)
    return sources[0] if len(sources) == 1 else os.path.dirname(sources[0]) + "/*"


def symbols(objects):
    """Of object files: {symbol: source that defines it}, and (source, symbol that it leaves undefined) pairs."""
    listing = subprocess.run(["nm", "-P", "-A", *objects], check=True, capture_output=True, text=True).stdout
    defined, undefined = {}, []
    for line in listing.splitlines():
        path, rest = line.split(": ", 1)
        name, kind = rest.split()[:2]
        if kind in "TDBRG":
            defined[name] = source_of(path)
        elif kind in "Uw":
            undefined.append((source_of(path), name))
    return defined, undefined


def demangled(names):
    """{symbol: it as C++ writes it, without its parameters}."""
    run = subprocess.run(["c++filt", "-p"], input="\n".join(names), check=True, capture_output=True, text=True)
    return dict(zip(names, run.stdout.splitlines()))


def declarations(libfer):
    """{symbol: public header that declares it}, by clang."""
    include = os.path.join(libfer, "include")
    headers = sorted(os.listdir(os.path.join(include, "fer")))
    with tempfile.NamedTemporaryFile("w", suffix=".cc") as source:
        source.writelines(f'#include "fer/{header}"\n' for header in headers)
        source.flush()
        dump = subprocess.run(["clang++-14", "-std=c++20", "-fsyntax-only", "-I", include, "-Xclang", "-ast-dump=json",
                               "-Xclang", "-ast-dump-filter=fer::", source.name], check=True, capture_output=True, text=True).stdout
    found, file = {}, ""

    def walk(node):
        nonlocal file  # a place names its file where that is another than before
        for place in (node.get("loc", {}), node.get("range", {}).get("begin", {}), node.get("range", {}).get("end", {})):
            place = place.get("expansionLoc", place)
            file = place.get("file", file)
            if place is node.get("loc") and "mangledName" in node:
                found.setdefault(node["mangledName"], os.path.relpath(file, include))
        for inner in node.get("inner", []):
            walk(inner)

    decoder, at = json.JSONDecoder(), 0
    while at < len(dump):
        node, at = decoder.raw_decode(dump, at)
        at = re.compile(r"\s*").match(dump, at).end()
        walk(node)
    with open(os.path.join(include, "fer.h"), encoding="utf-8") as header:
        found.update((name, "fer.h") for name in re.findall(r"\b(fer_\w+)\(", header.read()))
    return found


def folder_of(path):
    """The folder that counts: a room, or a sub-folder with what is below it."""
    return "/".join(os.path.dirname(path).split("/")[:2])


def owners(declared, defined):
    """{public header: {folder: a symbol of the header that it defines}}."""
    found = collections.defaultdict(dict)
    for symbol, header in sorted(declared.items()):
        if symbol in defined:
            found[header].setdefault(folder_of(defined[symbol]), symbol)
    return found


def room(path):
    return path.split("/")[0]


def circles(edges):
    """The sets of folders that use one another in a circle. edges: {(folder, folder): reason}."""
    below = collections.defaultdict(set)
    for user, used in edges:
        below[user].add(used)

    def reach(start):
        seen, todo = set(), list(below[start])
        while todo:
            folder = todo.pop()
            if folder not in seen:
                seen.add(folder)
                todo.extend(below[folder])
        return seen

    reached = {folder: reach(folder) for folder in list(below)}
    return sorted({tuple(sorted(a for a in reached if a in reached[folder] and folder in reached.get(a, ())))
                   for folder in reached if folder in reached[folder]})


def without_rule(libfer):
    """Rooms that ROOMS does not know."""
    return [name for name in sorted(os.listdir(libfer))
            if os.path.isdir(os.path.join(libfer, name)) and name not in ROOMS and name not in ("include", "networks", "CMakeFiles")]


def faults(libfer, objects):
    for name in without_rule(libfer):
        yield f"{name}/ has no rule in tests/layers/floors.py"
    defined, undefined = symbols(objects)
    owned = owners(declarations(libfer), defined)
    uses = {}  # (source, source or header that is used) -> how
    for path, included in includes(libfer, {source for o in objects for source in sources_of(o)}):
        if included in owned:
            for folder in owned[included]:
                if room(folder) == room(path):
                    continue  # a room's folders share its public types
                uses.setdefault((path, folder + "/"), f"includes {included}, which {folder} implements")
        elif not included.startswith("fer/"):
            uses.setdefault((path, included), f"includes {included}")
    names = demangled(sorted({symbol for _, symbol in undefined if symbol in defined}))
    for path, symbol in undefined:
        if symbol in defined and defined[symbol] != path:
            uses.setdefault((path, defined[symbol]), f"calls {names[symbol]} of {defined[symbol]}")

    edges = {}
    for (path, used), how in sorted(uses.items()):
        user, target = room(path), room(used)
        if user in ROOMS and target != user and target not in ROOMS[user]:
            yield f"{path} {how}: {user}/ may not use {target}/"
        if folder_of(path) != folder_of(used):
            edges.setdefault((folder_of(path), folder_of(used)), f"{path} {how}")
    for header, folders in sorted(owned.items()):
        if len({room(folder) for folder in folders}) > 1:
            yield f"{header} is implemented in " + ", ".join(f"{f} ({demangled([s])[s]})" for f, s in sorted(folders.items()))
    for circle in circles(edges):
        yield f"a circle of {', '.join(circle)}: " + "; ".join(how for (a, b), how in sorted(edges.items()) if a in circle and b in circle)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    objects = sorted(object_files(sys.argv[2:]))
    if not objects:
        sys.exit("floors.py: no object files")
    found = list(faults(sys.argv[1], objects))
    print("\n".join(found) if found else f"floors.py: {len(objects)} object files: includes and calls point down")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
