#include "train/run/best_weights.h"

#include <algorithm>
#include <utility>

#include "fer/error.h"

namespace fer::train {
namespace {

// Two tensors exchanged for a scope.
class Swapped {
 public:
  Swapped(Tensor& a, Tensor& b) : a_(a), b_(b) { exchange(); }
  ~Swapped() { exchange(); }
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;

 private:
  void exchange() {
    if (&a_ != &b_) std::swap(a_, b_);
  }
  Tensor &a_, &b_;
};

}  // namespace

void BestWeights::keep(Model& model, Tensor& values) {
  if (!here_) return;
  if (path_.empty()) {
    in_memory_ = values;
    return;
  }
  const Swapped swapped(model.weights.values, values);
  save_model(model, path_);
}

void BestWeights::restore(Model& model) const {
  if (!here_) return;
  if (path_.empty()) {
    model.weights.values = in_memory_;
    return;
  }
  Model best = load_model(path_);
  if (best.network != model.network) throw Error(path_ + ": expected the network of this run, found another");
  model.weights.values = std::move(best.weights.values);
}

}  // namespace fer::train
