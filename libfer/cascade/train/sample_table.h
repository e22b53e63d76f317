// The training samples of a stage as sums: those of one corner side by side for all samples, so that a feature is
// valued for many at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/cascade.h"

namespace fer::cascade {

class SampleTable {
 public:
  // Windows of at most 256 by 256 pixels: their sums are whole floats.
  SampleTable(int width, int height, bool with_tilted, size_t samples);

  size_t size() const { return samples_; }
  // Room that values() writes to: size() and up to a vector more.
  size_t padded() const { return padded_; }
  void set(size_t sample, std::span<const uint8_t> pixels);

  // out[i] = the feature's value for sample i, as the detector has it, for i < size(); out has room for padded().
  void values(const HaarFeature& feature, std::span<float> out) const;
  float value(const HaarFeature& feature, size_t sample) const;

 private:
  const float* corner(bool tilted, int x, int y) const;

  int width_, height_;
  size_t samples_, padded_;
  std::vector<float> sums_, tilted_;  // [height + 1][width + 1][padded]
  std::vector<float> factors_;        // of brightness; zeros behind the last
};

}  // namespace fer::cascade
