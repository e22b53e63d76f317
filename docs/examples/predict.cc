// Names the expression of a face: predict MODEL.safetensors PICTURE...
#include <fer/classifier.h>
#include <fer/error.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  if (argc < 3) throw fer::Error("usage: example_predict MODEL.safetensors PICTURE...");
  const auto classifier = fer::Classifier::load(argv[1]);
  for (int i = 2; i < argc; ++i) {
    const fer::Prediction p = classifier.predict_file(argv[i]);
    std::printf("%s: %s %.4f\n", argv[i], p.label.c_str(), p.probabilities[p.index]);
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
