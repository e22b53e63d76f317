// Makes those files of tests/fuzz/corpus/model that libfer writes itself: with a checksum, right and wrong, with a
// layer in 8-bit integers, and with layers of later versions. (The others, which lie, are made by hand.) The files are
// committed; to make them again: cmake --build --preset release --target model_corpus &&
// build-release/tests/model_corpus tests/fuzz/corpus
#include <fstream>

#include "tests/io/model_parts.h"

namespace {

fer::Model later_layers() {
  fer::Model model;
  model.network = fer::Network({6, 6, 3}, {"a", "b"});
  model.network.add(fer::Crop2D{{1, 0}, {0, 2}}, "crop");
  model.network.add(
      fer::Conv2D{
          .filters = 3, .kernel = {2, 2}, .dilation = {2, 1}, .groups = 3, .activation = fer::Activation::kSelu},
      "grouped");
  model.network.add(fer::UpSample2D{{1, 2}}, "large").add(fer::ActivationLayer{fer::Activation::kMish}, "mish");
  model.network.add(fer::ActivationLayer{fer::Activation::kGeluTanh}, "gelu").add(fer::Flatten{}, "flat");
  model.network.add(fer::Dense{.units = 2, .activation = fer::Activation::kSoftmax}, "fc");
  model.weights = fer::initialize(model.network, 5);
  model.preprocessing.resize = {8, 9};
  return model;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + "/model/";
  const auto put = [&](const std::string& name, const std::string& content) {
    std::ofstream(folder + name + ".safetensors", std::ios::binary) << content;
  };
  const std::string good = fer::saved(fer::small_model()), int8 = fer::saved(fer::int8_model());
  put("checksum", good);
  std::string damaged = good;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  put("checksum_other", damaged);
  fer::Parts parts(good);
  parts.metadata()["checksum"] = "crc64-xz:";
  put("checksum_short", parts.content());
  parts.metadata()["checksum"] = "sha256:0123456789abcdef";
  put("checksum_unknown", parts.content());
  // Without its checksum, so that what is changed in it is looked at.
  put("int8", fer::Parts(int8).content());
  put("later_layers", fer::Parts(fer::saved(later_layers())).content());
  return 0;
}
