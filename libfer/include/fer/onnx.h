// Models to and from ONNX (docs/onnx.md). These functions are in the library fer_onnx, beside libfer: they need
// protobuf and ONNX's schema, which libfer does not use.
//
//   fer::write_onnx(fer::load_model("best.safetensors"), "best.onnx");
//   fer::save_model(fer::read_onnx("other.onnx", {.class_names = {"angry", "happy"}}), "other.safetensors");
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/model.h"

namespace FER_PUBLIC fer {

// False where fer_onnx was built without ONNX: write_onnx and read_onnx then throw Error, which says what to install.
bool has_onnx();

enum class OnnxLayout { kChannelsLast, kChannelsFirst };  // [batch, h, w, c] and [batch, c, h, w]

inline constexpr int kOldestWrittenOnnxOpset = 9;
inline constexpr int kNewestWrittenOnnxOpset = 21;

struct OnnxWriteOptions {
  // A batch norm right after a linear convolution or dense layer is multiplied into its weights; all others stay nodes.
  bool fold_batch_norm = true;
  // Version of ONNX's operators, 9 to 21. 0: 13, or 10 for a network with relu6 and no resize, in the form that OpenCV
  // 4.6 reads (docs/compatibility.md).
  int opset = 0;
  OnnxLayout input_layout = OnnxLayout::kChannelsLast;
  // The graph begins with the model's preprocessing, so that pixels 0 to 255 go in, as floats. False: what goes in is
  // preprocessed already, and the metadata say how. (A model that equalises histograms can be written only so.)
  bool pixels_in = true;
};

// Writes `path` atomically: one input "input", float [batch, h, w, c], the batch of any size; one output
// "probabilities", float [batch, classes], to which a softmax is applied where the network ends in neither one nor
// sigmoids. Metadata: class_names (a JSON array), fer_version and, without pixels_in, preprocessing. Dropout is left
// out. Throws Error with the path: an opset other than those above, or below 11 for a network that resizes, a model in
// 8-bit integers, weights that are not the network's or not finite, a last layer that does not give one number per
// class, a file above protobuf's 2 GiB, and as save_model does. Takes memory for the weights twice more.
void write_onnx(const Model& model, const std::string& path, const OnnxWriteOptions& options = {});

struct OnnxReadOptions {
  // Class names in label order. Empty: those of the file's metadata, if it has any.
  std::vector<std::string> class_names = {};
  // How 8-bit pixels become what the file's input expects. Missing: as the metadata say; else nothing in files
  // that write_onnx wrote, that take bytes or whose graph begins by scaling pixels of 0 to 255 itself (docs/onnx.md
  // says how that is told); else division by 255. Numbers that the graph scales and shifts its input by at its
  // beginning become part of Model::preprocessing.
  std::optional<Preprocessing> preprocessing = {};
};

// A convolutional classifier of opset 7 to 22: one input of fixed height, width and channels, one output [batch,
// classes], also [batch, classes, 1, 1]. docs/onnx.md lists the operators. A layer is named after its node. Weights may
// lie in files within the model's own folder ("external data"). A network that ends in one sigmoid becomes one of two
// classes (1 - p, p); one output of another kind is an error. Throws Error naming the file and, from there on, the
// node: anything but a whole protocol buffer, an operator, attribute, dtype or padding that libfer has no layer
// for, a missing value, nodes in a circle, shapes that do not fit, sizes that are not those of the data, data in other
// folders, weights that are not finite. Memory: what the files take, four times at most, and less than 1 GiB more.
Model read_onnx(const std::string& path, const OnnxReadOptions& options = {});

struct OnnxModel {
  Model model;
  // Notes for people: what the file does not say and was assumed (how pixels go in), and what was made of the last
  // layer where it does not end in a softmax.
  std::vector<std::string> notes;
};
// The same, with notes on what was decided.
OnnxModel read_onnx_with_notes(const std::string& path, const OnnxReadOptions& options = {});

}  // namespace fer
