// libfer's side of bench/compare. Prints one JSON object: seconds of every timed step, and the process's peak memory.
//   fer_side train|train16|infer|infer8 NETWORK BATCH THREADS STEPS   (train16: in bf16, infer8: in 8-bit integers)
//   fer_side model NETWORK FILE   writes initial weights as a model, for the other side to load
//   fer_side outputs MODEL FILE BATCH   probabilities of a fixed batch as raw floats
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/random.h"
#include "engine/plan.h"
#include "fer/error.h"
#include "fer/model.h"
#include "fer/precision.h"
#include "fer/quantize.h"
#include "fer/threads.h"
#include "kernels/update/optimizer.h"

namespace {

using fer::engine::InferenceModel;
using fer::engine::TrainingPlan;

// The picture batch that both sides can make: x[i] = (i * 7919 mod 1009) / 1009.
std::vector<float> fixed_pictures(int64_t floats) {
  std::vector<float> x(static_cast<size_t>(floats));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 1009) / 1009.0f;
  return x;
}

void print_times(const std::string& what, int steps, const std::function<void(int)>& step) {
  constexpr int kWarmUp = 2;
  for (int i = 0; i < kWarmUp; ++i) step(i);
  std::printf("{\"what\": \"%s\", \"seconds\": [", what.c_str());
  for (int i = 0; i < steps; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    step(kWarmUp + i);
    std::printf("%s%.6f", i == 0 ? "" : ", ",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("], \"peak_mib\": %.1f}\n", static_cast<double>(usage.ru_maxrss) / 1024);
}

void time_training(const fer::Network& network, int64_t batch, int steps, fer::Precision precision) {
  fer::Weights weights = fer::initialize(network, 1);
  const int64_t classes = fer::class_count(network), count = weights.layout.trainable_floats;
  TrainingPlan plan(network, weights.layout, batch, precision);
  const std::vector<float> x = fixed_pictures(batch * network.input.elements());
  std::vector<float> targets(static_cast<size_t>(batch * classes));
  for (int64_t i = 0; i < batch; ++i) targets[static_cast<size_t>(i * classes + i % classes)] = 1;
  fer::Tensor gradients({count}), m({count}), v({count});
  std::vector<float> moments(static_cast<size_t>(plan.moment_layout().floats));
  const auto trainable = weights.values.values().first(static_cast<size_t>(count));
  print_times("train", steps, [&](int i) {
    plan.forward_backward(
        {.n = batch, .pictures = x, .targets = targets, .weights = {}, .seed = 1, .step = static_cast<uint64_t>(i)},
        weights.values.values(), gradients.values(), moments);
    fer::engine::update_moving_moments(plan.moment_layout(), moments, weights.values.values());
    fer::kernels::adam_update({.t = i + 1}, trainable, gradients.values(), m.values(), v.values());
  });
}

fer::Model initial_model(const fer::Network& network, bool int8) {
  fer::Model model{network, fer::initialize(network, 1), {}};
  if (!int8) return model;
  std::vector<uint8_t> pictures(static_cast<size_t>(4 * network.input.elements()));
  for (size_t i = 0; i < pictures.size(); ++i) pictures[i] = static_cast<uint8_t>(i * 7919 % 251);
  return fer::quantize_int8(std::move(model), pictures);
}

void time_inference(const fer::Network& network, int64_t batch, int steps, bool int8) {
  const fer::Model initial = initial_model(network, int8);
  const fer::Weights& weights = initial.weights;
  const InferenceModel model(network, weights.layout, weights.values.values(), initial.int8);
  InferenceModel::Workspace workspace = model.make_workspace(batch);
  const std::vector<float> x = fixed_pictures(batch * network.input.elements());
  std::vector<float> y(static_cast<size_t>(batch * fer::class_count(network)));
  print_times("infer", steps, [&](int) { model.run(workspace, batch, x, y); });
}

void write_outputs(const std::string& model_path, const std::string& path, int64_t batch) {
  const fer::Model m = fer::load_model(model_path);
  const InferenceModel model(m.network, m.weights.layout, m.weights.values.values());
  InferenceModel::Workspace workspace = model.make_workspace(batch);
  std::vector<float> y(static_cast<size_t>(batch * fer::class_count(m.network)));
  model.run(workspace, batch, fixed_pictures(batch * m.network.input.elements()), y);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(y.data()), static_cast<std::streamsize>(y.size() * sizeof(float)));
}

int run(std::vector<std::string> args) {
  args.resize(std::max<size_t>(args.size(), 1));
  const bool train16 = args[0] == "train16", infer8 = args[0] == "infer8";
  if (args.size() == 5 && (args[0] == "train" || train16 || args[0] == "infer" || infer8)) {
    fer::set_num_threads(std::stoi(args[3]));
    const fer::Network network = fer::load_network(args[1]);
    const int64_t batch = std::stoll(args[2]);
    const int steps = std::stoi(args[4]);
    if (args[0].starts_with("train")) {
      time_training(network, batch, steps, train16 ? fer::Precision::kBf16 : fer::Precision::kFp32);
    } else {
      time_inference(network, batch, steps, infer8);
    }
    return 0;
  }
  if (args.size() == 3 && args[0] == "model") {
    const fer::Network network = fer::load_network(args[1]);
    fer::save_model({network, fer::initialize(network, 1), {}}, args[2]);
    return 0;
  }
  if (args.size() == 4 && args[0] == "outputs") {
    write_outputs(args[1], args[2], std::stoll(args[3]));
    return 0;
  }
  std::fprintf(
      stderr,
      "usage: fer_side train|train16|infer|infer8 NETWORK BATCH THREADS STEPS | model NETWORK FILE | outputs MODEL "
      "FILE BATCH\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) try {
  return run(std::vector<std::string>(argv + 1, argv + argc));
} catch (const std::exception& error) {
  std::fprintf(stderr, "fer_side: %s\n", error.what());
  return 1;
}
