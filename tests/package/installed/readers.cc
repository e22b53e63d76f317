// A stranger's program that uses libfer's components: reads a model from Keras, writes and reads one as
// ONNX, and crops a face.
#include <fer/model.h>

#include <cstdio>
#include <exception>
#ifdef WITH_ONNX
#include <fer/onnx.h>
#endif
#ifdef WITH_KERAS
#include <fer/keras.h>
#endif
#ifdef WITH_VISION
#include <fer/vision.h>
#endif

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
#ifdef WITH_KERAS
  if (!fer::has_keras() || fer::read_keras(argv[1]).model.network.layers.empty()) return 1;
#endif
#ifdef WITH_ONNX
  fer::Model model{.network = fer::Network({8, 8, 1}, {"dark", "bright"}), .weights = {}, .preprocessing = {}};
  model.network.add(fer::Flatten{}).add(fer::Dense{.units = 2, .activation = fer::Activation::kSoftmax});
  model.weights = fer::initialize(model.network, 1);
  fer::write_onnx(model, argv[2], {});
  if (!fer::has_onnx() || fer::read_onnx(argv[2], {}).network.layers.empty()) return 1;
#endif
#ifdef WITH_VISION
  const fer::Image picture = {2, 2, 1, {1, 2, 3, 4}};
  if (fer::crop_face(picture, fer::Box{1, 1, 1, 1}).pixels.front() != 4) return 1;
  if (fer::has_dlib() && !fer::FaceDetector({.detector = "dlib"}).find(picture).empty()) return 1;
#endif
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
