// Random numbers for tests. The seed is FER_TEST_SEED from the environment, else a fixed one; failures print it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "core/random.h"

namespace fer::testing {

// A number from the environment, `otherwise` where there is none.
inline uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 10) : otherwise;
}

// A variable: random_cases.h gives every case a seed of its own.
inline uint64_t& test_seed() {
  static uint64_t seed = number_from_environment("FER_TEST_SEED", 20131001);
  return seed;
}

inline std::string seed_note() { return "FER_TEST_SEED=" + std::to_string(test_seed()); }

// Draws one number after another; `stream` tells two of them apart.
class Draw {
 public:
  explicit Draw(uint32_t stream) : stream_{.seed = test_seed(), .use = RandomUse::kSynthetic, .a = stream} {}

  double uniform(double low, double high) { return low + (high - low) * random_unit(stream_, next_++); }
  int64_t integer(int64_t low, int64_t high) {  // both included
    return low + static_cast<int64_t>(random_block(stream_, (uint64_t{1} << 40) + next_++)[0] %
                                      static_cast<uint64_t>(high - low + 1));
  }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(integer(0, static_cast<int64_t>(choices.size()) - 1))];
  }

  // Uniform in [-1, 1).
  template <class T = float>
  std::vector<T> values(int64_t count, double low = -1, double high = 1) {
    std::vector<T> out(static_cast<size_t>(count));
    for (T& v : out) v = static_cast<T>(uniform(low, high));
    return out;
  }

  // In [-1, 1] and never within 0.05 of 0, where relu and its like have a kink.
  std::vector<double> values_off_zero(int64_t count) {
    std::vector<double> out(static_cast<size_t>(count));
    for (double& v : out) v = uniform(0.05, 1) * (integer(0, 1) == 0 ? -1 : 1);
    return out;
  }

  // Pairwise 0.01 or more apart, so that a maximum stays one under small changes.
  std::vector<double> distinct_values(int64_t count) {
    std::vector<double> out(static_cast<size_t>(count));
    for (size_t i = 0; i < out.size(); ++i) out[i] = 0.01 * (static_cast<double>(i) - static_cast<double>(count) / 2);
    for (size_t i = out.size(); i > 1; --i)
      std::swap(out[i - 1], out[static_cast<size_t>(integer(0, static_cast<int64_t>(i) - 1))]);
    return out;
  }

 private:
  RandomStream stream_;
  uint64_t next_ = 0;
};

inline std::vector<double> as_doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }
inline std::vector<float> as_floats(const std::vector<double>& values) { return {values.begin(), values.end()}; }

// Where a relu cuts its values off: nowhere, or among them.
inline float random_cap(Draw& draw) {
  return draw.integer(0, 1) == 1 ? static_cast<float>(draw.uniform(0, 1)) : std::numeric_limits<float>::infinity();
}

}  // namespace fer::testing
