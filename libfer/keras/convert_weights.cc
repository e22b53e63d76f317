// Layers with weights.
#include <fmt/format.h>

#include "fer/error.h"
#include "keras/builder.h"
#include "network/json_text.h"

namespace fer::keras_file {
namespace {

void expect_ones(const Site& site, const char* name) {
  if (site.settings.pair({name}, Pair{1, 1}) != Pair{1, 1}) {
    throw Error(fmt::format("{}: expected 1, found {}", name, shown(*site.settings.find({name}))));
  }
}

void note_training_only(Builder& builder, const Site& site) {
  for (const char* name : {"activity_regularizer", "kernel_constraint", "bias_constraint", "W_constraint",
                           "b_constraint", "gamma_constraint", "beta_constraint", "gamma_regularizer",
                           "beta_regularizer", "depthwise_constraint", "pointwise_constraint"}) {
    if (site.settings.has(name)) builder.note(site, std::string(name) + " left out: it acts in training alone");
  }
  for (const char* name : {"kernel_regularizer", "W_regularizer", "bias_regularizer", "b_regularizer"}) {
    if (site.settings.has_other_regularizer({name})) {
      builder.note(site, std::string(name) + " left out: it is neither l1 nor l2");
    }
  }
}

// What convolutions and dense layers have in common.
template <class L>
void read_common(Builder& builder, const Site& site, L& l) {
  const Function function = site.settings.function({"activation"});
  l.activation = function.activation;
  l.alpha = function.alpha;
  l.bias = site.settings.flag({"use_bias", "bias"}, true);
  l.kernel_init = site.settings.initializer({"kernel_initializer", "init"}, Initializer::Kind::kGlorotUniform);
  l.bias_init = site.settings.initializer({"bias_initializer"}, Initializer::Kind::kZeros);
  l.kernel_regularizer = site.settings.regularizer({"kernel_regularizer", "W_regularizer"});
  l.bias_regularizer = site.settings.regularizer({"bias_regularizer", "b_regularizer"});
  note_training_only(builder, site);
}

void add_bias(Builder& builder, Site& site, const Value& value, int64_t count) {
  builder.weight(site, value, {.name = "bias", .parameter = "bias", .stored = {count}, .transform = as_it_is});
}

Padding padding_of(const Settings& settings) {
  const std::string padding = settings.text({"padding", "border_mode"}, "valid");
  if (padding == "valid") return Padding::valid();
  if (padding == "same") return Padding::same();
  throw Error("padding: expected valid or same, found " + shown(padding));
}

// Kernels [kh, kw, ci, co], of Keras 1 with channels first [co, ci, kh, kw].
Role kernel_role(const Builder& builder, const Conv2D& conv, int64_t channels, bool keras_1) {
  const Dialect& dialect = builder.dialect();
  Role role = {.name = "kernel", .parameter = "kernel"};
  const std::vector<int64_t> last = {conv.kernel[0], conv.kernel[1], channels, conv.filters};
  const bool is_first = dialect.channels_first && keras_1;
  role.stored = is_first ? std::vector<int64_t>{conv.filters, channels, conv.kernel[0], conv.kernel[1]} : last;
  const Transform order = is_first ? filters_last(role.stored) : as_it_is;
  role.transform = order;
  if (dialect.turned_kernels) {
    role.transform = [order, turn = turned(last)](std::span<const float> from, std::span<float> to) {
      std::vector<float> ordered(from.size());
      order(from, ordered);
      turn(ordered, to);
    };
  }
  return role;
}

Value conv2d(Builder& builder, Site& site) {
  const Value& x = site.picture();
  const bool keras_1 = builder.dialect().keras_1 || site.settings.has("nb_filter");
  Conv2D conv = {.filters = site.settings.integer({"filters", "nb_filter"})};
  if (site.settings.has("nb_row")) {
    conv.kernel = {site.settings.integer({"nb_row"}), site.settings.integer({"nb_col"})};
  } else {
    conv.kernel = site.settings.pair({"kernel_size"});
  }
  conv.strides = site.settings.pair({"strides", "subsample"}, Pair{1, 1});
  conv.padding = padding_of(site.settings);
  expect_ones(site, "dilation_rate");
  if (site.settings.integer({"groups"}, 1) != 1) throw Error("groups: expected 1, found more");
  read_common(builder, site, conv);
  const Value y = builder.add(site, conv);
  builder.weight(site, y, kernel_role(builder, conv, x.shape[2], keras_1));
  if (conv.bias) add_bias(builder, site, y, conv.filters);
  return y;
}

// Of a picture, Keras's dense layer is a convolution of 1x1.
Value dense_on_picture(Builder& builder, Site& site, const Dense& dense) {
  if (builder.dialect().channels_first) throw Error("expected a flat input with channels first, found a picture");
  const Value& x = site.picture();
  const Conv2D conv = {.filters = dense.units,
                       .kernel = {1, 1},
                       .bias = dense.bias,
                       .activation = dense.activation,
                       .alpha = dense.alpha,
                       .kernel_init = dense.kernel_init,
                       .bias_init = dense.bias_init,
                       .kernel_regularizer = dense.kernel_regularizer,
                       .bias_regularizer = dense.bias_regularizer};
  const Value y = builder.add(site, conv);
  builder.weight(site, y,
                 {.name = "kernel", .parameter = "kernel", .stored = {x.shape[2], dense.units}, .transform = as_it_is});
  return y;
}

Value dense(Builder& builder, Site& site) {
  const Value& x = site.input();
  Dense dense = {.units = site.settings.integer({"units", "output_dim"})};
  read_common(builder, site, dense);
  if (x.undecided) throw Error("expected a picture before it, found an input of shape " + x.shape.to_string());
  Value y;
  if (x.is_picture()) {
    y = dense_on_picture(builder, site, dense);
  } else {
    y = builder.add(site, dense);
    y.flattened = {};
    builder.weight(site, y,
                   {.name = "kernel",
                    .parameter = "kernel",
                    .stored = {x.shape[0], dense.units},
                    .transform = x.flattened.rank() ? channels_last_rows(x.flattened, dense.units) : as_it_is});
  }
  if (dense.bias) add_bias(builder, site, y, dense.units);
  return y;
}

// The axis is the channels'.
void check_axis(const Builder& builder, const Site& site) {
  const nlohmann::json* axis = site.settings.find({"axis"});
  if (axis != nullptr && axis->is_array() && axis->size() == 1) axis = &(*axis)[0];
  const int64_t rank = static_cast<int64_t>(site.input().shape.rank()) + 1;
  const bool first = builder.dialect().channels_first && rank == 4;
  const int64_t wanted = first ? 1 : rank - 1;
  if (axis == nullptr ? !first : *axis == wanted || *axis == wanted - rank) return;
  throw Error(fmt::format("axis: expected {}, the channels', found {}", wanted, axis ? shown(*axis) : "none"));
}

Value batch_norm(Builder& builder, Site& site) {
  const Value& x = site.input();
  if (x.undecided) throw Error("expected a picture before it, found an input of shape " + x.shape.to_string());
  check_axis(builder, site);
  if (site.settings.integer({"mode"}, 0) != 0) throw Error("mode: expected 0, found another");
  if (site.settings.flag({"renorm"}, false)) throw Error("renorm: expected none, found it");
  const BatchNorm norm = {.epsilon = static_cast<float>(site.settings.number({"epsilon"}, 1e-3)),
                          .momentum = static_cast<float>(site.settings.number({"momentum"}, 0.99))};
  const Value y = builder.add(site, norm);
  const int64_t channels = x.shape[x.shape.rank() - 1];
  const Transform transform = x.flattened.rank() ? channels_last_rows(x.flattened, 1) : as_it_is;
  const auto add = [&](const char* name, bool trainable) {
    builder.weight(
        site, y,
        {.name = name, .parameter = name, .stored = {channels}, .trainable = trainable, .transform = transform});
  };
  if (site.settings.flag({"scale"}, true)) add("gamma", true);
  if (site.settings.flag({"center"}, true)) add("beta", true);
  add("moving_mean", false);
  add("moving_variance", false);
  note_training_only(builder, site);
  return y;
}

}  // namespace

bool convert_weights(Builder& builder, Site& site, Value& value) {
  const std::string& type = site.layer.class_name;
  if (type == "Conv2D" || type == "Convolution2D") {
    value = conv2d(builder, site);
  } else if (type == "Dense") {
    value = dense(builder, site);
  } else if (type == "BatchNormalization" || type == "BatchNormalizationV1" || type == "BatchNormalizationV2") {
    value = batch_norm(builder, site);
  } else {
    return false;
  }
  return true;
}

}  // namespace fer::keras_file
