// MixUp (Zhang et al. 2017) and CutMix (Yun et al. 2019): a picture of a batch joined with another one.
#pragma once

#include <cstdint>
#include <span>

#include "data/augment.h"
#include "data/erase.h"

namespace fer::data {

// How a picture is joined with its partner; cut is empty for MixUp.
struct Mix {
  double share = 1;     // of the picture in its target; the partner has the rest
  bool blends = false;  // MixUp
  Rectangle cut = {};   // CutMix: what comes from the partner
  bool any() const { return share < 1; }
};

// Draws a mix for a picture of this shape; a pure function of its arguments.
Mix draw_mix(const Mixing& mixing, const PictureShape& shape, const ChangeKey& key);

// Draws from the distribution Beta(alpha, alpha), by two gamma variates (Marsaglia and Tsang 2000). Draws from blocks
// 8 and following of the stream.
double draw_beta(double alpha, const RandomStream& stream);

// Joins a picture with its partner, in place; both have this shape, in any unit.
void mix_picture(const Mix& mix, const PictureShape& shape, std::span<const float> partner, std::span<float> picture);

// x = share * x + (1 - share) * partner.
void blend(double share, std::span<const float> partner, std::span<float> x);

}  // namespace fer::data
