// A network as a figure.
#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <variant>

#include "fer/figures.h"
#include "report/figures/csv.h"
#include "report/figures/network_boxes.h"
#include "report/figures/svg.h"
#include "report/text.h"

namespace fer {
namespace {

using report::Anchor;
using report::NetworkBox;
using report::NetworkPage;
using report::SvgFigure;

constexpr double kBoxWidth = 268, kBoxTall = 42, kRowTall = 62, kLaneWidth = kBoxWidth + 26, kColumnGap = 56;

std::string shape_words(const Shape& shape) {
  std::string words;
  for (size_t i = 0; i < shape.rank(); ++i) words.append(i == 0 ? "" : "x").append(std::to_string(shape[i]));
  return words;
}

struct BoxColours {
  const char *fill, *edge;
};
template <class Kind, class... Kinds>
constexpr bool is_one_of = (std::is_same_v<Kind, Kinds> || ...);

BoxColours colours_of(const LayerKind& kind) {
  return std::visit(
      []<class Kind>(const Kind&) -> BoxColours {
        if (is_one_of<Kind, Conv2D, DepthwiseConv2D, SeparableConv2D>) return {"#dcebf7", "#0072B2"};
        if (is_one_of<Kind, Dense>) return {"#fbe3d3", "#D55E00"};
        if (is_one_of<Kind, MaxPool2D, AveragePool2D, GlobalAveragePool2D, GlobalMaxPool2D>) {
          return {"#d9f0e8", "#009E73"};
        }
        if (is_one_of<Kind, Add, Multiply, Concat>) return {"#f6e4ee", "#CC79A7"};
        return {"#eeeff1", "#868b93"};
      },
      kind);
}

class NetworkDrawing {
 public:
  explicit NetworkDrawing(const Network& network)
      : network_(network),
        infos_(infer(network)),
        page_(report::network_page(network)),
        figure_(page_width(), SvgFigure::kFigureTop + kRowTall * page_.rows + 16, title()) {
    draw_arrows();
    draw_input();
    for (const NetworkBox& box : page_.boxes) draw_box(box);
  }
  std::string result() const { return figure_.result(); }

 private:
  std::string title() const {
    const Totals sums = totals(network_);
    return fmt::format("{}: {} parameters, {} multiply-adds", network_.name.empty() ? "network" : network_.name,
                       report::grouped(sums.params), report::grouped(sums.macs));
  }

  double column_left(int column) const {
    double left = 16;
    for (int i = 0; i < column; ++i) left += kLaneWidth * page_.lanes[static_cast<size_t>(i)] + kColumnGap;
    return left;
  }
  double page_width() const { return std::max(column_left(page_.columns) - kColumnGap + 16, 620.0); }

  const NetworkBox& box_at(int index) const { return index < 0 ? input_ : page_.boxes[static_cast<size_t>(index)]; }
  double left_of(const NetworkBox& box) const { return column_left(box.column) + kLaneWidth * box.lane; }
  double top_of(const NetworkBox& box) const {
    return SvgFigure::kFigureTop + kRowTall * (box.row - page_.first_rows[static_cast<size_t>(box.column)]);
  }

  void arrow_head(double x, double y) {
    figure_.path(fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}", x - 4, y - 6, x, y - 1, x + 4, y - 6),
                 report::kFigureDim, 1.4);
  }

  void draw_arrows() {
    for (const NetworkBox& box : page_.boxes) {
      for (const int input : box.inputs) draw_arrow(box_at(input), box);
    }
  }

  void draw_arrow(const NetworkBox& from, const NetworkBox& to) {
    const double x1 = left_of(from) + kBoxWidth / 2, y1 = top_of(from) + kBoxTall, x2 = left_of(to) + kBoxWidth / 2,
                 y2 = top_of(to);
    std::string path;
    if (from.column != to.column) {  // up again beside the column
      const double between = column_left(to.column) - kColumnGap / 2 - 6;
      path = fmt::format("M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}V{4:.1f}H{5:.1f}V{6:.1f}", x1, y1, y1 + 9, between, y2 - 10,
                         x2, y2);
    } else if (from.lane == to.lane && to.row > from.row + 1) {
      path = around(from, to);
      return figure_.path(path, report::kFigureDim, 1.4);
    } else {
      path = x1 == x2 ? fmt::format("M{:.1f} {:.1f}V{:.1f}", x1, y1, y2)
                      : fmt::format("M{:.1f} {:.1f}V{:.1f}H{:.1f}V{:.1f}", x1, y1, elbow(from, to), x2, y2);
    }
    figure_.path(path, report::kFigureDim, 1.4);
    arrow_head(x2, y2);
  }

  // Down in the free lane first, then across, right above the box; or across first, where its own lane is free.
  double elbow(const NetworkBox& from, const NetworkBox& to) const {
    return from.lane > to.lane ? top_of(to) - 12 : top_of(from) + kBoxTall + 8;
  }

  // Past the boxes between, on their right: the more there are, the further out.
  std::string around(const NetworkBox& from, const NetworkBox& to) const {
    const double right = left_of(from) + kBoxWidth, out = right + 6 + std::min(14, to.row - from.row - 1);
    // (It leaves low and arrives high, so that two in a row do not look like one.)
    const double y1 = top_of(from) + 0.75 * kBoxTall, y2 = top_of(to) + 0.25 * kBoxTall;
    const std::string head =
        fmt::format("M{0:.1f} {1:.1f}L{2:.1f} {3:.1f}L{0:.1f} {4:.1f}", right + 6, y2 - 4, right + 1, y2, y2 + 4);
    return fmt::format("M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}{}", right, y1, out, y2, right + 1, head);
  }

  void draw_input() {
    const NetworkBox& box = box_at(-1);
    labelled(box, {"white", report::kFigureDim}, "input", shape_words(network_.input));
  }

  void draw_box(const NetworkBox& box) {
    const auto first = static_cast<size_t>(box.layers[0]);
    int64_t params = 0;
    for (const int layer : box.layers) params += infos_[static_cast<size_t>(layer)].params;
    std::string below = fmt::format("{} · {}", report::figure_cut(network_.layers[first].name, 16),
                                    shape_words(infos_[static_cast<size_t>(box.layers.back())].output));
    if (params > 0) below += fmt::format(" · {} params", report::grouped(params));
    labelled(box, colours_of(network_.layers[first].kind), box.text, below);
  }

  void labelled(const NetworkBox& box, const BoxColours& colours, const std::string& words, const std::string& below) {
    const double x = left_of(box), y = top_of(box);
    figure_.rectangle(x, y, kBoxWidth, kBoxTall, colours.fill, colours.edge);
    figure_.text(x + kBoxWidth / 2, y + 18, report::figure_cut(words, 43), {.size = 12, .anchor = Anchor::kMiddle});
    figure_.text(x + kBoxWidth / 2, y + 34, report::figure_cut(below, 46),
                 {.size = 10.5, .anchor = Anchor::kMiddle, .colour = report::kFigureDim});
  }

  const Network& network_;
  const std::vector<LayerInfo> infos_;
  const NetworkPage page_;
  const NetworkBox input_ = {};  // which is not among the page's
  SvgFigure figure_;
};

std::string network_csv(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  std::string text = "layer,type,inputs,output,parameters,multiply_adds\n";
  for (size_t i = 0; i < infos.size(); ++i) {
    std::string inputs;
    for (const int input : infos[i].inputs) {
      inputs.append(inputs.empty() ? "" : " ")
          .append(input < 0 ? "input" : network.layers[static_cast<size_t>(input)].name);
    }
    text += fmt::format("{},{},{},{},{},{}\n", report::csv_text(network.layers[i].name),
                        layer_type_name(network.layers[i].kind), report::csv_text(inputs), shape_words(infos[i].output),
                        infos[i].params, infos[i].macs);
  }
  return text;
}

}  // namespace

Figure network_figure(const Network& network) {
  return {"network", NetworkDrawing(network).result(), network_csv(network)};
}

}  // namespace fer
