#include "fer/quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "engine/kernel_shapes.h"
#include "evaluate/prepared_model.h"
#include "fer/error.h"
#include "kernels/int8/int8.h"
#include "network/layer_facts.h"

namespace fer {
namespace {

constexpr int64_t kBatch = 32;
// The share of a layer's input values that is cut off at either end.
constexpr double kShareCutOff = 1e-5;
constexpr int kBins = 4096;

// The values that one layer's input takes.
struct InputValues {
  float low = 0, high = 0;
  std::vector<int64_t> counts;  // of values, by equal parts of [low, high]
  int64_t total = 0;

  void widen(std::span<const float> values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    low = std::min(low, *least);
    high = std::max(high, *most);
  }

  void count(std::span<const float> values) {
    counts.resize(kBins);
    const float per_value = high > low ? kBins / (high - low) : 0.0f;
    for (const float value : values) {
      const int bin = static_cast<int>((value - low) * per_value);
      ++counts[static_cast<size_t>(std::clamp(bin, 0, kBins - 1))];
    }
    total += static_cast<int64_t>(values.size());
  }

  // The ends of the values but for the share that is cut off.
  std::array<float, 2> range() const {
    const auto spared = static_cast<int64_t>(kShareCutOff * static_cast<double>(total));
    int first = 0, last = kBins - 1;
    for (int64_t seen = counts[0]; first < kBins - 1 && seen <= spared; seen += counts[static_cast<size_t>(first)])
      ++first;
    for (int64_t seen = counts[kBins - 1]; last > 0 && seen <= spared; seen += counts[static_cast<size_t>(last)])
      --last;
    const float step = (high - low) / kBins;
    return {low + step * static_cast<float>(first), low + step * static_cast<float>(last + 1)};
  }
};

kernels::ConvShape shape_of(const LayerKind& kind, const Shape& input) {
  if (const auto* conv = std::get_if<Conv2D>(&kind)) return engine::conv_shape(*conv, input, 1);
  return engine::dense_shape(std::get<Dense>(kind), input, 1);
}

// Layers to quantise, by index: see the header.
std::map<int, kernels::ConvShape> chosen_layers(const Network& network) {
  std::map<int, kernels::ConvShape> chosen;
  const std::vector<LayerInfo> infos = infer(network);
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const LayerKind& kind = network.layers[i].kind;
    if (!facts_of(kind).int8) continue;
    const int input = infos[i].inputs[0];
    const kernels::ConvShape s = shape_of(kind, input < 0 ? network.input : infos[static_cast<size_t>(input)].output);
    if (kernels::int8_conv_supports(s)) chosen.emplace(static_cast<int>(i), s);
  }
  if (!chosen.empty()) chosen.erase(chosen.begin());
  if (!chosen.empty()) chosen.erase(std::prev(chosen.end()));
  return chosen;
}

// Runs the pictures, batch by batch.
void observe(const Model& model, std::span<const uint8_t> pictures, const engine::InputObserver& observer) {
  const evaluation::PreparedModel prepared(model.network, model.weights.layout, model.weights.values.values(),
                                           model.preprocessing, {}, evaluation::Outputs::kRaw);
  evaluation::PreparedModel::Workspace workspace = prepared.make_workspace(kBatch);
  const auto size = static_cast<size_t>(prepared.picture().elements());
  const auto classes = static_cast<size_t>(prepared.classes());
  std::vector<float> outputs(kBatch * classes);
  for (size_t begin = 0; begin < pictures.size() / size; begin += kBatch) {
    const size_t count = std::min<size_t>(kBatch, pictures.size() / size - begin);
    prepared.ask(workspace, pictures.subspan(begin * size, count * size), std::span(outputs).first(count * classes),
                 &observer);
  }
}

const Parameter& kernel_of(const ParameterLayout& layout, int layer) {
  return *std::find_if(layout.parameters.begin(), layout.parameters.end(),
                       [&](const Parameter& p) { return p.layer == layer && p.name.ends_with("/kernel"); });
}

Int8Layer quantize_layer(Model& model, int layer, const kernels::ConvShape& s, const InputValues& input) {
  Int8Layer result;
  result.layer = model.network.layers[static_cast<size_t>(layer)].name;
  const auto [low, high] = input.range();
  result.low = low;
  result.high = high;
  const std::span<float> kernel = model.weights.of(kernel_of(model.weights.layout, layer));
  result.kernel_scale.resize(static_cast<size_t>(s.co));
  std::vector<int8_t> q(kernel.size());
  kernels::int8_quantize_kernel(s, kernel, q, result.kernel_scale);
  for (size_t i = 0; i < q.size(); ++i)
    kernel[i] = static_cast<float>(q[i]) * result.kernel_scale[i % result.kernel_scale.size()];
  return result;
}

}  // namespace

Model quantize_int8(Model model, std::span<const uint8_t> pictures) {
  const Shape picture = picture_shape(model);
  const auto size = static_cast<size_t>(picture.elements());
  if (!model.int8.empty()) throw Error("the model computes in 8-bit integers already");
  if (pictures.empty() || pictures.size() % size != 0)
    throw Error("calibration: expected pictures of " + std::to_string(size) + " values (" + picture.to_string() +
                "), found " + std::to_string(pictures.size()) + " values");
  const std::map<int, kernels::ConvShape> chosen = chosen_layers(model.network);
  if (chosen.empty()) throw Error("network '" + model.network.name + "': no layer to compute in 8-bit integers");
  std::map<int, InputValues> inputs;
  observe(model, pictures, [&](int layer, std::span<const float> values) {
    if (chosen.contains(layer)) inputs[layer].widen(values);
  });
  observe(model, pictures, [&](int layer, std::span<const float> values) {
    if (chosen.contains(layer)) inputs[layer].count(values);
  });
  for (const auto& [layer, shape] : chosen) model.int8.push_back(quantize_layer(model, layer, shape, inputs.at(layer)));
  return model;
}

}  // namespace fer
