// fer-cascade samples: makes and shows .vec files.
#include <fmt/format.h>

#include <algorithm>

#include "fer/cascade_samples.h"
#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/file.h"
#include "tools/cascade/verbs.h"
#include "tools/data/data_source.h"

namespace fer::cli {
namespace {

constexpr int64_t kMaxSide = 1000, kMaxShown = 100'000'000;

// The pictures of a CSV file or a folder of crops, whole.
SampleSet samples_of_data(const std::string& path, int width, int height, size_t limit) {
  const OpenedData opened = open_data(path, {}, Shape({height, width, 1}), false);
  const Dataset& data = opened.data;
  SampleSet samples{width, height, {}};
  for (int64_t i = 0; i < data.size() && samples.count() < limit; ++i) {
    const auto pixels = data.picture(i);
    samples.add({data.height, data.width, data.channels, {pixels.begin(), pixels.end()}});
  }
  return samples;
}

// The samples side by side, each between lines of grey.
Image sheet_of(const SampleSet& samples) {
  const auto count = static_cast<int64_t>(samples.count());
  int64_t across = 1;
  while (across * across * samples.width < count * samples.height) ++across;
  const int64_t down = (count + across - 1) / across, cell_width = samples.width + 1, cell_height = samples.height + 1;
  Image sheet{down * cell_height + 1, across * cell_width + 1, 1, {}};
  if (sheet.height * sheet.width > kMaxShown)
    throw Error(fmt::format("--show: expected a sheet of at most {} pixels, found {}x{}: give --num", kMaxShown,
                            sheet.width, sheet.height));
  sheet.pixels.assign(static_cast<size_t>(sheet.height * sheet.width), 128);
  for (int64_t i = 0; i < count; ++i) {
    const auto sample = samples.sample(static_cast<size_t>(i));
    for (int64_t y = 0; y < samples.height; ++y) {
      const int64_t to = ((i / across) * cell_height + 1 + y) * sheet.width + (i % across) * cell_width + 1;
      std::copy_n(sample.begin() + y * samples.width, samples.width, sheet.pixels.begin() + to);
    }
  }
  return sheet;
}

void show(const SampleSet& samples, const std::string& path) {
  write_file(path, encode_png(sheet_of(samples)));
  fmt::print("{}: {} samples of {}x{}\n", path, grouped(static_cast<int64_t>(samples.count())), samples.width,
             samples.height);
}

SampleSet make_samples(const Arguments& arguments, int width, int height, size_t limit) {
  if (arguments.has("data")) return samples_of_data(arguments.text("data"), width, height, limit);
  const std::string list = arguments.text("info");
  return cut_samples(read_description(list), list, width, height, limit);
}

int run_samples(const Arguments& arguments) {
  if (!arguments.operands().empty()) throw UsageError("expected options alone, found " + arguments.operands()[0]);
  const bool make = arguments.has("info") || arguments.has("data");
  if (arguments.has("info") && arguments.has("data")) throw UsageError("--info does not go with --data");
  if (!arguments.has("vec") || (!make && !arguments.has("show")))
    throw UsageError("expected --vec with --info, --data or --show");
  const auto width = static_cast<int>(arguments.integer("width", 1, kMaxSide));
  const auto height = static_cast<int>(arguments.integer("height", 1, kMaxSide));
  const std::string vec = arguments.text("vec");
  const int64_t wanted = arguments.has("num") ? arguments.integer("num", 1, int64_t{1} << 31) : 0;
  const size_t limit = wanted > 0 ? static_cast<size_t>(wanted) : SIZE_MAX;
  if (make) {
    const SampleSet samples = make_samples(arguments, width, height, limit);
    if (wanted > 0 && samples.count() < static_cast<size_t>(wanted))
      throw Error(fmt::format("--num: expected {} samples, found {}", wanted, samples.count()));
    if (samples.count() == 0) throw Error("expected at least one sample, found none");
    write_file(vec, vec_bytes(samples));
    fmt::print("{}: {} samples of {}x{}\n", vec, grouped(static_cast<int64_t>(samples.count())), width, height);
  }
  if (arguments.has("bg")) {
    fmt::print("{}: {} backgrounds\n", arguments.text("bg"),
               grouped(static_cast<int64_t>(read_backgrounds(arguments.text("bg")).size())));
  }
  if (!arguments.has("show")) return 0;
  SampleSet samples = read_vec(vec, width, height);
  samples.pixels.resize(std::min(samples.count(), limit) * static_cast<size_t>(width) * static_cast<size_t>(height));
  show(samples, arguments.text("show"));
  return 0;
}

void declare_samples(cxxopts::Options& options) {
  auto add = options.add_options();
  const auto text = [] { return cxxopts::value<std::string>(); };
  add("vec", "The file of samples: written from --info or --data, read for --show", text(), "FILE.vec");
  add("info", "Description file: in each line a picture, the number of boxes, their left, top, width and height",
      text(), "INFO");
  add("data", "fer2013.csv or a folder of crops: every picture whole", text(), "DATA");
  add("num", "How many samples; all where it is not given", text(), "N");
  add("width", "Width of a sample", text()->default_value("24"), "W");
  add("height", "Height of a sample", text()->default_value("24"), "H");
  add("bg", "List of backgrounds: checks that every file is there", text(), "BG");
  add("show", "Draws the samples on one sheet", text(), "SHEET.png");
}

}  // namespace

Program cascade_samples_program() {
  return {
      .name = "fer-cascade samples",
      .operands = "",
      .purpose = "Cuts samples out of pictures into a .vec file, as opencv_createsamples does, and shows such files.",
      .declare = declare_samples,
      .run = run_samples};
}

}  // namespace fer::cli
