#include "tools/eval/guessing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fer::cli {

std::string guessing_hint(const Evaluation& e) {
  constexpr int64_t kFewest = 20;  // below, every accuracy may be chance's
  if (e.count < kFewest || e.classes.size() < 2) return "";
  const auto n = static_cast<double>(e.count);
  const auto largest = std::ranges::max_element(e.classes, {}, &ClassFigures::support);
  const double share = static_cast<double>(largest->support) / n, chance = 1 / static_cast<double>(e.classes.size());
  const auto predicted_of = [&](size_t c) {
    int64_t sum = 0;
    for (const auto& row : e.confusion) sum += row[c];
    return sum;
  };
  bool one_class = false;  // nearly all answers are the same
  for (size_t c = 0; c < e.classes.size(); ++c) {
    one_class = one_class || static_cast<double>(predicted_of(c)) >= 0.95 * n;
  }
  // Two standard deviations of what a guesser finds.
  const auto near = [&](double p) { return e.accuracy <= p + 2 * std::sqrt(p * (1 - p) / n); };
  const bool always_one = one_class && near(share) && largest->support < e.count;
  if (!near(chance) && !always_one) return "";
  return fmt::format(
      "accuracy {:.1f} % is what {} finds: if the model is trained, look at its pixels' scale (fer-info MODEL shows "
      "it; "
      "fer-convert --pixel-scale sets that of a model from Keras or ONNX), at the order of its classes and at whether "
      "faces are cropped as it is used to",
      100 * e.accuracy,
      always_one ? fmt::format("naming one class always (the largest, {}, has {:.1f} %)", largest->name, 100 * share)
                 : fmt::format("guessing among {} classes", e.classes.size()));
}

}  // namespace fer::cli
