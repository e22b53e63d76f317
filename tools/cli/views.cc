#include "tools/cli/views.h"

#include <fmt/format.h>

#include "fer/error.h"

namespace fer::cli {
namespace {

std::string mean_name(const Views& views) { return views.mean == ViewMean::kLogits ? "logits" : "probabilities"; }

std::string size_text(int64_t height, int64_t width) { return fmt::format("{}x{}", height, width); }

}  // namespace

void declare_views(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()(
      "views",
      "Average the answers for several views of each picture: none, or flip (mirrored too), five (centre and corner "
      "crops), ten (five and their mirror images), shifts (moved by a pixel), dense (the whole picture at once), "
      "joined by +",
      text()->default_value("none"), "NAME");
  options.add_options()("view-mean", "What is averaged: probabilities or logits",
                        text()->default_value("probabilities"), "WHAT");
  options.add_options()("flip", "Average the answers for each picture and its mirror image: adds flip to --views");
}

Views read_views(const Arguments& arguments) {
  Views views;
  try {
    views = views_from_name(arguments.text("views"));
  } catch (const Error& e) {
    throw UsageError(std::string("--") + e.what());
  }
  views.flip |= arguments.flag("flip");
  if (arguments.choice("view-mean", {"probabilities", "logits"}) == "logits") views.mean = ViewMean::kLogits;
  return views;
}

std::string views_text(const Views& views, const Model& model) {
  std::string text = views_name(views);
  const int64_t count = view_count(views);
  const std::string several =
      count > 1 ? fmt::format("{} views of each picture, the mean of their {}", count, mean_name(views)) : "";
  const Shape &input = model.network.input, picture = picture_shape(model);
  std::string sizes;
  if (views.corners || (views.shifts && picture != input)) {
    sizes = fmt::format("crops of {} out of {}", size_text(input[0], input[1]), size_text(picture[0], picture[1]));
  }
  if (views.dense) sizes += (sizes.empty() ? "all of " : ", and all of ") + size_text(picture[0], picture[1]);
  const std::string details = several + (several.empty() || sizes.empty() ? "" : "; ") + sizes;
  return details.empty() ? text : fmt::format("{} ({})", text, details);
}

void add_views(const Views& views, nlohmann::ordered_json& json) {
  json["views"] = views_name(views);
  if (view_count(views) == 1) return;
  json["view_count"] = view_count(views);
  json["view_mean"] = mean_name(views);
}

}  // namespace fer::cli
