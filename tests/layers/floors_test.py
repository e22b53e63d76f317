#!/usr/bin/env python3
"""floors.py sees what it is there for: faults are planted, in a small library and beside the real one.

floors_test.py LIBFER OBJECTS...   as floors.py
"""
import os
import subprocess
import sys
import tempfile
import unittest

import floors as floors_of

FLOORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "floors.py")

# A library of three rooms without a fault.
CLEAN = {
    "include/fer/export.h": "#pragma once\n",
    "include/fer/tensor.h": "namespace fer { int elements(); struct Shape { int rank() const; }; }\n",
    "include/fer/network.h": "namespace fer { int layers(); }\n",
    "include/fer.h": "extern \"C\" int fer_height(void);\n",
    "core/tensor.cc": '#include "fer/tensor.h"\nnamespace fer { int elements() { return 1; } int Shape::rank() const { return 2; } }\n',
    "network/network.cc": '#include "fer/network.h"\n#include "fer/tensor.h"\nnamespace fer { int layers() { return elements(); } }\n',
    "network/names.h": "namespace fer::network { int names(); }\n",
    "engine/layers/pool.cc": '#include "network/names.h"\nnamespace fer::engine { int pool() { return network::names(); } }\n',
    "engine/plan.cc": "namespace fer::engine { int pool(); int plan() { return pool(); } }\n",
    "network/names.cc": '#include "network/names.h"\nnamespace fer::network { int names() { return 3; } }\n',
    "predict/c_api.cc": '#include "fer.h"\nextern "C" int fer_height(void) { return 1; }\n',
}


def compiled(folder, name, text, include):
    """Compiles a source to where CMake would have put it below `folder`."""
    source, object_file = os.path.join(folder, "libfer", name), os.path.join(folder, "libfer/CMakeFiles/fer_objects.dir", name + ".o")
    for path in (source, object_file):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(source, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run(["g++", "-std=c++20", "-c", source, "-I", include, "-I", os.path.join(include, "include"), "-o", object_file], check=True)
    return object_file


def compiled_as_one(folder, names, include):
    """Compiles sources that are there already as CMake's unity builds do: one file that includes them."""
    unity = os.path.join(folder, "libfer/CMakeFiles/fer_objects.dir/Unity/unity_one_cxx.cxx")
    os.makedirs(os.path.dirname(unity), exist_ok=True)
    with open(unity, "w", encoding="utf-8") as file:
        file.writelines(f'#include "{os.path.join(include, name)}"\n\n' for name in names)
    subprocess.run(["g++", "-std=c++20", "-c", unity, "-I", include, "-I", os.path.join(include, "include"), "-o", unity + ".o"], check=True)


def floors(libfer, *objects):
    run = subprocess.run([sys.executable, FLOORS, libfer, *objects], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


class SmallLibrary(unittest.TestCase):
    """CLEAN and one fault."""

    def check(self, changes, as_one=()):
        with tempfile.TemporaryDirectory() as folder:
            libfer = os.path.join(folder, "libfer")
            files = {**CLEAN, **changes}
            for name, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(libfer, name)), exist_ok=True)
                with open(os.path.join(libfer, name), "w", encoding="utf-8") as file:
                    file.write(text)
            for name, text in files.items():
                if name.endswith(".cc") and name not in as_one:
                    compiled(folder, name, text, libfer)
            if as_one:
                compiled_as_one(folder, as_one, libfer)
            return floors(libfer, libfer)

    def refused(self, changes, *words, as_one=()):
        status, text = self.check(changes, as_one)
        self.assertEqual(status, 1, text)
        for word in words:
            self.assertIn(word, text)

    def test_without_a_fault_passes(self):
        status, text = self.check({})
        self.assertEqual((status, text), (0, "floors.py: 6 object files: includes and calls point down\n"))

    def test_call_upward(self):
        self.refused({"core/text.cc": "namespace fer { int layers(); int text() { return layers(); } }\n"},
                     "core/text.cc calls fer::layers of network/network.cc: core/ may not use network/")

    def test_call_upward_in_a_unity_build(self):
        self.assertEqual(self.check({}, ["network/names.cc", "network/network.cc"]),
                         (0, "floors.py: 5 object files: includes and calls point down\n"))
        self.refused({"core/text.cc": "namespace fer { int layers(); int text() { return layers(); } }\n"},
                     "core/* calls fer::layers of network/network.cc: core/ may not use network/",
                     as_one=["core/tensor.cc", "core/text.cc"])

    def test_include_upward(self):
        self.refused({"core/text.h": '#include "network/names.h"\n'}, "core/text.h includes network/names.h: core/ may not use network/")

    def test_include_of_a_public_header_from_above(self):
        self.refused({"core/text.h": '#include "fer/network.h"\n'}, "core/text.h includes fer/network.h, which network implements")

    def test_room_without_a_rule(self):
        self.refused({"attic/box.cc": "namespace fer { int layers(); int box() { return layers(); } }\n"},
                     "attic/ has no rule")

    def test_circle_of_sub_folders_by_calls(self):
        self.refused({"engine/training/step.cc": "namespace fer::engine { int pool(); int step() { return pool(); } }\n",
                      "engine/layers/pool.cc": "namespace fer::engine { int step(); int pool() { return step(); } }\n"},
                     "a circle of engine/layers, engine/training")

    def test_circle_of_sub_folders_by_includes(self):
        self.refused({"engine/training/step.h": '#include "engine/layers/pool.h"\n', "engine/layers/pool.h": '#include "engine/training/step.h"\n'},
                     "a circle of engine/layers, engine/training")

    def test_header_of_two_rooms(self):
        self.refused({"include/fer/tensor.h": CLEAN["include/fer/tensor.h"] + "namespace fer { int bytes(); }\n",
                      "engine/bytes.cc": '#include "fer/tensor.h"\nnamespace fer { int bytes() { return 4; } }\n'},
                     "fer/tensor.h is implemented in core (fer::")


class RealLibrary(unittest.TestCase):
    """The objects of the build, and one more."""

    def test_planted_call_upward(self):
        with tempfile.TemporaryDirectory() as folder:
            text = '#include "fer/instruction_set.h"\nnamespace fer::core { auto planted() { return active_target(); } }\n'
            status, output = floors(LIBFER, *OBJECTS, compiled(folder, "core/planted.cc", text, LIBFER))
        self.assertEqual(status, 1)
        self.assertIn("core/planted.cc calls fer::active_target", output)
        self.assertIn("core/ may not use kernels/", output)

    def test_planted_circle(self):
        # Of kernels/values, which uses core, some function, called from core.
        symbols, undefined = floors_of.symbols(list(floors_of.object_files(OBJECTS)))
        users = {path for path, symbol in undefined if symbols.get(symbol, "").startswith("core/")}
        self.assertTrue(any(path.startswith("kernels/values/") for path in users))
        symbol = next(symbol for symbol, path in sorted(symbols.items()) if path.startswith("kernels/values/"))
        with tempfile.TemporaryDirectory() as folder:
            text = f'void used() __asm__("{symbol}");\nvoid planted() {{ used(); }}\n'
            status, output = floors(LIBFER, *OBJECTS, compiled(folder, "core/planted.cc", text, LIBFER))
        self.assertEqual(status, 1)
        self.assertRegex(output, "a circle of core, .*kernels/values.*core/planted.cc calls")


if __name__ == "__main__":
    LIBFER, OBJECTS = sys.argv[1], sys.argv[2:]
    unittest.main(argv=sys.argv[:1])
