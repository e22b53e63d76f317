#include "tools/faces/face_options.h"

#include <fmt/format.h>

namespace fer::cli {

void declare_faces(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("detector",
                        "What finds faces: a cascade by its name or file, YuNet's .onnx file, or dlib (docs/tools.md)",
                        text()->default_value(kDefaultCascade), "NAME|FILE");
  options.add_options()("scale-factor", "Cascades: how much larger each next size of a face is",
                        text()->default_value("1.3"), "F");
  options.add_options()("neighbours", "Cascades: boxes that a face needs beside its own", text()->default_value("5"),
                        "N");
  options.add_options()("smallest-face", "Leave out faces of less than N pixels in width or height",
                        text()->default_value("0"), "N");
  options.add_options()("upright", "Turn each face until its eyes are level, where the detector finds them (YuNet)");
}

std::vector<std::string> given_face_options(const Arguments& arguments) {
  std::vector<std::string> given;
  for (const char* name : {"detector", "scale-factor", "neighbours", "smallest-face", "upright"}) {
    if (arguments.has(name)) given.emplace_back(name);
  }
  return given;
}

FaceDetectorOptions read_detector_options(const Arguments& arguments) {
  return {.detector = arguments.text("detector"),
          .scale_factor = arguments.number("scale-factor", 1.01, 10),
          .neighbours = static_cast<int>(arguments.integer("neighbours", 0, 1000)),
          .smallest = arguments.integer("smallest-face", 0, 1 << 20)};
}

CropOptions read_crop_options(const Arguments& arguments) { return {.upright = arguments.flag("upright")}; }

void declare_emoji(cxxopts::Options& options, const std::string& lay) {
  options.add_options()("emoji", lay + " emoji over the faces: libfer's own, or DIR/CLASS.png",
                        cxxopts::value<std::string>()->implicit_value(""), "=DIR");
}

EmojiSet read_emoji(const Arguments& arguments, const std::string& program,
                    const std::vector<std::string>& class_names) {
  if (!arguments.has("emoji")) return {};
  const std::string folder = arguments.text("emoji");
  EmojiSet set = folder.empty() ? EmojiSet::drawn(class_names) : EmojiSet::from_folder(folder, class_names);
  if (!set.missing().empty()) {
    note(fmt::format("{}: no emoji of {}: such faces get none", program, fmt::join(set.missing(), ", ")));
  }
  return set;
}

}  // namespace fer::cli
