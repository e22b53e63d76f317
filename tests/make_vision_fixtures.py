#!/usr/bin/env python3
"""Makes tests/fixtures/vision/yunet_like.onnx (python3-onnx): a network with the inputs and outputs of YuNet (2022), for pictures of 64 x 64 pixels, that
finds one face whatever it is shown. Its numbers are constants; none are those of the real network.

The outputs have a row for each of 235 places (Yu, Wu: YuNet, 2022; OpenCV 4.6, FaceDetectorYN): loc (box and five points, relative to the place), conf
(the two probabilities, no face and face), iou. Row 192 + 2 * 5 + 0 is the place at column 1, row 1 of the 4 x 4 cells of 16 pixels, of size 32.
"""
import os

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

ROWS, FACE = 235, 192 + 2 * (4 * 1 + 1)
loc = numpy.zeros((ROWS, 14), numpy.float32)
conf = numpy.zeros((ROWS, 2), numpy.float32)
iou = numpy.zeros((ROWS, 1), numpy.float32)
conf[:, 0] = 1
conf[FACE] = [0, 1]
iou[FACE] = 0.9025
# Points, in sizes of the place from its middle, times the variance 0.1: the eyes, the nose, the corners of the mouth.
loc[FACE, 4:] = numpy.array([-0.2, -0.1, 0.2, -0.1, 0, 0.1, -0.15, 0.3, 0.15, 0.3]) / 0.1

nodes, constants = [helper.make_node("GlobalAveragePool", ["input"], ["mean"]), helper.make_node("Flatten", ["mean"], ["flat"], axis=1)], []
for name, values in (("loc", loc), ("conf", conf), ("iou", iou)):
    constants.append(numpy_helper.from_array(numpy.zeros((values.size, 3), numpy.float32), name + "_w"))
    constants.append(numpy_helper.from_array(values.reshape(-1), name + "_b"))
    constants.append(numpy_helper.from_array(numpy.array([ROWS, values.shape[1]], numpy.int64), name + "_shape"))
    nodes.append(helper.make_node("Gemm", ["flat", name + "_w", name + "_b"], [name + "_flat"], transB=1))
    nodes.append(helper.make_node("Reshape", [name + "_flat", name + "_shape"], [name]))
graph = helper.make_graph(
    nodes, "yunet_like", [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 64, 64])],
    [helper.make_tensor_value_info(n, TensorProto.FLOAT, [ROWS, c]) for n, c in (("loc", 14), ("conf", 2), ("iou", 1))], constants)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)])
model.ir_version = 6
onnx.checker.check_model(model)
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "vision")
os.makedirs(folder, exist_ok=True)
onnx.save(model, os.path.join(folder, "yunet_like.onnx"))
