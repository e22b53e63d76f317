// libFuzzer target: the reader of FER+'s votes. What it takes must be whole and give labels; what it refuses must be
// refused with Error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string_view>

#include "fer/error.h"
#include "fer/ferplus.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const fer::FerPlus votes = fer::parse_ferplus({reinterpret_cast<const char*>(bytes), size}, "fuzz.csv");
    if (votes.votes.empty() || votes.votes.size() != votes.usage.size()) std::abort();
    for (const fer::Votes& row : votes.votes) {
      const uint8_t label = fer::majority_label(row);
      if (label > 7 && label != fer::kNoLabel) std::abort();
      std::array<float, 8> p;
      const float sum = fer::vote_distribution(row, p) ? 1.0f : 0.0f;
      if (std::abs(std::accumulate(p.begin(), p.end(), 0.0f) - sum) > 1e-5f) std::abort();
    }
  } catch (const fer::Error&) {
  }
  return 0;
}
