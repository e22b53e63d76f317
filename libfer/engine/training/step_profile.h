// Where the time of a training step goes.
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

// The stages of the step that ran last, in their order.
struct StepProfile {
  std::vector<Stage> stages;
};

// Does some work and notes it; without a profile it only does it.
template <class Work>
void note_stage(StepProfile* profile, Stage stage, const Work& work) {
  if (profile == nullptr) {
    work();
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  work();
  stage.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  profile->stages.push_back(std::move(stage));
}

}  // namespace fer::engine
