// A stranger's program compiled with -fno-exceptions: it includes what it likes and asks a model through the C
// interface, where a failure is a value.
#include <fer.h>
#include <fer/network.h>
#include <fer/predictor.h>
#include <fer/trainer.h>

#include <cstdio>
#include <cstring>

int main() {
  fer::Network network({8, 8, 1}, {"dark", "bright"});
  network.add(fer::Flatten{}).add(fer::Dense{.units = 2});
  const fer::Weights weights = fer::initialize(network, 1);
  if (weights.layout.trainable_floats == 0) return 1;
  if (fer_load("/nowhere.safetensors") != nullptr) return 1;
  std::printf("%s\n", fer_last_error());
  return std::strstr(fer_last_error(), "/nowhere.safetensors") != nullptr ? 0 : 1;
}
