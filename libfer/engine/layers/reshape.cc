// Changes of shape: the same values in the same order, so that there is nothing to do.
#include "engine/layers/layers.h"

namespace fer::engine {

LayerSteps layer_steps(const Flatten&, const Operation&) { return {{.alias = true}, nullptr, nullptr}; }
LayerSteps layer_steps(const Reshape&, const Operation&) { return {{.alias = true}, nullptr, nullptr}; }

}  // namespace fer::engine
