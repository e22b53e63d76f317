// A network while it is made of Keras's layers.
#pragma once

#include <array>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fer/model.h"
#include "keras/config/config.h"
#include "keras/config/dialect.h"
#include "keras/config/settings.h"
#include "keras/weights/weighted.h"

namespace fer::keras_file {

// What a layer gives, in libfer's terms.
struct Value {
  int layer = -1;    // that gives it; -1: the network's input
  Shape shape = {};  // [h, w, c] or [k]; while undecided as Keras has it
  // The model's input, of one or two axes, until a reshape or flatten says what picture it is.
  bool undecided = false;
  Shape flattened = {};           // [h, w, c] of a picture that lies flat in the order [c, h, w]; else of rank 0
  Preprocessing scaled = {1, 0};  // of the input: what was done to it
  bool pixels = true;             // the input's values still, though they may lie elsewhere
  // Cells of zeros around a picture that the convolution after it has to see to: above, below, left, right.
  std::array<int64_t, 4> padding = {};
  bool is_sequence = false;  // [rows, channels] in Keras, as a picture of one column
  bool is_padded() const { return padding != std::array<int64_t, 4>{}; }
  bool is_picture() const { return shape.rank() == 3; }
};

// One layer on its way into the network.
struct Site {
  const ConfigLayer& layer;
  Settings settings;
  std::string name;  // in the network
  bool frozen = false;
  std::vector<Value> inputs;
  WeightedLayer& weighted;

  const Value& input() const { return inputs[0]; }
  // Throws Error unless the input is [h, w, c].
  const Value& picture() const;
};

class Builder {
 public:
  explicit Builder(const Dialect& dialect) : dialect_(dialect) {}

  const Dialect& dialect() const { return dialect_; }
  Network& network() { return network_; }
  const Preprocessing& scaled() const { return scaled_; }
  std::vector<std::string>& notes() { return notes_; }
  const std::vector<std::pair<std::string, std::vector<float>>>& constants() const { return constants_; }
  bool takes_pixels() const { return takes_pixels_; }
  const std::string& first_norm() const { return first_norm_; }  // may be empty

  // The whole model. Throws Error naming the layer and its type; a type that libfer has nothing for comes first.
  WeightedLayer build(const nlohmann::json& model);

  // Appends a layer that takes the site's inputs, or `inputs`; a second layer of one site gets `suffix`.
  Value add(Site& site, LayerKind kind, const char* suffix = "");
  Value add_after(Site& site, const Value& input, LayerKind kind, const char* suffix);
  // The weights of the layer just added: `role` and `parameter` without the layer's name.
  void weight(Site& site, const Value& value, Role role);
  // The same for a parameter that the model's settings have: one number for all channels, or one each.
  void constant(const Value& value, const char* role, std::vector<float> numbers);
  // The model begins with what takes pixels of 0 to 255; with a norm that tells by its mean.
  void take_pixels() { takes_pixels_ = true; }
  void begin_with_norm(const Value& value) { first_norm_ = network_.layers[static_cast<size_t>(value.layer)].name; }
  // The function that one of this name is in the model's version of Keras: hard_sigmoid is steeper before Keras 3.
  Function meant(Function function) const;
  // A picture that the input is after all.
  Value decide(const Value& input, const Shape& picture) const;
  void note(const Site& site, const std::string& what);

 private:
  Value walk(const nlohmann::json& model, const std::string& prefix, bool frozen, const Value* input,
             WeightedLayer& weighted);
  Value apply(const ConfigGraph& graph, int i, std::vector<Value> inputs, const std::string& prefix, bool frozen,
              WeightedLayer& weighted);
  Value append(Site& site, LayerKind kind, const char* suffix, std::vector<Value> inputs);
  Value input_value(const ConfigGraph& graph) const;
  std::string free_name(std::string name);
  void take_input(const Value& value);

  Dialect dialect_;
  Network network_;
  std::vector<std::string> notes_;
  std::unordered_set<std::string> names_ = {"input"};
  bool input_taken_ = false;
  Preprocessing scaled_ = {1, 0};
  std::vector<std::pair<std::string, std::vector<float>>> constants_;  // of parameters
  bool takes_pixels_ = false;
  std::string first_norm_;
  int64_t params_ = 0;
};

// Throws Error unless the layer's `axis`, a number or a list of one, is the channels'.
void check_axis(const Builder& builder, const Site& site);

// Whether libfer has something for a class of layers, whatever their settings.
bool is_known(const std::string& class_name);

// The layer of a class that is neither a model nor an input. Throws Error on classes that libfer has nothing for.
Value convert(Builder& builder, Site& site);

// By groups of classes; false where the class is none of theirs.
bool is_weighted_layer(const std::string& class_name);
bool is_shape_layer(const std::string& class_name);
bool is_scaling_layer(const std::string& class_name);
bool convert_weights(Builder& builder, Site& site, Value& value);
bool convert_shapes(Builder& builder, Site& site, Value& value);
bool convert_scaling(Builder& builder, Site& site, Value& value);

}  // namespace fer::keras_file
