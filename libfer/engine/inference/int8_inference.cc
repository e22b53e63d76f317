#include "engine/inference/int8_inference.h"

#include <algorithm>
#include <cmath>

#include "engine/kernel_shapes.h"
#include "fer/error.h"
#include "network/layer_facts.h"

namespace fer::engine {
namespace {

class Int8ConvInference : public InferenceStep {
 public:
  Int8ConvInference(const Operation& operation, FusedConv fused, const Int8Plan& plan)
      : shape_(conv_shape(operation, 1)),
        bias_(std::move(fused.bias)),
        after_(std::move(fused.after)),
        relu_(fused.relu),
        relu_cap_(fused.relu_cap),
        plan_(plan),
        range_(plan.input_range) {
    prepare_kernel(fused, plan.layer->kernel_scale);
    plan_.layer = nullptr;  // need not live as long as this
  }

  int64_t scratch_floats(int64_t max_batch) const override {
    return (rounded_bytes(max_batch) + kernels::int8_conv_scratch_bytes(with_n(max_batch))) / 4;
  }

  void run(const InferenceContext& c) const override {
    const kernels::ConvShape s = with_n(c.n);
    const std::span<uint8_t> scratch = c.scratch_bytes();
    const auto rounded = static_cast<size_t>(rounded_bytes(c.n));
    const uint8_t* input = plan_.input_bytes ? c.bytes(x[0]) : scratch.data();
    if (!plan_.input_bytes) {
      kernels::int8_quantize(s.n * s.h * s.w, s.ci, range_, c.input(x[0], s.h * s.w * s.ci).data(), scratch.data());
    }
    const kernels::Int8Conv conv = arguments();
    if (plan_.output_bytes) {
      kernels::int8_conv_forward(s, conv, input, plan_.output_range, c.bytes(y), scratch.subspan(rounded));
    } else {
      kernels::int8_conv_forward(s, conv, input, c.output(y, s.oh * s.ow * s.co).data(), scratch.subspan(rounded));
    }
  }

 private:
  void prepare_kernel(const FusedConv& fused, const std::vector<float>& scale) {
    const auto co = static_cast<size_t>(shape_.co);
    std::vector<int8_t> q(fused.kernel.size());
    start_.assign((co + 15) / 16 * 16, 0);
    for (size_t i = 0; i < q.size(); ++i) {
      q[i] = static_cast<int8_t>(std::clamp(std::nearbyint(fused.kernel[i] / scale[i % co]), -127.0f, 127.0f));
      start_[i % co] -= range_.zero * q[i];
    }
    prepared_.resize(static_cast<size_t>(kernels::int8_prepared_bytes(shape_)));
    kernels::int8_prepare_kernel(shape_, q, prepared_);
    multiplier_.resize(co);
    for (size_t i = 0; i < co; ++i)
      multiplier_[i] = range_.scale * scale[i] * (fused.kernel_scale.empty() ? 1.0f : fused.kernel_scale[i]);
  }

  kernels::Int8Conv arguments() const {
    const auto pointer = [](const std::vector<float>& v) { return v.empty() ? nullptr : v.data(); };
    return {.prepared = prepared_.data(),
            .start = start_.data(),
            .x_zero = static_cast<uint8_t>(range_.zero),
            .epilogue = {.multiplier = multiplier_.data(),
                         .bias = pointer(bias_),
                         .relu = relu_,
                         .relu_cap = relu_cap_,
                         .after_scale = pointer(after_.scale),
                         .after_shift = pointer(after_.shift)}};
  }

  kernels::ConvShape with_n(int64_t n) const {
    kernels::ConvShape s = shape_;
    s.n = n;
    return s;
  }
  int64_t rounded_bytes(int64_t n) const {
    if (plan_.input_bytes) return 0;
    return (n * shape_.h * shape_.w * kernels::byte_cell(shape_.ci) + 63) / 64 * 64;
  }

  kernels::ConvShape shape_;
  std::vector<int8_t> prepared_;
  std::vector<int32_t> start_;
  std::vector<float> multiplier_, bias_;
  ScaleShift after_;
  bool relu_;
  float relu_cap_;
  Int8Plan plan_;
  kernels::Int8Range range_;
};

class Int8MaxPoolInference : public InferenceStep {
 public:
  explicit Int8MaxPoolInference(const kernels::PoolShape& shape) : shape_(shape) {}
  void run(const InferenceContext& c) const override {
    kernels::PoolShape s = shape_;
    s.n = c.n;
    kernels::int8_max_pool(s, c.bytes(x[0]), c.bytes(y));
  }

 private:
  kernels::PoolShape shape_;
};

const Int8Layer* layer_named(const std::string& name, std::span<const Int8Layer> layers) {
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const Int8Layer& l) { return l.layer == name; });
  return found == layers.end() ? nullptr : &*found;
}

int64_t channels_of(const Shape& shape) { return shape[shape.rank() - 1]; }

// Changes of shape vanish from the steps: a layer may then read cells of other channels than its own input has, whose
// bytes are its inputs in order only where no cell had to be filled up.
bool reads_cells_of(const Operation& reader, const Operation& writer) {
  const int64_t wanted = channels_of(reader.input), given = channels_of(writer.output);
  return wanted == given || (wanted % 4 == 0 && given % 4 == 0);
}

// Layers as a whole: not what stands for half of one.
bool may_be_int8(const Network& network, const Operation& operation) {
  const LayerKind& kind = network.layers[static_cast<size_t>(operation.layer)].kind;
  return facts_of(kind).int8;
}

class Int8Planner {
 public:
  Int8Planner(const FusedGraph& graph, std::vector<Int8Plan>& plans)
      : operations_(graph.operations), plans_(plans), readers_(operations_.size()) {
    for (size_t i = 0; i < operations_.size(); ++i) {
      for (const int input : operations_[i].inputs)
        if (input >= 0) readers_[static_cast<size_t>(input)].push_back(i);
    }
    // What gives the result has a reader in floats.
    if (graph.result >= 0) readers_[static_cast<size_t>(graph.result)].clear();
    for (size_t i = operations_.size(); i-- > 0;) choose_format(i);
    for (size_t i = 0; i < operations_.size(); ++i) connect(i);
  }

 private:
  const Operation& operation(size_t i) const { return operations_[i].operation; }
  bool is_max_pool(size_t i) const { return std::holds_alternative<MaxPool2D>(operation(i).kind); }

  // Forward: a max pool has bytes to give only where it gets them, and those of its input's range.
  void connect(size_t i) {
    Int8Plan& plan = plans_[i];
    const int input = operations_[i].inputs[0];
    const Int8Plan* before = input >= 0 ? &plans_[static_cast<size_t>(input)] : nullptr;
    const bool bytes = before != nullptr && before->output_bytes;
    if (plan.layer != nullptr) {
      plan.input_bytes = bytes;
      plan.input_range = bytes ? before->output_range : kernels::int8_range(plan.layer->low, plan.layer->high);
    } else if (plan.output_bytes) {
      plan.output_bytes = bytes;
      if (bytes) plan.output_range = before->output_range;
    }
  }

  // Bytes, where all readers want them, of the range of the first.
  void choose_format(size_t i) {
    Int8Plan& plan = plans_[i];
    const auto& readers = readers_[i];
    if (readers.empty() || (plan.layer == nullptr && !is_max_pool(i))) return;
    plan.output_bytes = std::all_of(readers.begin(), readers.end(), [&](size_t r) {
      return reads_cells_of(operation(r), operation(i)) &&
             (plans_[r].layer != nullptr || (is_max_pool(r) && plans_[r].output_bytes));
    });
    const Int8Plan& first = plans_[readers[0]];
    if (plan.output_bytes)
      plan.output_range =
          first.layer != nullptr ? kernels::int8_range(first.layer->low, first.layer->high) : first.output_range;
  }

  const std::vector<FusedOperation>& operations_;
  std::vector<Int8Plan>& plans_;
  std::vector<std::vector<size_t>> readers_;
};

}  // namespace

std::vector<Int8Plan> plan_int8(const Network& network, const FusedGraph& graph, std::span<const Int8Layer> layers) {
  std::vector<Int8Plan> plans(graph.operations.size());
  size_t found = 0;
  for (size_t i = 0; i < plans.size(); ++i) {
    const auto& [operation, inputs, conv] = graph.operations[i];
    if (!conv || !may_be_int8(network, operation)) continue;
    const std::string& name = network.layers[static_cast<size_t>(operation.layer)].name;
    plans[i].layer = layer_named(name, layers);
    if (plans[i].layer == nullptr) continue;
    ++found;
    const kernels::ConvShape shape = conv_shape(operation, 1);
    if (kernels::int8_conv_supports(shape)) continue;
    throw Error("layer '" + name +
                "': " + (shape.groups > 1 ? "has groups of channels: expected one group" : "too large") +
                " to compute in 8-bit integers");
  }
  if (found != layers.size()) throw Error("8-bit layers: expected convolutions and dense layers of the network");
  if (!layers.empty()) Int8Planner(graph, plans);
  return plans;
}

std::unique_ptr<InferenceStep> make_int8_conv(const Operation& operation, FusedConv fused, const Int8Plan& plan) {
  return std::make_unique<Int8ConvInference>(operation, std::move(fused), plan);
}

std::unique_ptr<InferenceStep> make_int8_max_pool(const Operation& operation) {
  const auto& pool = std::get<MaxPool2D>(operation.kind);
  return std::make_unique<Int8MaxPoolInference>(pool_shape(pool.pool, pool.strides, pool.padding, operation.input, 1));
}

}  // namespace fer::engine
