#include "tools/faces/annotate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "fer/class_names.h"
#include "tools/faces/layout.h"

namespace fer::cli {
namespace {

constexpr Colour kWhite = {255, 255, 255}, kInk = {20, 20, 24};
constexpr int64_t kMostBars = 8;

// Dark letters on what is bright.
Colour letters_on(const Colour& ground) {
  return 299 * ground.red + 587 * ground.green + 114 * ground.blue > 140'000 ? kInk : kWhite;
}

std::string percent(float probability) { return fmt::format("{:.0f} %", 100 * probability); }

class Annotator {
 public:
  Annotator(Image& image, double scale, const std::vector<std::string>& names, const AnnotateOptions& options)
      : image_(image),
        scale_(scale),
        shorter_(static_cast<double>(std::min(image.height, image.width))),
        names_(names),
        options_(options),
        taken_{.picture = {static_cast<double>(image.width), static_cast<double>(image.height)},
               .faces = {},
               .panels = {}} {}

  void draw(std::span<const FacePrediction> faces) {
    for (const FacePrediction& found : faces) taken_.faces.push_back(placed(found.face.box));
    for (size_t i = 0; i < faces.size(); ++i) draw_face(taken_.faces[i], faces[i]);
    for (size_t i = 0; i < faces.size(); ++i) draw_label(taken_.faces[i], faces[i].prediction);
    if (options_.bars) {
      for (size_t i = 0; i < faces.size(); ++i) draw_bars(taken_.faces[i], faces[i].prediction.probabilities);
    }
    draw_corner();
  }

 private:
  PictureBox placed(const Box& box) const {
    return {scale_ * static_cast<double>(box.left), scale_ * static_cast<double>(box.top),
            scale_ * static_cast<double>(box.width), scale_ * static_cast<double>(box.height)};
  }
  Colour colour_of(size_t label) const { return class_colour(names_[label], label); }
  // By the face, within bounds by the picture.
  double text_size(const PictureBox& face) const {
    return std::clamp(face.height / 8, std::max(10.0, shorter_ / 60), std::max(10.0, shorter_ / 26));
  }
  double line_width() const { return std::max(1.5, shorter_ / 240); }

  void draw_face(const PictureBox& box, const FacePrediction& found) {
    const auto label = static_cast<size_t>(found.prediction.index);
    const Overlay* emoji = options_.emoji == nullptr
                               ? nullptr
                               : options_.emoji->of(label, std::lround(1.2 * std::max(box.width, box.height)));
    if (emoji != nullptr) {
      lay_over(image_, *emoji, std::lround(box.left + (box.width - static_cast<double>(emoji->colour.width)) / 2),
               std::lround(box.top + (box.height - static_cast<double>(emoji->colour.height)) / 2));
    } else {
      draw_points(found.face.points, box);
    }
    draw_rectangle(image_, box, line_width(), colour_of(label));
  }

  // (The detector's places count from a pixel's middle, those of drawing from its corner.)
  void draw_points(const std::vector<Point>& points, const PictureBox& box) {
    if (!options_.points) return;
    const double radius = std::max(1.2, box.width / 50);
    for (const Point& p : points) {
      const PicturePoint centre = {scale_ * (p.x + 0.5), scale_ * (p.y + 0.5)};
      draw_disc(image_, centre, radius + 1, kInk);
      draw_disc(image_, centre, radius, {90, 255, 160});
    }
  }

  void draw_label(const PictureBox& box, const Prediction& prediction) {
    const auto label = static_cast<size_t>(prediction.index);
    const double size = text_size(box), pad = size / 4;
    const std::string text = names_[label] + " " + percent(prediction.probabilities[label]);
    const PictureBox tag = place_label(taken_.picture, box, {text_width(text, size) + 2 * pad, 1.1 * size});
    fill_rectangle(image_, tag, colour_of(label));
    draw_text(image_, text, {tag.left + pad, tag.top + 0.1 * size}, size, letters_on(colour_of(label)));
    taken_.panels.push_back(tag);
  }

  // The classes that get a bar, in the order of the model's classes.
  static std::vector<int64_t> shown(std::span<const float> probabilities) {
    std::vector<int64_t> labels = most_probable(probabilities, kMostBars);
    std::sort(labels.begin(), labels.end());
    return labels;
  }

  void draw_bars(const PictureBox& box, std::span<const float> probabilities) {
    const std::vector<int64_t> labels = shown(probabilities);
    const int64_t top = most_probable(probabilities, 1)[0];
    const double size = 0.9 * text_size(box), row = 1.1 * size, pad = size / 2, bar = 4 * size;
    double names = 0;
    for (const int64_t label : labels) names = std::max(names, text_width(names_[static_cast<size_t>(label)], size));
    const double figures = text_width("100 %", size);
    const BoxSize panel = {names + bar + figures + 4 * pad, row * static_cast<double>(labels.size()) + pad};
    const PictureBox place = place_panel(taken_, box, panel, pad);
    taken_.panels.push_back(place);
    fill_rectangle(image_, place, {0, 0, 0, 0.6});
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto label = static_cast<size_t>(labels[i]);
      const float p = probabilities[label];
      const double y = place.top + pad / 2 + row * static_cast<double>(i), x = place.left + pad;
      const Colour text = labels[i] == top ? kWhite : Colour{205, 205, 210};
      draw_text(image_, names_[label], {x, y}, size, text);
      const PictureBox track = {x + names + pad, y + 0.2 * size, bar, 0.6 * size};
      fill_rectangle(image_, track, {255, 255, 255, 0.2});
      fill_rectangle(image_, {track.left, track.top, bar * std::clamp(static_cast<double>(p), 0.0, 1.0), track.height},
                     colour_of(label));
      draw_text(image_, percent(p), {track.right() + pad + figures - text_width(percent(p), size), y}, size, text);
    }
  }

  void draw_corner() {
    if (options_.corner.empty()) return;
    const double size = std::max(11.0, shorter_ / 30), width = text_width(options_.corner, size) + size / 2;
    const double left = taken_.picture.width - width - 2;
    fill_rectangle(image_, {left, 2, width, 1.1 * size}, {0, 0, 0, 0.55});
    draw_text(image_, options_.corner, {left + size / 4, 2 + 0.1 * size}, size, kWhite);
  }

  Image& image_;
  const double scale_, shorter_;
  const std::vector<std::string>& names_;
  const AnnotateOptions& options_;
  Taken taken_;
};

}  // namespace

Colour class_colour(const std::string& name, size_t label) {
  // In the order of known_class_names.
  static constexpr Colour kKnown[] = {{235, 84, 64},  {128, 190, 72}, {160, 130, 240}, {255, 206, 60},
                                      {86, 160, 240}, {255, 146, 46}, {190, 190, 196}, {206, 150, 110}};
  static constexpr Colour kOthers[] = {
      {64, 200, 190}, {240, 110, 180}, {150, 110, 80}, {110, 220, 120}, {60, 110, 220}};
  const std::vector<std::string>& known = known_class_names();
  const auto place = std::find(known.begin(), known.end(), canonical_class_name(name));
  if (place == known.end()) return kOthers[label % std::size(kOthers)];
  return kKnown[static_cast<size_t>(place - known.begin()) % std::size(kKnown)];
}

Image annotated(const Image& picture, std::span<const FacePrediction> faces,
                const std::vector<std::string>& class_names, const AnnotateOptions& options) {
  constexpr int64_t kLeast = 240;
  Image image = with_channels(picture, 3);
  const int64_t shorter = std::min(image.height, image.width);
  // (A line of pixels would become too large: at most 16 times.)
  const int64_t times = std::min<int64_t>((kLeast + shorter - 1) / shorter, 16);
  if (times > 1 && std::max(image.height, image.width) * times <= 8192) {
    image = resized(image, image.height * times, image.width * times);
  }
  const double scale = static_cast<double>(image.width) / static_cast<double>(picture.width);
  Annotator(image, scale, class_names, options).draw(faces);
  return image;
}

}  // namespace fer::cli
