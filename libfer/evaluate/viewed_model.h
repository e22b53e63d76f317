// A model that is asked about pictures in one view or several, and answers with the mean over them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "evaluate/prepared_model.h"
#include "evaluate/views.h"

namespace fer::evaluation {

// May be asked from many threads at once, with a workspace each.
class ViewedModel {
 public:
  // weights are laid out as `layout` says and must live as long as this. Throws Error naming the views, and the layer
  // where one is the reason, where the model cannot be shown pictures in them. Several views need probabilities.
  ViewedModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
              const Preprocessing& preprocessing, std::span<const Int8Layer> int8, const Views& views = {},
              Outputs outputs = Outputs::kProbabilities, double temperature = 1);
  // Of the model's own weights, with its temperature.
  explicit ViewedModel(const Model& model, const Views& views = {})
      : ViewedModel(model.network, model.weights.layout, model.weights.values.values(), model.preprocessing, model.int8,
                    views, Outputs::kProbabilities, model.temperature) {}

  struct Workspace {
    PreparedModel::Workspace crop;
    std::optional<PreparedModel::Workspace> dense;
    std::vector<uint8_t> shown;  // pictures moved or mirrored
    std::vector<float> answers;  // to a view after the first
    size_t bytes() const;
  };
  // For batches of up to max_batch. The last bits of answers may depend on max_batch.
  Workspace make_workspace(int64_t max_batch) const;

  // As PreparedModel's.
  const Shape& picture() const { return crop_.picture(); }
  int64_t classes() const { return crop_.classes(); }
  const Preprocessing& preprocessing() const { return crop_.preprocessing(); }
  const Views& views() const { return views_; }

  // pixels [n, picture], fitted, 0 to 255 -> out [n, classes], overwritten. Allocates nothing.
  void ask(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out) const;
  // The same for inputs that are preprocessed already, of which there is one view: the centre.
  void ask(Workspace& workspace, std::span<const float> inputs, std::span<float> out) const;
  // The same of the first n inputs of the network that lie in workspace.crop.inputs.
  void ask(Workspace& workspace, int64_t n, std::span<float> out) const;

 private:
  void ask_views(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out) const;
  void ask_view(Workspace& workspace, const View& view, std::span<const uint8_t> pixels, std::span<float> out) const;

  void apply_temperature(std::span<float> out) const;

  Views views_;
  double temperature_;  // 1 where outputs are raw
  std::vector<View> list_;
  PreparedModel crop_;
  std::optional<PreparedModel> dense_;
};

}  // namespace fer::evaluation
