#include "train/config/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/error.h"
#include "train/config/length.h"

namespace fer::train {
namespace {

std::string pixels_text(const PictureSize& size) { return fmt::format("{}x{}", size.height, size.width); }

PictureSize input_of(const Network& network) { return {network.input[0], network.input[1]}; }

}  // namespace

PictureSize size_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch) {
  if (config.sizes.empty()) return {};
  const int64_t epoch = step / steps_per_epoch;
  const auto epochs = static_cast<double>(epochs_in_all(config, steps_per_epoch));
  double share = 0;
  for (const SizeShare& part : config.sizes) {
    share += part.share;
    if (epoch < std::llround(share * epochs)) return part.size;
  }
  return config.sizes.back().size;
}

void check_sizes(const TrainConfig& config, const Network& network) {
  if (config.sizes.empty()) return;
  if (network.input.rank() != 3) throw Error("sizes: expected a network for pictures, found one for numbers");
  for (const SizeShare& part : config.sizes) {
    try {
      with_input_size(network, part.size);
    } catch (const Error& error) {
      throw Error(fmt::format("sizes: {}", error.what()));
    }
  }
  const PictureSize last = config.sizes.back().size, input = input_of(network);
  if (last == input) return;
  throw Error(fmt::format("sizes: expected {} as the last, the network's input, found {}", pixels_text(input),
                          pixels_text(last)));
}

PictureSize resize_for(const PictureSize& size, const Network& network, const PictureSize& resize) {
  if (!resize.given()) return {};
  const auto scaled = [](int64_t whole, int64_t part, int64_t of) {
    return std::max<int64_t>(
        part, std::llround(static_cast<double>(whole) * static_cast<double>(part) / static_cast<double>(of)));
  };
  return {scaled(resize.height, size.height, network.input[0]), scaled(resize.width, size.width, network.input[1])};
}

}  // namespace fer::train
