#include "evaluate/evaluation.h"

#include <algorithm>
#include <cmath>

#include "core/first_failure.h"
#include "core/parallel.h"
#include "data/batches.h"
#include "engine/plan.h"
#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/image.h"
#include "fer/landmarks.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"

namespace fer::train {
namespace {

const Shape kLandmarkShape({kLandmarkPoints, 2, 1});  // x and y of each

// Runs one network over batches of rows, reusing its buffers.
class BatchRunner {
 public:
  BatchRunner(const Model& model, std::span<const float> weights, const Dataset& data, int64_t batch_size, bool raw)
      : preprocessing_(model.preprocessing),
        data_(data),
        shape_(model.network.input),
        softmax_needed_(!raw && !gives_probabilities(model.network)),
        classes_(class_count(model.network)),
        inference_(model.network, model.weights.layout, weights, model.int8),
        workspace_(inference_.make_workspace(batch_size)),
        bytes_(data.has_values() ? 0 : batch_size * shape_.elements()),
        pictures_({batch_size * shape_.elements()}) {}

  // out [rows, classes] is overwritten.
  void run(std::span<const int64_t> rows, bool mirrored, std::span<float> out) {
    const auto n = static_cast<int64_t>(rows.size());
    const std::span<float> pictures = pictures_.values().first(n * shape_.elements());
    if (data_.has_values()) {
      fill_batch(data_, rows, {.scale = preprocessing_.scale, .shift = preprocessing_.shift}, pictures);
    } else {
      fill_pictures(rows, mirrored, pictures);
    }
    inference_.run(workspace_, n, pictures, out);
    if (softmax_needed_) kernels::activation_forward(Activation::kSoftmax, 0, classes_, out, out);
  }

 private:
  void fill_pictures(std::span<const int64_t> rows, bool mirrored, std::span<float> out) {
    const int64_t size = shape_.elements();
    FirstFailure failure;
    parallel_ranges(static_cast<int64_t>(rows.size()), 8, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const std::span<uint8_t> to = std::span(bytes_).subspan(i * size, size);
        failure.keep(i, [&] { copy_fitted(data_, rows[i], shape_[0], shape_[1], shape_[2], to); });
        if (mirrored) mirror(to, shape_[1], shape_[2]);
      }
    });
    failure.rethrow();
    kernels::bytes_to_floats(std::span(bytes_).first(out.size()), preprocessing_.scale, preprocessing_.shift, out);
  }

  Preprocessing preprocessing_;
  const Dataset& data_;
  Shape shape_;
  bool softmax_needed_;
  int64_t classes_;
  engine::InferenceModel inference_;
  engine::InferenceModel::Workspace workspace_;
  std::vector<uint8_t> bytes_;
  Tensor pictures_;
};

// Pictures can be fitted to any input of 1 or 3 channels that is no list of points; numbers are what they are.
void check_shape(const Network& network, const Dataset& data) {
  const Shape found({data.height, data.width, data.channels}), &wanted = network.input;
  if (wanted == found && (data.has_values() || wanted != kLandmarkShape)) return;
  const auto colours = [](int64_t channels) { return channels == 1 || channels == 3; };
  const bool pictures = !data.has_values() && wanted != kLandmarkShape && wanted.dims().size() == 3;
  if (pictures && colours(wanted[2]) && colours(data.channels)) return;
  throw Error("data set: expected " + std::string(wanted == kLandmarkShape ? "landmarks " : "pictures ") +
              wanted.to_string() + ", the network's input, found " + (data.has_values() ? "landmarks " : "pictures ") +
              found.to_string());
}

}  // namespace

void check_rows(const Network& network, const Dataset& data, std::span<const int64_t> rows, bool labels_needed,
                const char* what) {
  check_shape(network, data);
  const int64_t n = data.size(), classes = class_count(network);
  if (labels_needed && static_cast<int64_t>(data.labels.size()) != n) {
    throw Error("data set: expected " + std::to_string(n) + " labels, found " + std::to_string(data.labels.size()));
  }
  for (int64_t row : rows) {
    if (row < 0 || row >= n) {
      throw Error(std::string(what) + ": expected rows from 0 to " + std::to_string(n - 1) + ", found " +
                  std::to_string(row));
    }
    if (labels_needed && data.labels[row] >= classes) {
      throw Error(std::string(what) + ": row " + std::to_string(row) + ": expected a label below " +
                  std::to_string(classes) + ", found " + std::to_string(data.labels[row]));
    }
  }
}

Tensor probabilities_of(const Model& model, std::span<const float> weights, const Dataset& data,
                        std::span<const int64_t> rows, const InferenceOptions& options) {
  if (options.flip && data.has_values()) throw Error("flip: expected pictures, found landmarks");
  if (options.batch_size < 1) {
    throw Error("batch_size: expected 1 or more, found " + std::to_string(options.batch_size));
  }
  const int64_t n = static_cast<int64_t>(rows.size()), classes = class_count(model.network);
  const int64_t batch = std::min(options.batch_size, std::max<int64_t>(n, 1));
  Tensor probabilities({n, classes});
  Tensor mirrored(options.flip ? Shape({batch, classes}) : Shape({0}));
  BatchRunner runner(model, weights, data, batch, options.raw);
  for (int64_t begin = 0; begin < n; begin += batch) {
    const std::span<const int64_t> part = rows.subspan(begin, std::min(batch, n - begin));
    const std::span<float> out = probabilities.values().subspan(begin * classes, part.size() * classes);
    runner.run(part, false, out);
    if (!options.flip) continue;
    const std::span<float> other = mirrored.values().first(out.size());
    runner.run(part, true, other);
    kernels::add(out, other, out);
    kernels::scale_values(0.5f, out);
  }
  return probabilities;
}

Evaluation evaluation_of(const Tensor& probabilities, const Network& network, const Dataset& data,
                         std::span<const int64_t> rows) {
  std::vector<uint8_t> labels;
  for (int64_t row : rows) labels.push_back(data.labels[row]);
  const std::vector<std::string>& names = network.class_names.empty() ? data.class_names : network.class_names;
  const bool names_fit = static_cast<int64_t>(names.size()) == class_count(network);
  return evaluate_probabilities(probabilities, labels, rows, names_fit ? names : std::vector<std::string>());
}

double regularization_penalty(const ParameterLayout& layout, std::span<const float> weights) {
  double penalty = 0;
  for (const Parameter& p : layout.parameters) {
    if (!p.trainable) continue;
    const std::span<const float> w = weights.subspan(p.offset, p.shape.elements());
    if (p.regularizer.l2 != 0) penalty += p.regularizer.l2 * kernels::sum_of_squares(w);
    if (p.regularizer.l1 == 0) continue;
    double sum = 0;
    for (float value : w) sum += std::abs(static_cast<double>(value));
    penalty += p.regularizer.l1 * sum;
  }
  return penalty;
}

}  // namespace fer::train

namespace fer {

Tensor predict_rows(const Model& model, const Dataset& data, std::span<const int64_t> rows, int64_t batch_size,
                    bool flip) {
  train::check_rows(model.network, data, rows, false, "predict");
  return train::probabilities_of(model, model.weights.values.values(), data, rows,
                                 {.batch_size = batch_size, .flip = flip});
}

std::vector<int64_t> misclassified_rows(const Model& model, const Dataset& data, std::span<const int64_t> rows) {
  train::check_rows(model.network, data, rows, true, "misclassified_rows");
  const Tensor probabilities = predict_rows(model, data, rows);
  const int64_t classes = class_count(model.network);
  std::vector<int64_t> wrong;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> p = probabilities.values().subspan(i * classes, classes);
    if (std::max_element(p.begin(), p.end()) - p.begin() != data.labels[rows[i]]) wrong.push_back(rows[i]);
  }
  return wrong;
}

Evaluation evaluate(const Model& model, const Dataset& data, std::span<const int64_t> rows, int64_t batch_size,
                    bool flip) {
  train::check_rows(model.network, data, rows, true, "evaluate");
  return train::evaluation_of(predict_rows(model, data, rows, batch_size, flip), model.network, data, rows);
}

}  // namespace fer
