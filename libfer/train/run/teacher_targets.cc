#include "train/run/teacher_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evaluate/evaluation.h"
#include "evaluate/temperature.h"
#include "fer/ensemble.h"
#include "fer/error.h"
#include "fer/model.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"
#include "train/run/ranks.h"
#include "train/step/stopwatch.h"
#include "train/step/training_batches.h"

namespace fer::train {
namespace {

constexpr int64_t kPicturesAtOnce = 64;

Tensor probabilities_of(const Model& model, const Teacher& teacher, const RunInputs& inputs,
                        const std::function<bool()>& should_stop) {
  evaluation::check_rows(model.network, inputs.data, inputs.train, false, "teacher");
  bool stopped = false;
  Tensor p = shared_probabilities(inputs.exchange, model, model.weights.values.values(), inputs.data, inputs.train,
                                  {.batch_size = kPicturesAtOnce,
                                   .views = teacher.views,
                                   .should_stop = [&] { return stopped = should_stop && should_stop(); }},
                                  stopped);
  if (stopped) throw Error("stopped before it was asked about all pictures; nothing was written");
  // Sigmoids, which a model gives as they are, are no distribution: as in the loss, a softmax goes on top.
  if (ends_in_sigmoids(model.network))
    kernels::activation_forward(Activation::kSoftmax, 0, p.shape()[1], p.values(), p.values());
  return p;
}

// sum += the answers of one model.
void add_answers(const std::string& path, const Teacher& teacher, const Network& network, const RunInputs& inputs,
                 const std::function<bool()>& should_stop, std::span<float> sum) {
  const Model model = load_model(path);
  const std::vector<int64_t> order = classes_of_teacher(network, model.network);
  Tensor answers = probabilities_of(model, teacher, inputs, should_stop);
  if (teacher.temperature != 1) {
    evaluation::to_logarithms(answers.values());
    evaluation::soften(teacher.temperature, answers.shape()[1], answers.values());
  }
  const size_t classes = order.size();
  for (size_t begin = 0; begin < sum.size(); begin += classes) {
    const std::span<float> p = answers.values().subspan(begin, classes);
    for (size_t k = 0; k < classes; ++k) sum[begin + k] += p[order[k]];
  }
}

double mean_label_probability(const RunInputs& inputs, const RowTable& answers, size_t classes) {
  std::vector<float> target(classes);
  double sum = 0;
  for (const int64_t row : inputs.train) sum += answers[row][fill_target(inputs, row, 0, target)];
  return sum / static_cast<double>(inputs.train.size());
}

}  // namespace

std::vector<int64_t> classes_of_teacher(const Network& network, const Network& model) {
  const std::vector<std::string>&wanted = network.class_names, &found = model.class_names;
  if (class_count(network) != class_count(model)) throw Error(class_difference(network, model));
  std::vector<int64_t> order(class_count(network));
  std::iota(order.begin(), order.end(), 0);
  if (wanted.empty() || found.empty() || wanted == found) return order;
  std::vector<bool> taken(found.size());
  for (size_t k = 0; k < wanted.size(); ++k) {
    const std::string name = canonical_class_name(wanted[k]);
    size_t same = 0;
    while (same < found.size() && (taken[same] || canonical_class_name(found[same]) != name)) ++same;
    if (same == found.size()) throw Error(class_difference(network, model));
    taken[same] = true;
    order[k] = static_cast<int64_t>(same);
  }
  return order;
}

TeacherFigures ask_teacher(const Teacher& teacher, const Network& network, const RunInputs& inputs,
                           const std::function<bool()>& should_stop, RowTable& answers) {
  const Stopwatch since_start;
  const std::span<float> sum = answers.tensor().values();
  std::fill(sum.begin(), sum.end(), 0.0f);
  for (const std::string& path : teacher.models) {
    try {
      add_answers(path, teacher, network, inputs, should_stop, sum);
    } catch (const Error& error) {
      const std::string message = error.what();
      throw Error(message.starts_with(path) ? message : fmt::format("teacher {}: {}", path, message));
    }
  }
  const auto models = static_cast<int64_t>(teacher.models.size());
  kernels::scale_values(1.0f / static_cast<float>(models), sum);
  return {.models = models,
          .pictures = static_cast<int64_t>(inputs.train.size()),
          .seconds = since_start.seconds(),
          .label_probability = mean_label_probability(inputs, answers, class_count(network))};
}

}  // namespace fer::train
