// What a training step did, and how long each part of it took.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace fer::engine {

// One thing that a step did.
struct Stage {
  const char* pass = "";       // "forward", "backward", ...
  const char* algorithm = "";  // of a convolution
  double macs = 0;             // multiply-adds of the direct algorithm
  std::string layers = {};     // the layer, and those joined to it: "bn1+maxpool1"; empty: not a layer's
  std::string type = {};       // as in a network's JSON
  double bytes = 0;            // of the layer's input, output and weights, each counted once
  double seconds = 0;
};
using Stages = std::vector<Stage>;  // in their order

// Does some work and notes it; without a list it only does it.
template <class Work>
void note_stage(Stages* stages, Stage stage, const Work& work) {
  if (stages == nullptr) {
    work();
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  work();
  stage.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  stages->push_back(std::move(stage));
}

}  // namespace fer::engine
