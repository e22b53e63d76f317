// A trained model taken further: other classes, or the weights of another network.
//
//   fer::Model faces = fer::load_model("best.safetensors");             // seven emotions
//   fer::Model mine = fer::with_new_head(faces, {"awake", "tired"}, 42);  // all but the last layer is kept
//   fer::Trainer trainer(mine, {.epochs = 5, .freeze = {"conv*", "bn*"}});
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/model.h"

namespace FER_PUBLIC fer {

// The layer that gives a network its outputs, one per class: the last dense layer or convolution, behind which there
// are only layers that keep the number of channels. Throws Error where the network ends otherwise.
std::string head_name(const Network& network);

// Returns the model with as many outputs as there are names. Its head has the same form and first weights drawn from
// the seed, as have layers behind it; all weights before it, and the preprocessing, are the model's. A head that was
// frozen is trained. Classes are matched by these names; emoji are default_emoji's; the temperature is dropped. Throws
// Error as head_name does, and for a model that computes in 8-bit integers.
Model with_new_head(Model model, const std::vector<std::string>& class_names, uint64_t seed);

// What became of layers with weights, by name and in order.
struct TakenWeights {
  std::vector<std::string> taken;   // got the weights of the layer of the same name
  std::vector<std::string> other;   // "dense1: [4608, 256] there, [1152, 256] here": of the same name, another shape
  std::vector<std::string> absent;  // of no such name
  std::vector<std::string> unused;  // of `from`, of no such name here
};

// Copies the weights of `from` into the layers of `into` that have the same name and whose parameters have the same
// shapes; the rest of `into` stays as it is. So a network takes over a model that was trained at another input size
// where its weights do not depend on that. Throws Error where no layer is taken, and for a model in 8-bit integers.
TakenWeights take_weights(const Model& from, Model& into);

}  // namespace fer
