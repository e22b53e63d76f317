// One way to ask about a picture, whatever form it has and however many models answer: the programs, the C interface,
// and whoever writes a server or reads a camera ask through this.
//
//   const auto classifier = fer::Classifier::load("best.safetensors");
//   const fer::Prediction p = classifier.predict_file("face.jpg");
//   std::cout << p.label << " " << p.emoji << " " << p.probabilities[p.index];
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/ensemble.h"
#include "fer/export.h"
#include "fer/image.h"
#include "fer/metrics.h"
#include "fer/predictor.h"
#include "fer/views.h"

namespace FER_PUBLIC fer {

struct ClassifierOptions {
  EnsembleRule rule = EnsembleRule::kMean;  // how several models become one
  Views views = {};                         // of each model the mean over these
  std::vector<double> weights = {};         // what each model counts in the mean (join_probabilities); empty: the same
};

// One model, or several that take the same pictures and tell the same classes apart. Immutable after loading: every
// const member may be called from many threads at once. A server decodes and fits each picture in the thread of its
// request (decode_image, input_of), and asks for several requests in one batch (predict_into).
class Classifier {
 public:
  // Throws Error as load_model does, and where a model does not take the first one's input, does not tell its classes
  // apart, or cannot be shown pictures in options.views.
  static Classifier load(const std::string& path, const ClassifierOptions& options = {});
  static Classifier load(std::span<const std::string> paths, const ClassifierOptions& options = {});
  // `names` are what messages call the models; empty: "model 1" and so on.
  explicit Classifier(std::vector<Model> models, const ClassifierOptions& options = {},
                      const std::vector<std::string>& names = {});

  int64_t height() const { return members_[0].height(); }
  int64_t width() const { return members_[0].width(); }
  int64_t channels() const { return members_[0].channels(); }
  int64_t class_count() const { return members_[0].class_count(); }
  // One name per class; its number as text where the models have no names.
  const std::vector<std::string>& class_names() const { return class_names_; }
  // One emoji per class, in UTF-8; "" where there is none.
  const std::vector<std::string>& class_emoji() const { return members_[0].class_emoji(); }
  // Whether the models take points of a face (fer/landmarks.h) instead of pictures.
  bool takes_landmarks() const;
  size_t model_count() const { return members_.size(); }
  const Model& model(size_t i) const { return members_[i].model(); }

  // A picture of any size, fitted as the models want it (`fitted`, fer/image.h). Throws Error where they take
  // landmarks.
  Prediction predict(const Image& picture) const;
  // The same for a file's path, or for a file's bytes in memory (decode_image); `name` stands for it in messages.
  // Throws Error as these do.
  Prediction predict_file(const std::string& path) const;
  Prediction predict_encoded(std::span<const uint8_t> bytes, const std::string& name = "picture") const;
  // Many pictures at once, which is faster.
  std::vector<Prediction> predict(std::span<const Image> pictures) const;

  // The picture as the models take it: height * width * channels bytes. Throws Error as predict does; `name` as above.
  std::vector<uint8_t> input_of(const Image& picture, const std::string& name = "picture") const;
  // Such bytes for n pictures, one after another -> probabilities, n * class_count() floats, overwritten. Throws Error
  // on sizes that do not fit.
  void predict_into(std::span<const uint8_t> pixels, std::span<float> probabilities) const;
  // The same from floats that are already preprocessed, the only form that landmarks have. Throws Error with
  // several views.
  void predict_into(std::span<const float> inputs, std::span<float> probabilities) const;
  // The prediction for one picture or example, given its probabilities.
  Prediction prediction_of(std::span<const float> probabilities) const;

  // predict_rows and evaluate of fer/evaluate.h, for these models: `batch_size` rows at a time, probabilities [rows,
  // classes]. Both throw Error as those do.
  Tensor predict_rows(const Dataset& data, std::span<const int64_t> rows, int64_t batch_size = 64,
                      const std::function<bool()>& should_stop = {}) const;
  Evaluation evaluate(const Dataset& data, std::span<const int64_t> rows, int64_t batch_size = 64,
                      const std::function<bool()>& should_stop = {}) const;
  // What predict_rows joins: such probabilities of each model alone, in the models' order. Throws Error as it does.
  std::vector<Tensor> predict_rows_of_each(const Dataset& data, std::span<const int64_t> rows, int64_t batch_size = 64,
                                           const std::function<bool()>& should_stop = {}) const;
  // The joining alone, and the figures alone of probabilities of these rows. Throw Error on sizes that do not fit.
  Tensor joined(std::span<const Tensor> probabilities) const;
  Evaluation figures(const Tensor& probabilities, const Dataset& data, std::span<const int64_t> rows) const;

 private:
  std::vector<Predictor> members_;
  ClassifierOptions options_;
  std::vector<std::string> class_names_;
};

// The indices of at most `count` classes, from the most to the least probable; of equals the lower index comes first.
std::vector<int64_t> most_probable(std::span<const float> probabilities, int64_t count);

}  // namespace fer
