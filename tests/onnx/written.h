// Networks as ONNX says them.
#pragma once

#include "tests/onnx/models.h"
#include "tests/onnx/tiny.h"

namespace fer {

inline onnx::ModelProto written(const Network& network, int opset) {
  onnx::ModelProto proto;
  proto.ParseFromString(onnx_file::model_bytes(random_model(network, 2), {.opset = opset}));
  return proto;
}

// One layer of most kinds.
inline Network most_layers() {
  Network n({8, 8, 2}, {"a", "b"});
  n.add(ZeroPad2D{}, "pad").add(Conv2D{.filters = 3, .activation = Activation::kRelu6}, "conv");
  n.add(SeparableConv2D{.filters = 4, .kernel = {1, 3}}, "separable").add(MaxPool2D{}, "max");
  n.add(AveragePool2D{.pool = {2, 1}}, "mean").add(GlobalAveragePool2D{}, "gate");
  n.add(Multiply{}, "gated", {"mean", "gate"}).add(BatchNorm{}, "norm").add(Flatten{}, "flat");
  n.add(Dense{.units = 2, .activation = Activation::kSoftmax}, "fc");
  return n;
}

}  // namespace fer
