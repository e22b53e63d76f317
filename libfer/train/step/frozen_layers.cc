#include "train/step/frozen_layers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "fer/error.h"
#include "fer/weights.h"

namespace fer::train {
namespace {

constexpr size_t kNamesInMessage = 6;

std::vector<bool> layers_with_weights(const Network& network) {
  std::vector<bool> with(network.layers.size());
  for (const Parameter& p : parameter_layout(network).parameters) with[static_cast<size_t>(p.layer)] = true;
  return with;
}

// "conv1, bn1, ... and 7 more"
std::string some_names(const Network& network, const std::vector<bool>& layers) {
  std::vector<std::string> names;
  size_t count = 0;
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i] && ++count <= kNamesInMessage) names.push_back(network.layers[i].name);
  }
  const std::string more = count > kNamesInMessage ? fmt::format(" and {} more", count - kNamesInMessage) : "";
  return fmt::format("{}{}", fmt::join(names, ", "), more);
}

// Whether a name has the form of a pattern, in which a star stands for any characters.
bool fits(std::string_view pattern, std::string_view name) {
  const size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  for (size_t begin = star; begin <= name.size(); ++begin) {
    if (fits(pattern.substr(star + 1), name.substr(begin))) return true;
  }
  return false;
}

// The layers that one entry names, with or without weights.
class Entry {
 public:
  Entry(const Network& network, const std::vector<bool>& with_weights) : network_(network), with_(with_weights) {}

  std::vector<bool> layers(const std::string& text) const {
    std::vector<bool> found(network_.layers.size());
    if (const int whole = index_of(text); whole >= 0) {
      found[static_cast<size_t>(whole)] = true;
    } else if (const size_t dots = text.find(".."); dots != text.npos) {
      const int first = index_of(text.substr(0, dots)), last = index_of(text.substr(dots + 2));
      for (int i = first; first >= 0 && i <= last; ++i) found[static_cast<size_t>(i)] = true;
    } else if (int64_t count = 0; is_count(text, count)) {
      for (size_t i = 0; i < found.size() && count > 0; ++i) {
        if (with_[i]) found[i] = true, --count;
      }
    } else {
      for (size_t i = 0; i < found.size(); ++i) found[i] = fits(text, network_.layers[i].name);
    }
    return found;
  }

 private:
  int index_of(std::string_view name) const {
    const auto layer = std::ranges::find(network_.layers, name, &Layer::name);
    return layer == network_.layers.end() ? -1 : static_cast<int>(layer - network_.layers.begin());
  }
  static bool is_count(const std::string& text, int64_t& count) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    return error == std::errc() && stop == text.data() + text.size();
  }

  const Network& network_;
  const std::vector<bool>& with_;
};

int64_t trained_floats(const Network& network) { return totals(network).trainable; }

// Batch norms that are trained though the layer with weights before them is not.
std::vector<bool> norms_left(const Network& network, const std::vector<bool>& with, const std::vector<bool>& frozen) {
  std::vector<bool> left(frozen.size());
  bool before = false;
  for (size_t i = 0; i < frozen.size(); ++i) {
    if (!with[i]) continue;
    const bool norm = std::holds_alternative<BatchNorm>(network.layers[i].kind);
    left[i] = norm && before && !frozen[i] && !network.layers[i].frozen;
    before = frozen[i];
  }
  return left;
}

}  // namespace

std::vector<bool> frozen_layers(const std::vector<std::string>& freeze, const Network& network) {
  if (freeze.empty()) return {};
  const std::vector<bool> with = layers_with_weights(network);
  std::vector<bool> frozen(with.size());
  const Entry entry(network, with);
  for (const std::string& text : freeze) {
    bool any = false;
    const std::vector<bool> named = entry.layers(text);
    for (size_t i = 0; i < named.size(); ++i) {
      if (!named[i] || !with[i]) continue;
      frozen[i] = any = true;
    }
    if (any) continue;
    throw Error(fmt::format(
        "freeze: expected names of layers with weights ({}), a pattern as conv*, a range as A..B in their order or a "
        "count of the first ones, found \"{}\"",
        some_names(network, with), text));
  }
  if (trained_floats(with_frozen(network, frozen)) == 0) {
    throw Error(fmt::format("freeze: expected a layer with weights that is left to train, found all frozen"));
  }
  return frozen;
}

Network with_frozen(Network network, const std::vector<bool>& frozen) {
  for (size_t i = 0; i < frozen.size(); ++i) {
    if (frozen[i]) network.layers[i].frozen = true;
  }
  return network;
}

bool freezes_in_step(const TrainConfig& config, int64_t step, int64_t steps_per_epoch) {
  if (config.freeze.empty()) return false;
  return config.unfreeze_at == 0 || step / steps_per_epoch + 1 < config.unfreeze_at;
}

std::vector<int64_t> first_trained_steps(const TrainConfig& config, const Network& network, int64_t steps_per_epoch) {
  std::vector<int64_t> first;
  for (const bool frozen : frozen_layers(config.freeze, network)) {
    const bool never = frozen && config.unfreeze_at == 0;
    first.push_back(never    ? std::numeric_limits<int64_t>::max()
                    : frozen ? (config.unfreeze_at - 1) * steps_per_epoch
                             : 0);
  }
  return first;
}

std::vector<std::string> freezing_remarks(const TrainConfig& config, const Network& network, int64_t epochs) {
  const std::vector<bool> frozen = frozen_layers(config.freeze, network);
  if (frozen.empty()) return {};
  const std::vector<bool> with = layers_with_weights(network);
  const bool thaws = config.unfreeze_at > 0 && config.unfreeze_at <= epochs;
  std::vector<std::string> remarks = {fmt::format(
      "frozen{}: {} ({} of {} layers with weights); {} of {} parameters are trained; frozen batch norms go by "
      "their moving moments, as in Keras",
      thaws ? fmt::format(" before epoch {}", config.unfreeze_at) : "", some_names(network, frozen),
      std::ranges::count(frozen, true), std::ranges::count(with, true), trained_floats(with_frozen(network, frozen)),
      totals(network).params)};
  if (config.unfreeze_at > epochs) {
    remarks.push_back(fmt::format("unfreeze_at: epoch {} of {}: nothing is unfrozen", config.unfreeze_at, epochs));
  }
  const std::vector<bool> norms = norms_left(network, with, frozen);
  if (std::ranges::count(norms, true) > 0) {
    remarks.push_back(
        fmt::format("batch norms after frozen layers go on learning: {}; freeze them too by name (--freeze)",
                    some_names(network, norms)));
  }
  return remarks;
}

}  // namespace fer::train
