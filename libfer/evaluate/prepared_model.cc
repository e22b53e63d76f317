#include "evaluate/prepared_model.h"

#include <algorithm>
#include <numeric>

#include "core/assert.h"
#include "core/parallel.h"
#include "image/equalize.h"
#include "image/pixels.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"

namespace fer::evaluation {

namespace {

data::Crop centre_of(const Shape& picture, const Shape& input) {
  if (picture == input) return {};
  return data::centre_crop({picture[0], picture[1], picture[2]}, {input[0], input[1], input[2]});
}

}  // namespace

PreparedModel::PreparedModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
                             const Preprocessing& preprocessing, std::span<const Int8Layer> int8, Outputs outputs)
    : input_(network.input),
      picture_(picture_shape(network, preprocessing)),
      centre_(centre_of(picture_, input_)),
      preprocessing_(preprocessing),
      classes_(class_count(network)),
      softmax_needed_(outputs == Outputs::kProbabilities && !gives_probabilities(network)),
      inference_(network, layout, weights, int8) {}

PreparedModel::Workspace PreparedModel::make_workspace(int64_t max_batch) const {
  return {inference_.make_workspace(max_batch), Tensor({max_batch, input_.elements()})};
}

// out [n, input] = convert(a part of pictures [n, picture]).
template <class Value, class Convert>
void PreparedModel::take_parts(std::span<const Value> pictures, const data::Crop& part, std::span<float> out,
                               const Convert& convert) const {
  const int64_t channels = input_[2], floats = input_.elements();
  const int64_t out_row = part.width * channels, row = picture_[1] * channels;
  parallel_ranges(static_cast<int64_t>(out.size()) / floats, 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Value* from = pictures.data() + i * picture_.elements() + part.top * row + part.left * channels;
      float* to = out.data() + i * floats;
      for (int64_t y = 0; y < part.height; ++y, from += row, to += out_row) {
        std::transform(from, from + out_row, to, convert);
      }
    }
  });
}

bool PreparedModel::looks_at_whole_pictures() const {
  return preprocessing_.equalize || preprocessing_.standardize == Standardization::kPicture;
}

// An equalised picture is the picture seen through a table, so no copy of it is needed.
void PreparedModel::prepare_pictures(std::span<const uint8_t> pixels, const data::Crop& part,
                                     std::span<float> out) const {
  const auto size = static_cast<size_t>(picture_.elements()), floats = static_cast<size_t>(input_.elements());
  const float scale = preprocessing_.scale, shift = preprocessing_.shift;
  parallel_ranges(static_cast<int64_t>(out.size() / floats), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const std::span<float> to = out.subspan(i * floats, floats);
      take_values(pixels.subspan(i * size, size), part, to);
      if (preprocessing_.standardize == Standardization::kPicture) image::standardize(to);
      for (float& value : to) value = value * scale + shift;
    }
  });
}

// out [input] = the pixels of a part of a picture, as floats, equalised where the model wants that.
void PreparedModel::take_values(std::span<const uint8_t> picture, const data::Crop& part, std::span<float> out) const {
  const int64_t channels = input_.dims().back();
  for (int64_t channel = 0; channel < channels; ++channel) {
    image::PixelTable table;
    if (preprocessing_.equalize) {
      table = image::equalizing_table(picture, channels, channel);
    } else {
      std::iota(table.begin(), table.end(), uint8_t{0});
    }
    const bool whole = picture_ == input_;
    const int64_t rows = whole ? 1 : part.height;
    const int64_t row = whole ? input_.elements() : part.width * channels;
    const uint8_t* from = picture.data() + (whole ? 0 : (part.top * picture_[1] + part.left) * channels);
    float* to = out.data();
    for (int64_t y = 0; y < rows; ++y, from += whole ? 0 : picture_[1] * channels, to += row) {
      for (int64_t x = channel; x < row; x += channels) to[x] = table[from[x]];
    }
  }
}

void PreparedModel::ask(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out,
                        const engine::InputObserver* observer) const {
  ask(workspace, pixels, centre_, out, observer);
}

void PreparedModel::ask(Workspace& workspace, std::span<const uint8_t> pixels, const data::Crop& part,
                        std::span<float> out, const engine::InputObserver* observer) const {
  const int64_t n = static_cast<int64_t>(pixels.size()) / picture_.elements();
  const std::span<float> inputs = workspace.inputs.values().first(static_cast<size_t>(n * input_.elements()));
  const float scale = preprocessing_.scale, shift = preprocessing_.shift;
  if (looks_at_whole_pictures()) {
    prepare_pictures(pixels, part, inputs);
  } else if (picture_ == input_) {
    image::pixels_to_floats(pixels, scale, shift, inputs);
  } else {
    take_parts(pixels, part, inputs,
               [s = scale, t = shift](uint8_t pixel) { return static_cast<float>(pixel) * s + t; });
  }
  ask(workspace, n, out, observer);
}

void PreparedModel::ask(Workspace& workspace, std::span<const float> inputs, std::span<float> out) const {
  const int64_t n = static_cast<int64_t>(inputs.size()) / picture_.elements();
  if (picture_ == input_) {
    std::ranges::copy(inputs, workspace.inputs.values().begin());
  } else {
    take_parts(inputs, centre_, workspace.inputs.values().first(static_cast<size_t>(n * input_.elements())),
               [](float value) { return value; });
  }
  ask(workspace, n, out);
}

void PreparedModel::ask(Workspace& workspace, int64_t n, std::span<float> out,
                        const engine::InputObserver* observer) const {
  FER_ASSERT(static_cast<int64_t>(out.size()) == n * classes_);
  const std::span<const float> inputs = workspace.inputs.values().first(static_cast<size_t>(n * input_.elements()));
  inference_.run(workspace.layers, n, inputs, out, observer);
  if (softmax_needed_) kernels::activation_forward(Activation::kSoftmax, 0, classes_, out, out);
}

}  // namespace fer::evaluation
