// Names the expression of a face: predict MODEL.safetensors PICTURE...
#include <fer/error.h>
#include <fer/image.h>
#include <fer/predictor.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  if (argc < 3) throw fer::Error("usage: example_predict MODEL.safetensors PICTURE...");
  const auto predictor = fer::Predictor::load(argv[1]);
  for (int i = 2; i < argc; ++i) {
    const fer::Image image = fer::with_channels(fer::read_image(argv[i]), predictor.channels());
    const fer::Image face = fer::resized(image, predictor.height(), predictor.width());
    const fer::Prediction p = predictor.predict(face.pixels);
    std::printf("%s: %s %.4f\n", argv[i], p.label.c_str(), p.probabilities[p.index]);
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
