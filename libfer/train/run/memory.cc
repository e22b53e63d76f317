#include "engine/plan.h"
#include "fer/trainer.h"

namespace fer {

size_t training_memory_bytes(const Network& network, int64_t batch_size, bool accumulated, Precision precision) {
  const ParameterLayout layout = parameter_layout(network);
  // Weights, gradients and Adam's two moments.
  const int64_t floats = layout.total_floats + (accumulated ? 4 : 3) * layout.trainable_floats;
  return static_cast<size_t>(floats) * sizeof(float) +
         engine::TrainingPlan::arena_bytes(network, layout, batch_size, precision);
}

}  // namespace fer
