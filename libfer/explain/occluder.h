// What is lost of a class when parts of a picture are covered.
#pragma once

#include <cstdint>
#include <span>

#include "evaluate/viewed_model.h"
#include "fer/explain.h"

namespace fer::explain {

// Explainer::occlusion's map (fer/explain.h). pixels: one picture as the model takes it. Throws Error on a square that
// is larger than the picture or on sizes below 0.
Heatmap occlusion_map(const evaluation::ViewedModel& model, std::span<const uint8_t> pixels, int index,
                      const OcclusionOptions& options);

}  // namespace fer::explain
