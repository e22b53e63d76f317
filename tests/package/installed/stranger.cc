// A program of somebody else's, against the installed library: trains a little, saves, loads, predicts.
#include <fer/error.h>
#include <fer/predictor.h>
#include <fer/trainer.h>
#include <fer/version.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>

int main() {
  fer::Network network({8, 8, 1}, {"dark", "bright"});
  network.add(fer::Conv2D{.filters = 4, .padding = fer::Padding::same(), .activation = fer::Activation::kRelu});
  network.add(fer::MaxPool2D{}).add(fer::Flatten{});
  network.add(fer::Dense{.units = 2, .activation = fer::Activation::kSoftmax});

  fer::Dataset data;
  data.height = data.width = 8;
  data.class_names = network.class_names;
  for (int i = 0; i < 64; ++i) {
    const int label = i % 2;
    data.labels.push_back(static_cast<uint8_t>(label));
    data.usage.push_back(fer::Usage::kNone);
    for (int p = 0; p < 64; ++p) data.pixels.push_back(static_cast<uint8_t>(label * 150 + (i * 7 + p * 13) % 60));
  }
  std::vector<int64_t> rows(64);
  std::iota(rows.begin(), rows.end(), 0);

  fer::Trainer trainer(network, {.epochs = 20, .batch_size = 16});
  trainer.fit(data, rows, rows);
  const fer::Evaluation evaluation = fer::evaluate(trainer.model(), data, rows);
  const char* folder = std::getenv("TMPDIR");
  const std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/libfer-stranger.safetensors";
  fer::save_model(trainer.model(), path);
  const fer::Prediction prediction = fer::Predictor::load(path).predict(data.picture(1));
  std::remove(path.c_str());
  try {
    fer::Predictor::load("/nowhere.safetensors");
    return 1;
  } catch (const fer::Error& error) {
    std::printf("libfer %s: accuracy %.2f, %s; %s\n", fer::version(), evaluation.accuracy, prediction.label.c_str(),
                error.what());
  }
  return evaluation.accuracy > 0.9 && prediction.label == "bright" ? 0 : 1;
}
