#include "train/optimizer_state.h"

#include <cmath>

#include "kernels/elementwise.h"
#include "kernels/optimizer.h"

namespace fer::train {
namespace {

float decay_of(const Optimizer& optimizer) {
  if (const auto* adamw = std::get_if<AdamW>(&optimizer)) return adamw->weight_decay;
  if (const auto* sgd = std::get_if<Sgd>(&optimizer)) return sgd->weight_decay;
  return 0;
}

int moments_of(const Optimizer& optimizer) {
  const auto* sgd = std::get_if<Sgd>(&optimizer);
  if (sgd == nullptr) return 2;
  return sgd->momentum > 0 ? 1 : 0;
}

}  // namespace

OptimizerState::OptimizerState(const Optimizer& optimizer, const ParameterLayout& layout)
    : optimizer_(optimizer), stretches_(stretches(layout, decay_of(optimizer) > 0)) {
  const int moments = moments_of(optimizer);
  if (moments >= 1) moment1_ = Tensor({layout.trainable_floats});
  if (moments >= 2) moment2_ = Tensor({layout.trainable_floats});
}

std::vector<OptimizerState::Stretch> OptimizerState::stretches(const ParameterLayout& layout, bool decay_used) {
  if (!decay_used) return {{0, layout.trainable_floats, false}};
  std::vector<Stretch> out;
  for (const Parameter& p : layout.parameters) {
    if (!p.trainable) continue;
    // Decay is for kernels: shrinking a bias or a batch norm's scale limits nothing that generalisation needs.
    out.push_back({p.offset, p.offset + p.shape.elements(), p.name.ends_with("/kernel")});
  }
  return out;
}

void OptimizerState::step(float learning_rate, int64_t t, std::span<float> weights, std::span<const float> gradients) {
  for (const Stretch& s : stretches_) {
    const auto of = [&](auto all) { return all.empty() ? all : all.subspan(s.begin, s.end - s.begin); };
    const float decay = s.decayed ? decay_of(optimizer_) : 0.0f;
    const auto adam = [&](const auto& o) {
      kernels::adam_update({.learning_rate = learning_rate,
                            .beta1 = o.beta1,
                            .beta2 = o.beta2,
                            .epsilon = o.epsilon,
                            .decay = learning_rate * decay,
                            .t = t},
                           of(weights), of(gradients), of(moment1_.values()), of(moment2_.values()));
    };
    if (const auto* o = std::get_if<Adam>(&optimizer_)) adam(*o);
    if (const auto* o = std::get_if<AdamW>(&optimizer_)) adam(*o);
    if (const auto* o = std::get_if<Sgd>(&optimizer_)) {
      kernels::sgd_update(
          {.learning_rate = learning_rate, .momentum = o->momentum, .weight_decay = decay, .nesterov = o->nesterov},
          of(weights), of(gradients), of(moment1_.values()));
    }
  }
}

std::vector<NamedArray> OptimizerState::arrays() {
  std::vector<NamedArray> out;
  if (moment1_.size() > 0) out.push_back({"moment1", moment1_.values()});
  if (moment2_.size() > 0) out.push_back({"moment2", moment2_.values()});
  return out;
}

double clip_gradient(const GradientClipping& clipping, std::span<float> gradients) {
  const double norm = std::sqrt(kernels::sum_of_squares(gradients));
  if (!std::isfinite(norm)) return norm;
  if (clipping.value > 0) kernels::clip_values(clipping.value, gradients);
  if (clipping.norm > 0 && norm > clipping.norm) {
    kernels::scale_values(static_cast<float>(clipping.norm / norm), gradients);
  }
  return norm;
}

}  // namespace fer::train
