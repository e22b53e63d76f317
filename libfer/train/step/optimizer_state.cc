#include "train/step/optimizer_state.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/update/optimizer.h"
#include "kernels/values/elementwise.h"

namespace fer::train {
namespace {

// Of kernels, of batch norms' scales and shifts, and of biases.
struct Decays {
  float kernel = 0, norm = 0, bias = 0;

  bool any() const { return kernel > 0 || norm > 0 || bias > 0; }
  // Of a parameter, by its name.
  float of(const std::string& name) const {
    if (name.ends_with("/kernel")) return kernel;
    if (name.ends_with("/gamma") || name.ends_with("/beta")) return norm;
    return name.ends_with("/bias") ? bias : 0;
  }
};

Decays decays_of(const Optimizer& optimizer) {
  const auto of = [](const auto& o) { return Decays{o.weight_decay, o.norm_weight_decay, o.bias_weight_decay}; };
  if (const auto* adamw = std::get_if<AdamW>(&optimizer)) return of(*adamw);
  if (const auto* sgd = std::get_if<Sgd>(&optimizer)) return of(*sgd);
  return {};
}

// What an optimizer keeps for every weight: its name, and the value it begins with.
struct MomentForm {
  const char* name;
  float first = 0;
};

struct MomentForms {
  std::vector<MomentForm> operator()(const Adam&) const { return {{"moment1"}, {"moment2"}}; }
  std::vector<MomentForm> operator()(const AdamW&) const { return {{"moment1"}, {"moment2"}}; }
  std::vector<MomentForm> operator()(const Sgd& o) const {
    return o.momentum > 0 ? std::vector<MomentForm>{{"moment1"}} : std::vector<MomentForm>();
  }
  std::vector<MomentForm> operator()(const RmsProp& o) const { return rmsprop(o.momentum, o.centered, 0); }
  std::vector<MomentForm> operator()(const RmsPropTf1& o) const { return rmsprop(o.momentum, o.centered, 1); }

  static std::vector<MomentForm> rmsprop(float momentum, bool centered, float first_square) {
    std::vector<MomentForm> forms = {{"mean_square", first_square}};
    if (centered) forms.push_back({"mean_gradient"});
    if (momentum > 0) forms.push_back({"velocity"});
    return forms;
  }
};

}  // namespace

OptimizerState::OptimizerState(const Optimizer& optimizer, const ParameterLayout& layout,
                               std::span<const float> layer_rates, std::span<const int64_t> first_steps)
    : optimizer_(optimizer), stretches_(stretches(optimizer, layout, layer_rates, first_steps)) {
  for (const MomentForm& form : std::visit(MomentForms{}, optimizer)) {
    moments_.push_back({form.name, Tensor({layout.trainable_floats})});
    const std::span<float> values = moments_.back().values.values();
    if (form.first != 0) std::fill(values.begin(), values.end(), form.first);
  }
}

std::span<float> OptimizerState::moment(const char* name) {
  for (Moment& m : moments_) {
    if (std::strcmp(m.name, name) == 0) return m.values.values();
  }
  return {};
}

std::vector<OptimizerState::Stretch> OptimizerState::stretches(const Optimizer& optimizer,
                                                               const ParameterLayout& layout,
                                                               std::span<const float> layer_rates,
                                                               std::span<const int64_t> first_steps) {
  // Decay is for kernels where nobody asks for more: shrinking a bias or a batch norm's scale limits nothing that
  // generalisation needs.
  const Decays decays = decays_of(optimizer);
  if (!decays.any() && layer_rates.empty() && first_steps.empty())
    return {{.begin = 0, .end = layout.trainable_floats}};
  std::vector<Stretch> out;
  for (const Parameter& p : layout.parameters) {
    if (!p.trainable) continue;
    out.push_back({.begin = p.offset,
                   .end = p.offset + p.shape.elements(),
                   .decay = decays.of(p.name),
                   .rate = layer_rates.empty() ? 1 : layer_rates[static_cast<size_t>(p.layer)],
                   .first_step = first_steps.empty() ? 0 : first_steps[static_cast<size_t>(p.layer)]});
  }
  return out;
}

void OptimizerState::step(float base_rate, int64_t t, std::span<float> weights, std::span<const float> gradients) {
  for (const Stretch& s : stretches_) {
    if (t <= s.first_step) continue;
    const auto of = [&](auto all) { return all.empty() ? all : all.subspan(s.begin, s.end - s.begin); };
    const float decay = s.decay, learning_rate = base_rate * s.rate;
    const auto adam = [&](const auto& o) {
      kernels::adam_update({.learning_rate = learning_rate,
                            .beta1 = o.beta1,
                            .beta2 = o.beta2,
                            .epsilon = o.epsilon,
                            .decay = learning_rate * decay,
                            .t = t - s.first_step},
                           of(weights), of(gradients), of(moment("moment1")), of(moment("moment2")));
    };
    const auto rmsprop = [&](const auto& o, bool epsilon_in_root) {
      kernels::rmsprop_update({.learning_rate = learning_rate,
                               .rho = o.rho,
                               .momentum = o.momentum,
                               .epsilon = o.epsilon,
                               .epsilon_in_root = epsilon_in_root},
                              of(weights), of(gradients),
                              {of(moment("mean_square")), of(moment("mean_gradient")), of(moment("velocity"))});
    };
    if (const auto* o = std::get_if<Adam>(&optimizer_)) adam(*o);
    if (const auto* o = std::get_if<AdamW>(&optimizer_)) adam(*o);
    if (const auto* o = std::get_if<RmsProp>(&optimizer_)) rmsprop(*o, false);
    if (const auto* o = std::get_if<RmsPropTf1>(&optimizer_)) rmsprop(*o, true);
    if (const auto* o = std::get_if<Sgd>(&optimizer_)) {
      kernels::sgd_update(
          {.learning_rate = learning_rate, .momentum = o->momentum, .weight_decay = decay, .nesterov = o->nesterov},
          of(weights), of(gradients), of(moment("moment1")));
    }
  }
}

std::vector<NamedArray> OptimizerState::arrays() {
  std::vector<NamedArray> out;
  for (Moment& m : moments_) out.push_back({m.name, m.values.values()});
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
