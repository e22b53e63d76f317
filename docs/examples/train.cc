// Defines a network, trains it, evaluates it, saves it: train DATA.csv MODEL.safetensors
#include <fer/error.h>
#include <fer/trainer.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  if (argc != 3) throw fer::Error("usage: example_train DATA.csv MODEL.safetensors");
  const fer::Dataset data = fer::read_fer_csv(argv[1]);

  fer::Network net({48, 48, 1}, data.class_names);
  net.add(fer::Conv2D{.filters = 16, .strides = {2, 2}, .activation = fer::Activation::kRelu});
  net.add(fer::BatchNorm{}).add(fer::MaxPool2D{});
  net.add(fer::Conv2D{.filters = 32, .activation = fer::Activation::kRelu});
  net.add(fer::GlobalAveragePool2D{}).add(fer::Dropout{.rate = 0.25f});
  net.add(fer::Dense{.units = 7, .activation = fer::Activation::kSoftmax});

  fer::Trainer trainer(net, {.epochs = 5, .optimizer = fer::Adam{.learning_rate = 3e-3f}});
  trainer.fit(data, fer::rows_with_usage(data, fer::Usage::kTraining),
              fer::rows_with_usage(data, fer::Usage::kPublicTest),
              {.on_epoch = [](const fer::EpochResult& e, const fer::History&) {
                std::printf("epoch %d: loss %.4f, val_accuracy %.4f\n", int(e.epoch), e.loss, e.val_accuracy);
              }});

  const std::vector<int64_t> test = fer::rows_with_usage(data, fer::Usage::kPrivateTest);
  std::printf("test accuracy %.4f\n", fer::evaluate(trainer.model(), data, test).accuracy);
  fer::save_model(trainer.model(), argv[2]);
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
