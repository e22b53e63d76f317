#include <fmt/format.h>

#include <algorithm>

#include "fer/layer_table.h"
#include "fer/network.h"
#include "network/infer_layer.h"
#include "network/limits.h"
#include "network/names.h"

namespace fer {
namespace {

// One row of the table; a layer with several inputs takes a line for each.
struct Row {
  std::string layer, output, params;
  std::vector<std::string> inputs;
  std::string macs = {};  // where they are shown
};

// 7886599 -> "7,886,599"
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), 1, ',');
  return digits;
}

// With the batch in front, as Keras writes it: "(None, 46, 46, 64)".
std::string with_batch(const Shape& shape) {
  std::string text = "(None";
  for (const int64_t dim : shape.dims()) text += ", " + std::to_string(dim);
  return text + ")";
}

bool is_graph(const std::vector<LayerInfo>& infos) {
  for (size_t i = 0; i < infos.size(); ++i) {
    if (infos[i].inputs.size() != 1 || infos[i].inputs[0] != static_cast<int>(i) - 1) return true;
  }
  return false;
}

std::vector<Row> table_rows(const Network& network, const std::vector<LayerInfo>& infos, bool graph, bool macs) {
  std::vector<Row> rows;
  if (graph) {
    rows.push_back({fmt::format("{} (InputLayer)", kInputName), with_batch(network.input), "0", {}, macs ? "0" : ""});
  }
  for (size_t i = 0; i < infos.size(); ++i) {
    const Layer& layer = network.layers[i];
    Row row = {fmt::format("{} ({})", layer.name, kLayerTypeNames[layer.kind.index()].keras_class),
               with_batch(infos[i].output),
               std::to_string(infos[i].params),
               {},
               macs ? grouped(infos[i].macs) : ""};
    for (const int input : infos[i].inputs) {
      if (graph) row.inputs.push_back(input < 0 ? kInputName : network.layers[input].name);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Widths {
  size_t layer = 0, output = 0, params = 0, macs = 0, inputs = 0;
  size_t line() const { return 1 + layer + output + params + macs + inputs; }
};

Widths widths_of(const std::vector<Row>& rows) {
  Widths widths;
  for (const Row& row : rows) {
    widths.layer = std::max(widths.layer, row.layer.size() + 2);
    widths.output = std::max(widths.output, row.output.size() + 2);
    widths.params = std::max(widths.params, row.params.size() + 2);
    if (!row.macs.empty()) widths.macs = std::max(widths.macs, row.macs.size() + 2);
    for (const std::string& input : row.inputs) widths.inputs = std::max(widths.inputs, input.size());
  }
  return widths;
}

void append_row(const Row& row, const Widths& widths, std::string& out) {
  const std::string input = row.inputs.empty() ? "" : row.inputs[0];
  const auto line = [&](const Row& cells, const std::string& from) {
    std::string text = fmt::format(" {:<{}}{:<{}}{:<{}}{:<{}}{}", cells.layer, widths.layer, cells.output,
                                   widths.output, cells.params, widths.params, cells.macs, widths.macs, from);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line(row, input);
  for (size_t i = 1; i < row.inputs.size(); ++i) line({}, row.inputs[i]);
}

std::string totals_text(const std::vector<LayerInfo>& infos) {
  const Totals sum = sum_of(infos);
  return fmt::format("Total params: {}\nTrainable params: {}\nNon-trainable params: {}\nMultiply-adds per image: {}\n",
                     grouped(sum.params), grouped(sum.trainable), grouped(sum.params - sum.trainable),
                     grouped(sum.macs));
}

std::string table_text(const Network& network, bool macs) {
  const std::vector<LayerInfo> infos = infer(network);
  const bool graph = is_graph(infos);
  std::vector<Row> rows = {{"Layer (type)", "Output Shape", "Param #", {}, macs ? "Multiply-adds" : ""}};
  if (graph) rows[0].inputs = {"Connected to"};
  std::vector<Row> layers = table_rows(network, infos, graph, macs);
  rows.insert(rows.end(), layers.begin(), layers.end());
  const Widths widths = widths_of(rows);
  const std::string thin(widths.line(), '_'), thick(widths.line(), '=');

  std::string out = fmt::format("Model: \"{}\"\n{}\n", network.name.empty() ? "network" : network.name, thin);
  append_row(rows[0], widths, out);
  out += thick + "\n";
  for (size_t i = 1; i < rows.size(); ++i) append_row(rows[i], widths, out);
  return out + thick + "\n" + totals_text(infos) + thin + "\n";
}

}  // namespace

std::string summary(const Network& network) { return table_text(network, false); }
std::string layer_table(const Network& network) { return table_text(network, true); }

}  // namespace fer
