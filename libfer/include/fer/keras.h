// Models from Keras (docs/keras.md). These functions are in the library fer_keras (fer::keras), beside libfer: they
// need libhdf5 and libzip, which libfer does not use.
//
//   fer::KerasModel read = fer::read_keras("model.keras", {.class_names = {"angry", "happy"}});
//   fer::save_model(read.model, "model.safetensors");
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/model.h"

namespace FER_PUBLIC fer {

// False where fer_keras was built without libhdf5 and libzip: the functions below then throw Error, which says what to
// install.
bool has_keras();

struct KerasReadOptions {
  // Class names in label order. Empty: not known, as Keras's files do not hold them (a given network keeps its own).
  std::vector<std::string> class_names = {};
  // How 8-bit pixels become what the file's input expects. Missing: pixels go in as they are where the model begins
  // with a Rescaling, which becomes part of Model::preprocessing; else they are divided by 255.
  std::optional<Preprocessing> preprocessing = {};
  // A file with weights alone needs one of these two: the path of Keras's own model JSON (what model.to_json() gave),
  // or a network.
  std::string config = {};
  std::optional<Network> network = {};
  // Keras 1 and 2 on Theano turn kernels around, and not every file says where it comes from. True or false overrides
  // what the file says or suggests.
  std::optional<bool> theano_kernels = {};
};

struct KerasModel {
  Model model;
  // Layers that were left out because they act in training alone ("layer 'noise' (GaussianNoise): left out, ..."), and
  // a note where weights were taken in the file's order because no names fit.
  std::vector<std::string> notes;
  // What the file does not say and was assumed: how pixels go in, and what was made of the last layer where it does not
  // end in a softmax.
  std::vector<std::string> assumptions = {};
};

// A convolutional classifier from Keras 1, 2 or 3: an HDF5 file with the model or with weights alone, or a .keras file
// (by content, not by name). A layer keeps its name; one within a model within the model gets that model's name and a
// slash before it. A network that ends in one sigmoid becomes one of two classes (1 - p, p); one output of another kind
// is an error. Throws Error naming the file and, from there on, the layer and its type: a damaged file;
// links out of the file, virtual datasets and filters other than gzip, shuffle and Fletcher's checksum; a layer or a
// setting that libfer cannot express; weights that are missing, of another shape or not finite. libhdf5 runs in a child
// process with bounded memory and time, so a file that crashes it is an Error like others. Memory: a .keras file twice,
// the weights, the largest of them twice more, and at most 8 times the file's size and 64 MiB for the weights in all.
KerasModel read_keras(const std::string& path, const KerasReadOptions& options = {});

struct BackboneReport {
  std::vector<std::string> filled;   // layers of the network that got the file's weights
  std::vector<std::string> initial;  // layers with weights that did not
  std::vector<std::string> unused;   // layers of the file that the network has no use for
};

// Copies the weights of a Keras file into those layers of a model that have the same name (for ResNet50, also the names
// before Keras 2.3); where none has, into the first layers in order. Layers of the same name must agree in shape; else
// throws Error naming layer and shapes, and leaves the model as it was.
BackboneReport fill_from_keras(Model& model, const std::string& path);

}  // namespace fer
