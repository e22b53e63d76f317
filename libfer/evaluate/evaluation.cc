#include "evaluate/evaluation.h"

#include <algorithm>
#include <optional>

#include "core/parallel.h"
#include "data/batches.h"
#include "data/read_ahead.h"
#include "evaluate/temperature.h"
#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/landmarks.h"
#include "network/outputs.h"

namespace fer::evaluation {
namespace {

// x and y of each point. (No constant of the program: that would take memory before main(), where nothing can say that
// there is none.)
bool is_of_landmarks(const Shape& shape) { return shape == Shape({kLandmarkPoints, 2, 1}); }

// Asks one model about batches of rows, reusing its buffers.
class BatchRunner {
 public:
  BatchRunner(const ViewedModel& model, const Dataset& data, int64_t batch_size)
      : model_(model),
        data_(data),
        workspace_(model.make_workspace(batch_size)),
        bytes_(data.has_values() ? 0 : batch_size * model.picture().elements()) {
    const Shape& shape = model.picture();
    if (!data.has_values()) ahead_.emplace(data, data::PictureShape{shape[0], shape[1], shape[2]});
  }

  // The first of `rows`, as many as out [rows, classes], which is overwritten, has room for; the others come next.
  void run(std::span<const int64_t> rows, std::span<float> out) {
    if (ahead_) ahead_->expect(rows);
    rows = rows.first(out.size() / static_cast<size_t>(model_.classes()));
    const auto n = static_cast<int64_t>(rows.size());
    if (data_.has_values()) {
      const Preprocessing& p = model_.preprocessing();
      const auto floats = static_cast<size_t>(n * model_.picture().elements());
      data::fill_batch(data_, rows, {.scale = p.scale, .shift = p.shift},
                       workspace_.crop.inputs.values().first(floats));
      model_.ask(workspace_, n, out);
    } else {
      model_.ask(workspace_, pictures(rows), out);
    }
  }

 private:
  std::span<const uint8_t> pictures(std::span<const int64_t> rows) {
    const int64_t size = model_.picture().elements();
    parallel_ranges(static_cast<int64_t>(rows.size()), 8, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        ahead_->take(rows[i], std::span(bytes_).subspan(i * size, size));
      }
    });
    return std::span(bytes_).first(rows.size() * static_cast<size_t>(size));
  }

  const ViewedModel& model_;
  const Dataset& data_;
  ViewedModel::Workspace workspace_;
  std::vector<uint8_t> bytes_;
  std::optional<data::ReadAhead> ahead_;
};

// Pictures can be fitted to any input of 1 or 3 channels that is no list of points; numbers are what they are.
void check_shape(const Network& network, const Dataset& data) {
  const Shape found({data.height, data.width, data.channels}), &wanted = network.input;
  if (wanted == found && (data.has_values() || !is_of_landmarks(wanted))) return;
  const auto colours = [](int64_t channels) { return channels == 1 || channels == 3; };
  const bool pictures = !data.has_values() && !is_of_landmarks(wanted) && wanted.dims().size() == 3;
  if (pictures && colours(wanted[2]) && colours(data.channels)) return;
  throw Error("data set: expected " + std::string(is_of_landmarks(wanted) ? "landmarks " : "pictures ") +
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

std::function<bool()> or_error(const std::function<bool()>& should_stop) {
  return [should_stop] {
    if (should_stop && should_stop()) throw Error("evaluation: stopped before its end");
    return false;
  };
}

Tensor probabilities_of(const Model& model, std::span<const float> weights, const Dataset& data,
                        std::span<const int64_t> rows, const InferenceOptions& options) {
  const ViewedModel viewed(model.network, model.weights.layout, weights, model.preprocessing, model.int8, options.views,
                           options.raw ? Outputs::kRaw : Outputs::kProbabilities, model.temperature);
  return probabilities_of(viewed, data, rows, options);
}

Tensor probabilities_of(const ViewedModel& model, const Dataset& data, std::span<const int64_t> rows,
                        const InferenceOptions& options) {
  if (data.has_values()) refuse_views_of_numbers(model.views());
  if (options.batch_size < 1) {
    throw Error("batch_size: expected 1 or more, found " + std::to_string(options.batch_size));
  }
  const int64_t n = static_cast<int64_t>(rows.size()), classes = model.classes();
  const int64_t batch = std::min(options.batch_size, std::max<int64_t>(n, 1));
  Tensor probabilities({n, classes});
  BatchRunner runner(model, data, options.whole_workspace ? options.batch_size : batch);
  for (int64_t begin = 0; begin < n; begin += batch) {
    const int64_t count = std::min(batch, n - begin);
    runner.run(rows.subspan(begin), probabilities.values().subspan(begin * classes, count * classes));
    if (options.should_stop && options.should_stop()) break;
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

}  // namespace fer::evaluation

namespace fer {

Tensor predict_rows(const Model& model, const Dataset& data, std::span<const int64_t> rows, int64_t batch_size,
                    const Views& views) {
  evaluation::check_rows(model.network, data, rows, false, "predict");
  return evaluation::probabilities_of(model, model.weights.values.values(), data, rows,
                                      {.batch_size = batch_size, .views = views});
}

std::vector<int64_t> misclassified_rows(const Model& model, const Dataset& data, std::span<const int64_t> rows) {
  evaluation::check_rows(model.network, data, rows, true, "misclassified_rows");
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
                    const Views& views, const std::function<bool()>& should_stop) {
  evaluation::check_rows(model.network, data, rows, true, "evaluate");
  const evaluation::InferenceOptions options = {
      .batch_size = batch_size, .views = views, .should_stop = evaluation::or_error(should_stop)};
  const Tensor probabilities = evaluation::probabilities_of(model, model.weights.values.values(), data, rows, options);
  return evaluation::evaluation_of(probabilities, model.network, data, rows);
}

double fitted_temperature(const Model& model, const Dataset& data, std::span<const int64_t> rows, int64_t batch_size,
                          const Views& views, const std::function<bool()>& should_stop) {
  evaluation::check_rows(model.network, data, rows, true, "temperature");
  if (rows.empty()) throw Error("temperature: expected one labelled picture or more, found none");
  if (ends_in_sigmoids(model.network)) {
    throw Error(
        "temperature: expected a network that gives logits or ends in a softmax, found one that ends in "
        "sigmoids");
  }
  const evaluation::ViewedModel viewed(model.network, model.weights.layout, model.weights.values.values(),
                                       model.preprocessing, model.int8, views);
  const Tensor probabilities = evaluation::probabilities_of(
      viewed, data, rows, {.batch_size = batch_size, .should_stop = evaluation::or_error(should_stop)});
  std::vector<uint8_t> labels;
  for (const int64_t row : rows) labels.push_back(data.labels[static_cast<size_t>(row)]);
  const std::vector<float> logits = evaluation::log_probabilities(probabilities.values());
  return evaluation::fit_temperature(logits, viewed.classes(), labels).temperature;
}

}  // namespace fer
