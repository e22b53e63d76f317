#include "report/figures/network_boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "network/outputs.h"

namespace fer::report {
namespace {

// Rows that fit one under another on a page.
constexpr int kMostRows = 18;

std::string size_words(const Pair& size) { return fmt::format("{}x{}", size[0], size[1]); }

std::string stride_words(const Pair& strides, const Pair& usual) {
  if (strides == usual || strides == Pair{0, 0}) return "";
  return strides[0] == strides[1] ? fmt::format(" /{}", strides[0]) : fmt::format(" /{}x{}", strides[0], strides[1]);
}

struct LayerWords {
  std::string operator()(const Conv2D& l) const {
    return fmt::format("conv {}{}, {}{}{}", size_words(l.kernel), stride_words(l.strides, {1, 1}), l.filters,
                       l.groups > 1 ? fmt::format(" in {} groups", l.groups) : "",
                       l.dilation == Pair{1, 1} ? "" : fmt::format(" dilated {}", l.dilation[0]));
  }
  std::string operator()(const DepthwiseConv2D& l) const {
    return fmt::format("depthwise {}{}", size_words(l.kernel), stride_words(l.strides, {1, 1}));
  }
  std::string operator()(const SeparableConv2D& l) const {
    return fmt::format("separable {}{}, {}", size_words(l.kernel), stride_words(l.strides, {1, 1}), l.filters);
  }
  std::string operator()(const Dense& l) const { return fmt::format("dense {}", l.units); }
  std::string operator()(const BatchNorm&) const { return "norm"; }
  std::string operator()(const ActivationLayer&) const { return ""; }  // its function is all there is
  std::string operator()(const PRelu&) const { return "prelu"; }
  std::string operator()(const MaxPool2D& l) const {
    return fmt::format("max pool {}{}", size_words(l.pool), stride_words(l.strides, l.pool));
  }
  std::string operator()(const AveragePool2D& l) const {
    return fmt::format("average pool {}{}", size_words(l.pool), stride_words(l.strides, l.pool));
  }
  std::string operator()(const GlobalAveragePool2D&) const { return "global average pool"; }
  std::string operator()(const GlobalMaxPool2D&) const { return "global max pool"; }
  std::string operator()(const Dropout& l) const { return fmt::format("dropout {:g}", l.rate); }
  std::string operator()(const Flatten&) const { return "flatten"; }
  std::string operator()(const Reshape&) const { return "reshape"; }
  std::string operator()(const Crop2D&) const { return "crop"; }
  std::string operator()(const UpSample2D& l) const { return fmt::format("repeat {}", size_words(l.size)); }
  std::string operator()(const Add&) const { return "add"; }
  std::string operator()(const Multiply&) const { return "multiply"; }
  std::string operator()(const Concat&) const { return "concatenate"; }
  std::string operator()(const ZeroPad2D& l) const { return fmt::format("pad {}", l.pad); }
  std::string operator()(const Resize& l) const { return fmt::format("resize {}", size_words(l.size)); }
};

bool works_in_place(const LayerKind& kind) {
  return std::holds_alternative<BatchNorm>(kind) || std::holds_alternative<ActivationLayer>(kind) ||
         std::holds_alternative<PRelu>(kind) || std::holds_alternative<Dropout>(kind);
}

std::vector<NetworkBox> boxes_of(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  std::vector<int> readers(infos.size(), 0), box_of(infos.size(), -1);
  for (const LayerInfo& info : infos) {
    for (const int input : info.inputs) {
      if (input >= 0) ++readers[static_cast<size_t>(input)];
    }
  }
  std::vector<NetworkBox> boxes;
  for (size_t i = 0; i < infos.size(); ++i) {
    const int before = infos[i].inputs[0];
    const std::string words = layer_words(network.layers[i].kind);
    const bool joins =
        works_in_place(network.layers[i].kind) && before >= 0 && readers[static_cast<size_t>(before)] == 1;
    if (joins) {
      NetworkBox& box = boxes[static_cast<size_t>(box_of[static_cast<size_t>(before)])];
      box.layers.push_back(static_cast<int>(i));
      box.text.append(" · ").append(words);
    } else {
      NetworkBox box = {{static_cast<int>(i)}, {}, words};
      for (const int input : infos[i].inputs) box.inputs.push_back(input < 0 ? -1 : box_of[static_cast<size_t>(input)]);
      boxes.push_back(std::move(box));
    }
    box_of[i] = joins ? box_of[static_cast<size_t>(before)] : static_cast<int>(boxes.size()) - 1;
  }
  return boxes;
}

// A box stands below all that it reads.
void place_rows(std::vector<NetworkBox>& boxes) {
  for (NetworkBox& box : boxes) {
    for (const int input : box.inputs) {
      box.row = std::max(box.row, 1 + (input < 0 ? 0 : boxes[static_cast<size_t>(input)].row));
    }
  }
}

// The lane of what a box reads where that is free in its row, else the next free one.
void place_lanes(std::vector<NetworkBox>& boxes) {
  std::vector<std::vector<bool>> taken;
  for (NetworkBox& box : boxes) {
    if (static_cast<size_t>(box.row) >= taken.size()) taken.resize(static_cast<size_t>(box.row) + 1);
    std::vector<bool>& row = taken[static_cast<size_t>(box.row)];
    int lane = 1 << 20;
    for (const int input : box.inputs) lane = std::min(lane, input < 0 ? 0 : boxes[static_cast<size_t>(input)].lane);
    const auto is_taken = [&](int at) { return static_cast<size_t>(at) < row.size() && row[static_cast<size_t>(at)]; };
    while (is_taken(lane)) ++lane;
    if (static_cast<size_t>(lane) >= row.size()) row.resize(static_cast<size_t>(lane) + 1, false);
    row[static_cast<size_t>(lane)] = true;
    box.lane = lane;
  }
}

// Rows behind which one value alone is read further on.
std::vector<bool> good_ends(const std::vector<NetworkBox>& boxes, int rows) {
  std::vector<std::vector<int>> crossing(static_cast<size_t>(rows));
  for (const NetworkBox& box : boxes) {
    for (const int input : box.inputs) {
      const int from = input < 0 ? 0 : boxes[static_cast<size_t>(input)].row;
      for (int row = from; row < box.row; ++row) {
        std::vector<int>& values = crossing[static_cast<size_t>(row)];
        if (std::ranges::find(values, input) == values.end()) values.push_back(input);
      }
    }
  }
  std::vector<bool> good;
  good.reserve(crossing.size());
  for (const std::vector<int>& values : crossing) good.push_back(values.size() == 1);
  return good;
}

}  // namespace

std::string layer_words(const LayerKind& kind) {
  std::string words = std::visit(LayerWords(), kind);
  const Activation* activation = activation_of(kind);
  if (activation == nullptr || *activation == Activation::kLinear) return words.empty() ? "linear" : words;
  if (!words.empty()) words += " · ";
  return words + activation_name(*activation);
}

NetworkPage network_page(const Network& network) {
  NetworkPage page;
  page.boxes = boxes_of(network);
  place_rows(page.boxes);
  place_lanes(page.boxes);
  int rows = 1;
  for (const NetworkBox& box : page.boxes) rows = std::max(rows, box.row + 1);
  const std::vector<bool> good = good_ends(page.boxes, rows);
  // As many columns as are needed, about equally long.
  const int wanted = (rows + kMostRows - 1) / kMostRows, length = (rows + wanted - 1) / wanted;
  page.first_rows = {0};
  for (int row = 1; row < rows; ++row) {
    if (row - page.first_rows.back() >= length && good[static_cast<size_t>(row - 1)]) page.first_rows.push_back(row);
  }
  page.columns = static_cast<int>(page.first_rows.size());
  page.lanes.assign(static_cast<size_t>(page.columns), 1);
  for (NetworkBox& box : page.boxes) {
    while (box.column + 1 < page.columns && page.first_rows[static_cast<size_t>(box.column) + 1] <= box.row)
      ++box.column;
    int& lanes = page.lanes[static_cast<size_t>(box.column)];
    lanes = std::max(lanes, box.lane + 1);
  }
  for (int column = 0; column < page.columns; ++column) {
    const int end = column + 1 < page.columns ? page.first_rows[static_cast<size_t>(column) + 1] : rows;
    page.rows = std::max(page.rows, end - page.first_rows[static_cast<size_t>(column)]);
  }
  return page;
}

}  // namespace fer::report
