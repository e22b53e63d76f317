// oneDNN's side of bench/compare: the network's convolutions alone, without activations, pooling or an optimizer.
//   dnnl_side train|infer NETWORK BATCH THREADS STEPS fp32|bf16
//   dnnl_side version
// Prints what fer_side prints, with one value of "seconds": the sum, over convolutions and passes, of the median time.
// oneDNN chooses the layouts, and for every pass the fastest of its algorithms counts. Changing layouts is not counted.
#include <omp.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <dnnl.hpp>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "fer/network.h"

namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using Type = memory::data_type;

struct Convolution {
  std::string name;
  memory::dims source, weights, bias, result, strides, before, after;  // before, after: cells of padding
  bool of_input;                                                       // then nobody needs its backward data pass
};

struct Pass {
  dnnl::primitive primitive;
  std::unordered_map<int, memory> arguments;
  std::string implementation;
};

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

Convolution describe(const fer::Conv2D& conv, const std::string& name, const fer::Shape& in, const fer::Shape& out,
                     int64_t batch) {
  Convolution c{.name = name,
                .source = {batch, in[2], in[0], in[1]},
                .weights = {conv.filters, in[2], conv.kernel[0], conv.kernel[1]},
                .bias = {conv.filters},
                .result = {batch, out[2], out[0], out[1]},
                .strides = {conv.strides[0], conv.strides[1]},
                .before = {},
                .after = {},
                .of_input = false};
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t cells = std::max<int64_t>(0, (out[axis] - 1) * conv.strides[axis] + conv.kernel[axis] - in[axis]);
    c.before.push_back(conv.padding.kind == fer::Padding::Kind::kSame ? cells / 2 : conv.padding.cells);
    c.after.push_back(cells - c.before.back());
  }
  return c;
}

std::vector<Convolution> convolutions_of(const fer::Network& network, int64_t batch) {
  const std::vector<fer::LayerInfo> layers = fer::infer(network);
  std::vector<Convolution> found;
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto* conv = std::get_if<fer::Conv2D>(&network.layers[i].kind);
    if (conv == nullptr) continue;
    const int from = layers[i].inputs.at(0);
    const fer::Shape& in = from < 0 ? network.input : layers[static_cast<size_t>(from)].output;
    found.push_back(describe(*conv, network.layers[i].name, in, layers[i].output, batch));
    found.back().of_input = from < 0;
  }
  return found;
}

memory::desc any(const memory::dims& dims, Type type) { return {dims, type, memory::format_tag::any}; }

// Ordinary numbers, through a reorder: so that padding inside oneDNN's own layouts is zero, as it must be.
memory filled(const memory::desc& desc) {
  const memory::dims dims = desc.dims();
  memory plain({dims, Type::f32, dims.size() == 1 ? memory::format_tag::a : memory::format_tag::abcd}, cpu());
  auto* values = static_cast<float*>(plain.get_data_handle());
  for (size_t i = 0; i < plain.get_desc().get_size() / sizeof(float); ++i) {
    values[i] = static_cast<float>(i * 7919 % 1009) / 1009.0f - 0.5f;
  }
  memory result(desc, cpu());
  dnnl::stream stream(cpu());
  dnnl::reorder(plain, result).execute(stream, plain, result);
  stream.wait();
  return result;
}

dnnl::convolution_forward::primitive_desc forward_desc(const Convolution& c, algorithm a, prop_kind kind, Type type) {
  return {{kind, a, any(c.source, type), any(c.weights, type), any(c.bias, Type::f32), any(c.result, type), c.strides,
           c.before, c.after},
          cpu()};
}

Pass forward(const Convolution& c, algorithm a, prop_kind kind, Type type) {
  const auto d = forward_desc(c, a, kind, type);
  return {dnnl::convolution_forward(d),
          {{DNNL_ARG_SRC, filled(d.src_desc())},
           {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
           {DNNL_ARG_BIAS, filled(d.bias_desc())},
           {DNNL_ARG_DST, memory(d.dst_desc(), cpu())}},
          d.impl_info_str()};
}

Pass backward_data(const Convolution& c, algorithm a, Type type) {
  const dnnl::convolution_backward_data::primitive_desc d(
      {a, any(c.source, type), any(c.weights, type), any(c.result, type), c.strides, c.before, c.after}, cpu(),
      forward_desc(c, algorithm::convolution_auto, prop_kind::forward_training, type));
  return {dnnl::convolution_backward_data(d),
          {{DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())},
           {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
           {DNNL_ARG_DIFF_SRC, memory(d.diff_src_desc(), cpu())}},
          d.impl_info_str()};
}

// Gradients of weights are fp32, as an optimizer wants them.
Pass backward_weights(const Convolution& c, algorithm a, Type type) {
  const dnnl::convolution_backward_weights::primitive_desc d(
      {a, any(c.source, type), any(c.weights, Type::f32), any(c.bias, Type::f32), any(c.result, type), c.strides,
       c.before, c.after},
      cpu(), forward_desc(c, algorithm::convolution_auto, prop_kind::forward_training, type));
  return {dnnl::convolution_backward_weights(d),
          {{DNNL_ARG_SRC, filled(d.src_desc())},
           {DNNL_ARG_DIFF_DST, filled(d.diff_dst_desc())},
           {DNNL_ARG_DIFF_WEIGHTS, memory(d.diff_weights_desc(), cpu())},
           {DNNL_ARG_DIFF_BIAS, memory(d.diff_bias_desc(), cpu())}},
          d.impl_info_str()};
}

double median_seconds(const Pass& pass, int steps) {
  dnnl::stream stream(cpu());
  std::vector<double> seconds;
  for (int i = -1; i < steps; ++i) {  // the first is a warm-up
    const auto begin = std::chrono::steady_clock::now();
    pass.primitive.execute(stream, pass.arguments);
    stream.wait();
    if (i >= 0) seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

// make(algorithm) gives a Pass. Different algorithms may lead to one implementation, which is then run once.
template <typename Make>
double fastest(const std::string& what, int steps, const Make& make) {
  double best = std::numeric_limits<double>::infinity();
  std::set<std::string> seen;
  for (const algorithm a :
       {algorithm::convolution_auto, algorithm::convolution_direct, algorithm::convolution_winograd}) {
    try {
      const Pass pass = make(a);
      if (!seen.insert(pass.implementation).second) continue;
      const double seconds = median_seconds(pass, steps);
      std::fprintf(stderr, "%s %s %.6f\n", what.c_str(), pass.implementation.c_str(), seconds);
      best = std::min(best, seconds);
    } catch (const dnnl::error& error) {
      if (error.status != dnnl_unimplemented) throw;
    }
  }
  if (seen.empty()) throw std::runtime_error(what + ": oneDNN has no such convolution here");
  return best;
}

double seconds_of(const Convolution& c, bool training, int steps, Type type) {
  const prop_kind kind = training ? prop_kind::forward_training : prop_kind::forward_inference;
  double sum = fastest(c.name + " forward", steps, [&](algorithm a) { return forward(c, a, kind, type); });
  if (!training) return sum;
  sum += fastest(c.name + " backward weights", steps, [&](algorithm a) { return backward_weights(c, a, type); });
  if (c.of_input) return sum;
  return sum + fastest(c.name + " backward data", steps, [&](algorithm a) { return backward_data(c, a, type); });
}

int run(const std::vector<std::string>& args) {
  if (args.size() == 1 && args[0] == "version") {
    std::printf("%d.%d.%d\n", dnnl::version()->major, dnnl::version()->minor, dnnl::version()->patch);
    return 0;
  }
  if (args.size() != 6 || (args[0] != "train" && args[0] != "infer") || (args[5] != "fp32" && args[5] != "bf16")) {
    std::fprintf(stderr, "usage: dnnl_side train|infer NETWORK BATCH THREADS STEPS fp32|bf16 | version\n");
    return 2;
  }
  omp_set_num_threads(std::stoi(args[3]));
  double seconds = 0;
  for (const Convolution& c : convolutions_of(fer::load_network(args[1]), std::stoll(args[2]))) {
    seconds += seconds_of(c, args[0] == "train", std::stoi(args[4]), args[5] == "bf16" ? Type::bf16 : Type::f32);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"what\": \"%s\", \"seconds\": [%.6f], \"peak_mib\": %.1f}\n", args[0].c_str(), seconds,
              static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  return run(std::vector<std::string>(argv + 1, argv + argc));
} catch (const std::exception& error) {
  std::fprintf(stderr, "dnnl_side: %s\n", error.what());
  return 1;
}
