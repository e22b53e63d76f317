// Serving: a model file that is loaded once and asked from any number of threads, about pictures as bytes of the right
// size. (For files, pictures of any size and several models: fer/classifier.h.)
//
//   auto predictor = fer::Predictor::load("best.safetensors");
//   fer::Prediction p = predictor.predict(pixels_48x48);
//   std::cout << p.label << " " << p.probabilities[p.index];
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/model.h"
#include "fer/views.h"

namespace FER_PUBLIC fer {

struct Prediction {
  int index = 0;                     // of the largest probability
  std::string label;                 // its class name, or the index as text where the model has no names
  std::vector<float> probabilities;  // one per class
  std::string emoji = {};            // of its class, in UTF-8; "" where there is none
};

// Immutable after loading; every const member may be called from many threads at once, and in the children of fork().
// Each concurrent call borrows a workspace, and workspaces are kept: once a batch size has been seen by as many threads
// as run at once, predict_into allocates nothing. Those that no call is using take at most 256 MiB together; beyond
// that the one that was used longest ago is freed (the last one stays, however large).
//
// What fails leaves the Predictor as it was: where memory is lacking a call throws Error or std::bad_alloc, and may be
// made again.
class Predictor {
 public:
  // Throws Error as load_model does, and where the model cannot be shown pictures in `views`, the mean over which is
  // the answer.
  static Predictor load(const std::string& path, const Views& views = {});
  explicit Predictor(Model model, const Views& views = {});
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  // The size of a picture as predict takes it (picture_shape, fer/model.h); a model that was trained on crops looks at
  // the centre of it.
  int64_t height() const;
  int64_t width() const;
  int64_t channels() const;
  int64_t class_count() const;
  const std::vector<std::string>& class_names() const;
  // One emoji per class, in UTF-8; "" where there is none. The model's own, or default_emoji of its class names.
  const std::vector<std::string>& class_emoji() const;
  // The model, as it was given.
  const Model& model() const;

  // One picture of height*width*channels bytes, as the model's preprocessing expects them (0..255). Throws Error on
  // another count.
  Prediction predict(std::span<const uint8_t> pixels) const;

  // A batch: pixels of n pictures one after another -> probabilities, n * class_count() floats, overwritten. Throws
  // Error on sizes that do not fit.
  void predict_into(std::span<const uint8_t> pixels, std::span<float> probabilities) const;
  // The same from floats that are already preprocessed, of which there is one view. Throws Error where more are asked
  // for.
  void predict_into(std::span<const float> inputs, std::span<float> probabilities) const;

 private:
  friend class Classifier;  // fer/classifier.h
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fer
