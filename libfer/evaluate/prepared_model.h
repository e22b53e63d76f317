// A network that is ready to be asked: pixels or numbers in, probabilities out. Validation, evaluation, the predictor
// and the calibration of 8-bit models all ask through it.
#pragma once

#include <cstdint>
#include <span>

#include "data/crop.h"
#include "engine/plan.h"
#include "fer/model.h"

namespace fer::evaluation {

enum class Outputs : uint8_t {
  kProbabilities,  // a softmax goes on top where the network does not end in one
  kRaw             // the last layer's, also where those are logits
};

// May be asked from many threads at once, with a workspace each.
class PreparedModel {
 public:
  // weights are laid out as `layout` says and must live as long as this.
  PreparedModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
                const Preprocessing& preprocessing, std::span<const Int8Layer> int8,
                Outputs outputs = Outputs::kProbabilities);

  struct Workspace {
    engine::InferenceModel::Workspace layers;
    Tensor inputs;  // [max_batch, input], preprocessed
  };
  // For batches of up to max_batch. The last bits of answers may depend on max_batch.
  Workspace make_workspace(int64_t max_batch) const;

  // A picture as it is asked about: the network's input, or, with preprocessing.resize, that size, of which the network
  // sees the centre.
  const Shape& picture() const { return picture_; }
  const Shape& input() const { return input_; }
  int64_t classes() const { return classes_; }
  const Preprocessing& preprocessing() const { return preprocessing_; }

  // pixels [n, picture], fitted, 0 to 255 -> out [n, classes], overwritten. Allocates nothing.
  void ask(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out,
           const engine::InputObserver* observer = nullptr) const;
  // The same of another part of the pictures than the centre, of the network's input size.
  void ask(Workspace& workspace, std::span<const uint8_t> pixels, const data::Crop& part, std::span<float> out,
           const engine::InputObserver* observer = nullptr) const;
  // The same for inputs that are preprocessed already; they need not be aligned.
  void ask(Workspace& workspace, std::span<const float> inputs, std::span<float> out) const;
  // The same of the first n inputs of the network that lie in workspace.inputs.
  void ask(Workspace& workspace, int64_t n, std::span<float> out,
           const engine::InputObserver* observer = nullptr) const;

 private:
  template <class Value, class Convert>
  void take_parts(std::span<const Value> pictures, const data::Crop& part, std::span<float> out,
                  const Convert& convert) const;
  // Whether the preprocessing of a pixel depends on the others.
  bool looks_at_whole_pictures() const;
  void prepare_pictures(std::span<const uint8_t> pixels, const data::Crop& part, std::span<float> out) const;
  void take_values(std::span<const uint8_t> picture, const data::Crop& part, std::span<float> out) const;

  Shape input_, picture_;
  data::Crop centre_;
  Preprocessing preprocessing_;
  int64_t classes_;
  bool softmax_needed_;
  engine::InferenceModel inference_;
};

}  // namespace fer::evaluation
