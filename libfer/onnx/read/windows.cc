#include "onnx/read/windows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fer/error.h"
#include "network/geometry.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::onnx_file {
namespace {

// Cells before and after one axis with Keras's "same".
std::array<int64_t, 2> same_pads(int64_t in, int64_t kernel, int64_t stride) {
  const AxisWindow axis = axis_window(in, kernel, stride, Padding::same());
  return {axis.before, std::max<int64_t>((axis.out - 1) * stride + kernel - in, 0) - axis.before};
}

// [top, left, bottom, right]
std::vector<int64_t> same_pads(const Shape& input, const Pair& kernel, const Pair& strides) {
  const auto rows = same_pads(input[0], kernel[0], strides[0]), columns = same_pads(input[1], kernel[1], strides[1]);
  return {rows[0], columns[0], rows[1], columns[1]};
}

Padding padding_of_cells(Dims pads, const Dims& before, const Shape& input, const Pair& kernel, const Pair& strides) {
  const bool good = pads.size() == 4 &&
                    std::all_of(pads.begin(), pads.end(), [](int64_t pad) { return pad >= 0 && pad <= kMaxExtent; });
  if (!good) {
    throw Error(fmt::format("pads: expected 4 numbers of 0 to {}, found [{}]", kMaxExtent, fmt::join(pads, ", ")));
  }
  for (size_t i = 0; i < before.size(); ++i) pads[i] += before[i];
  if (pads == std::vector<int64_t>(4, 0)) return Padding::valid();
  const std::vector<int64_t> same = same_pads(input, kernel, strides);
  if (pads == same) return Padding::same();
  if (pads == std::vector<int64_t>(4, pads[0])) return Padding::on_each_side(pads[0]);
  throw Error(fmt::format("pads: expected the same on all four sides, or {} as in Keras's \"same\", found {}",
                          shown_dims(same), shown_dims(pads)));
}

}  // namespace

Pair extents(Node& node, const char* name, const Pair& usual) {
  const std::vector<int64_t> found = node.integers(name, {usual[0], usual[1]});
  const bool good = found.size() == 2 && std::all_of(found.begin(), found.end(), [](int64_t extent) {
                      return extent >= 1 && extent <= kMaxExtent;
                    });
  if (!good) {
    throw Error(fmt::format("{}: expected 2 numbers of 1 to {}, found [{}]", name, kMaxExtent, fmt::join(found, ", ")));
  }
  return {found[0], found[1]};
}

Padding padding_of(Node& node, const Shape& input, const Pair& kernel, const Pair& strides, const Dims& before) {
  const std::string kind = node.text("auto_pad", "NOTSET");
  const std::vector<int64_t> pads = node.integers("pads", {0, 0, 0, 0});
  if (kind == "NOTSET") return padding_of_cells(pads, before, input, kernel, strides);
  if (kind == "VALID") return padding_of_cells({0, 0, 0, 0}, before, input, kernel, strides);
  if (!before.empty()) throw Error("auto_pad: expected NOTSET or VALID of a padded input, found " + shown(kind));
  const std::vector<int64_t> same = same_pads(input, kernel, strides);
  const bool even = same[0] == same[2] && same[1] == same[3];
  if (kind == "SAME_UPPER" || (kind == "SAME_LOWER" && even)) return Padding::same();
  throw Error("auto_pad: expected the odd cell after, as SAME_UPPER has it, found " + shown(kind));
}

void expect_plain_window(Node& node) {
  if (const Pair found = extents(node, "dilations", {1, 1}); found != Pair{1, 1}) {
    throw Error(fmt::format("dilations: expected [1, 1], found [{}]", fmt::join(found, ", ")));
  }
}

Padding ceil_padding(Node& node, const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding) {
  if (node.integer("ceil_mode", 0) == 0 || padding.kind == Padding::Kind::kSame) return padding;
  bool beyond = false, fits = padding == Padding::valid();
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t room = input[axis] + 2 * padding.cells - kernel[axis];
    if (room < 0) return padding;  // refused with the layer
    beyond = beyond || room % strides[axis] != 0;
    const AxisWindow same = axis_window(input[axis], kernel[axis], strides[axis], Padding::same());
    fits = fits && same.before == 0 && same.out == (room + strides[axis] - 1) / strides[axis] + 1;
  }
  if (!beyond) return padding;
  if (fits) return Padding::same();
  throw Error(
      fmt::format("ceil_mode: expected 0, or windows that fill the input or go beyond its end as in Keras's \"same\", "
                  "found 1 and windows [{}] of steps [{}] over {}",
                  fmt::join(kernel, ", "), fmt::join(strides, ", "), input.to_string()));
}

}  // namespace fer::onnx_file
