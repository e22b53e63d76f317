// Figures of a classifier from its probabilities (fer/metrics.h).
#include "fer/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate/calibration.h"
#include "fer/error.h"

namespace fer {
namespace {

constexpr size_t kWorstMistakes = 24;

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

void check_sizes(const Tensor& probabilities, size_t labels, size_t rows, size_t names) {
  if (probabilities.shape().rank() != 2) {
    throw Error("evaluation: expected probabilities [pictures, classes], found " + probabilities.shape().to_string());
  }
  const auto n = static_cast<size_t>(probabilities.shape()[0]), classes = static_cast<size_t>(probabilities.shape()[1]);
  if (labels != n || rows != n) {
    throw Error("evaluation: expected " + std::to_string(n) + " labels and row numbers, found " +
                std::to_string(labels) + " and " + std::to_string(rows));
  }
  if (names != 0 && names != classes) {
    throw Error("evaluation: expected " + std::to_string(classes) + " class names, found " + std::to_string(names));
  }
}

void count_classes(Evaluation& e, const std::vector<std::string>& class_names) {
  const size_t classes = e.confusion.size();
  for (size_t k = 0; k < classes; ++k) {
    int64_t predicted = 0;
    for (size_t label = 0; label < classes; ++label) predicted += e.confusion[label][k];
    ClassFigures figures;
    figures.name = class_names.empty() ? std::to_string(k) : class_names[k];
    for (int64_t n : e.confusion[k]) figures.support += n;
    const auto right = static_cast<double>(e.confusion[k][k]);
    figures.precision = ratio(right, static_cast<double>(predicted));
    figures.recall = ratio(right, static_cast<double>(figures.support));
    figures.f1 = ratio(2 * figures.precision * figures.recall, figures.precision + figures.recall);
    e.macro_f1 += figures.f1 / static_cast<double>(classes);
    e.classes.push_back(std::move(figures));
  }
}

}  // namespace

Evaluation evaluate_probabilities(const Tensor& probabilities, std::span<const uint8_t> labels,
                                  std::span<const int64_t> rows, const std::vector<std::string>& class_names) {
  check_sizes(probabilities, labels.size(), rows.size(), class_names.size());
  const auto classes = static_cast<size_t>(probabilities.shape()[1]);
  Evaluation e;
  e.count = probabilities.shape()[0];
  e.confusion.assign(classes, std::vector<int64_t>(classes, 0));
  int64_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::span<const float> p = probabilities.values().subspan(i * classes, classes);
    const size_t label = labels[i];
    if (label >= classes) {
      throw Error("evaluation: row " + std::to_string(rows[i]) + " has label " + std::to_string(label) +
                  ", expected less than " + std::to_string(classes));
    }
    const auto predicted = static_cast<size_t>(std::max_element(p.begin(), p.end()) - p.begin());
    // A probability that underflowed counts as the smallest normal float, so that the loss stays finite.
    e.loss -= std::log(static_cast<double>(std::max(p[label], std::numeric_limits<float>::min())));
    ++e.confusion[label][predicted];
    if (predicted == label) {
      ++right;
    } else {
      e.worst.push_back({rows[i], static_cast<int>(label), static_cast<int>(predicted), p[predicted]});
    }
  }
  e.loss = ratio(e.loss, static_cast<double>(e.count));
  e.accuracy = ratio(static_cast<double>(right), static_cast<double>(e.count));
  count_classes(e, class_names);
  e.calibration = evaluation::calibration_of(probabilities.values(), probabilities.shape()[1], labels);
  const auto certainty = [](const Mistake& m) { return std::isnan(m.probability) ? -1.0 : m.probability; };
  std::stable_sort(e.worst.begin(), e.worst.end(),
                   [&](const Mistake& a, const Mistake& b) { return certainty(a) > certainty(b); });
  if (e.worst.size() > kWorstMistakes) e.worst.resize(kWorstMistakes);
  return e;
}

}  // namespace fer
