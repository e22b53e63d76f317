// Temperature scaling: one number by which all logits are divided, so that a classifier is as sure as it is right.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fer::evaluation {

// Temperatures are looked for from 1 / kLargestTemperature to kLargestTemperature.
inline constexpr double kLargestTemperature = 64;

struct FittedTemperature {
  double temperature = 1;
  double loss = 0;  // the mean cross-entropy of softmax(logits / temperature) and the labels
};

// The temperature that gives the smallest loss for logits [labels, classes] (Guo et al., On Calibration of Modern
// Neural Networks, 2017, section 4.2). Numbers that differ from logits by a constant per row do as well: the logarithms
// of probabilities, for one (log_probabilities). The loss is convex in 1 / temperature, so its derivative is bisected.
// Where the loss falls up to an end of the range (every answer right by far, or none better than chance), the
// temperature is that end. Without labels it is 1 and the loss 0; where a logit is no finite number, 1 and the loss
// NaN. Requires labels below classes.
FittedTemperature fit_temperature(std::span<const float> logits, int64_t classes, std::span<const uint8_t> labels);

// Natural logarithms, in place or of a copy. A probability that underflowed counts as the smallest normal float.
void to_logarithms(std::span<float> probabilities);
std::vector<float> log_probabilities(std::span<const float> probabilities);

// Overwrites logits [rows, classes] with softmax(logits / temperature).
void soften(double temperature, int64_t classes, std::span<float> logits);

}  // namespace fer::evaluation
