// Random faces with one of fer2013's seven expressions.
#pragma once

#include <cstdint>

#include "tools/synth/face.h"

namespace fer::synthetic {

struct Sample {
  int label = 0;  // in fer2013's order: angry, disgust, fear, happy, sad, surprise, neutral
  Pixels pixels{};
};

// The index-th picture of the endless series of a seed: a pure function of both.
Sample draw_sample(uint64_t seed, uint32_t index);
// The same with a label of choice.
Sample draw_sample(uint64_t seed, uint32_t index, int label);

}  // namespace fer::synthetic
