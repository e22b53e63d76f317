// Names of optimizers, and of what a run keeps.
#include "fer/trainer.h"

namespace fer {

float learning_rate_of(const Optimizer& optimizer) {
  return std::visit([](const auto& o) { return o.learning_rate; }, optimizer);
}

const char* optimizer_name(const Optimizer& optimizer) {
  struct Name {
    const char* operator()(const Adam&) const { return "adam"; }
    const char* operator()(const AdamW&) const { return "adamw"; }
    const char* operator()(const Sgd&) const { return "sgd"; }
    const char* operator()(const RmsProp&) const { return "rmsprop"; }
    const char* operator()(const RmsPropTf1&) const { return "rmsprop-tf1"; }
  };
  return std::visit(Name{}, optimizer);
}

const char* kept_model_name(KeptModel kept) { return kept == KeptModel::kLast ? "last" : "best"; }

}  // namespace fer
