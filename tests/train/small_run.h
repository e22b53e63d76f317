// A problem and a network so small that a whole training run takes milliseconds.
#pragma once

#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>

#include "core/random.h"
#include "fer/error.h"
#include "fer/threads.h"
#include "fer/trainer.h"

namespace fer {

// Class k has its k-th third brighter; the rest is noise.
inline Dataset small_dataset(int64_t pictures = 90) {
  Dataset data;
  data.height = data.width = 6;
  data.class_names = {"top", "middle", "bottom"};
  const RandomStream stream{.seed = 7, .use = RandomUse::kSynthetic};
  for (int64_t i = 0; i < pictures; ++i) {
    const auto label = static_cast<uint8_t>(i % 3);
    data.labels.push_back(label);
    data.usage.push_back(Usage::kNone);
    for (int64_t p = 0; p < data.picture_bytes(); ++p) {
      const float noise = 160 * random_unit(stream, i * data.picture_bytes() + p);
      data.pixels.push_back(static_cast<uint8_t>(noise + (p / 12 == label ? 50 : 0)));
    }
  }
  return data;
}

inline std::vector<int64_t> numbers(int64_t begin, int64_t end) {
  std::vector<int64_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

// Every kind of state that a run carries: moving moments, dropout's random numbers, a regulariser.
inline Network small_network() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.name = "small";
  net.add(Conv2D{.filters = 4, .activation = Activation::kRelu, .kernel_regularizer = {.l2 = 1e-3f}}, "conv");
  net.add(BatchNorm{.momentum = 0.9f}, "bn");
  net.add(Dropout{.rate = 0.25f}, "dropout");
  net.add(Flatten{}, "flatten");
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

inline TrainConfig small_config(std::string out_dir = {}) {
  return {.epochs = 4, .batch_size = 8, .out_dir = std::move(out_dir), .checkpoint_seconds = 0};
}

// 70 pictures to train on: 9 steps an epoch, the last of 6 pictures.
struct SmallRun {
  Dataset data = small_dataset();
  std::vector<int64_t> train = numbers(0, 70), validation = numbers(70, 90);

  // A step takes microseconds: more threads would only wait for each other.
  SmallRun() { set_num_threads(1); }

  History fit(Trainer& trainer, const TrainCallbacks& callbacks = {}) const {
    return trainer.fit(data, train, validation, callbacks);
  }
};

// A folder that goes with the test; in memory where there is such a place, since every checkpoint is synced to disk.
class ScratchFolder {
 public:
  ScratchFolder() {
    for (const std::filesystem::path& base :
         {std::filesystem::path("/dev/shm"), std::filesystem::temp_directory_path()}) {
      path_ = (base / "fer-test-XXXXXX").string();
      if (::mkdtemp(path_.data()) != nullptr) return;
    }
    throw std::runtime_error("cannot make " + path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// What an Error says, or "" where none is thrown.
template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

inline bool same_weights(const Model& a, const Model& b) {
  return same_bits(a.weights.values.values(), b.weights.values.values());
}

// A history without what a clock says.
inline History untimed(History history) {
  for (EpochResult& epoch : history.epochs) epoch.seconds = epoch.images_per_second = 0;
  return history;
}

}  // namespace fer
