#include "bench/kernels/layers.h"

#include "engine/kernel_shapes.h"

namespace fer::bench {
namespace {

std::vector<BenchLayer> find_layers() {
  std::vector<BenchLayer> layers;
  for (const char* name : {"seed002_vgg8", "seed000_cnn48"}) {
    const Network network = load_network(name);
    const std::vector<LayerInfo> infos = infer(network);
    for (size_t i = 0; i < network.layers.size(); ++i) {
      const int before = infos[i].inputs[0];
      const Shape& input = before < 0 ? network.input : infos[static_cast<size_t>(before)].output;
      layers.push_back({name, network.layers[i].name, network.layers[i].kind, input, infos[i].output});
    }
  }
  return layers;
}

}  // namespace

const std::vector<BenchLayer>& bench_layers() {
  static const std::vector<BenchLayer> layers = find_layers();
  return layers;
}

std::string full_name(const BenchLayer& layer) { return layer.network + "/" + layer.name; }

bool has_kernel(const BenchLayer& layer) {
  return std::holds_alternative<Conv2D>(layer.kind) || std::holds_alternative<Dense>(layer.kind);
}

kernels::ConvShape conv_shape_of(const BenchLayer& layer, int64_t n) {
  if (const auto* conv = std::get_if<Conv2D>(&layer.kind)) return engine::conv_shape(*conv, layer.input, n);
  return engine::dense_shape(std::get<Dense>(layer.kind), layer.input, n);
}

}  // namespace fer::bench
