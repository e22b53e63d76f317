// fer-live: faces in a camera's picture, a video or a folder of pictures, with what they express.
#include <fmt/format.h>

#include "fer/error.h"
#include "tools/cli/cli.h"
#include "tools/cli/models.h"
#include "tools/faces/face_options.h"
#include "tools/live/live_run.h"

namespace fer {
namespace {

using live::FrameSource;
using live::SourceKind;

// Pictures of a folder need have nothing to do with each other: each is looked at by itself, unless it is asked for.
live::LiveOptions read_options(const cli::Arguments& arguments, SourceKind kind) {
  const bool pictures = kind == SourceKind::kPictures;
  const auto given = [&](const std::string& option) { return arguments.has(option) || !pictures; };
  return {.plan = {.every = given("every") ? arguments.integer("every", 1, 1000) : 1,
                   .size = given("detect-size") ? arguments.integer("detect-size", 0, 1 << 16) : 0,
                   .mirrored = arguments.flag("mirror")},
          .smoothing = given("smooth") ? arguments.number("smooth", 0, 0.99) : 0,
          .json = arguments.flag("json"),
          .bars = !arguments.flag("no-bars"),
          .most_frames = arguments.integer("frames", 0, int64_t{1} << 40)};
}

std::unique_ptr<live::Recorder> open_recorder(const cli::Arguments& arguments, const FrameSource& source) {
  if (!arguments.has("record")) return nullptr;
  constexpr double kUnknownRate = 25;
  const double rate = source.frames_per_second() > 0 ? source.frames_per_second() : kUnknownRate;
  return std::make_unique<live::Recorder>(arguments.text("record"), rate);
}

// A window where there is a display; where there is none, something else must be asked for.
std::unique_ptr<live::Window> open_window(const cli::Arguments& arguments, const std::string& input) {
  if (arguments.flag("no-window")) return nullptr;
  std::string why;
  auto window = live::open_window("fer-live: " + input, why);
  const bool other = arguments.has("record") || arguments.flag("json");
  if (window == nullptr && !other) {
    throw Error(fmt::format("no window: {}; --record OUT or --json do without one", why));
  }
  return window;
}

std::string detection_text(const live::Pace& pace, const live::DetectionPlan& plan) {
  std::string text = fmt::format("faces were looked for in {} of them", pace.detections());
  if (plan.size > 0) text += fmt::format(", on pictures of at most {} pixels", plan.size);
  return text;
}

int run_live(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const size_t models = cli::leading_models(operands);
  if (operands.size() > models + 1) {
    throw cli::UsageError(fmt::format("expected one INPUT after the MODEL, found {}: {}", operands.size() - models,
                                      fmt::join(std::span(operands).subspan(models), " ")));
  }
  cli::use_threads(arguments);
  const std::string input = operands.size() > models ? operands[models] : "0";
  const auto source = live::open_source(input);
  const live::LiveOptions options = read_options(arguments, source->kind());
  const std::vector<std::string> paths = cli::models_or_default("fer-live", std::span(operands).first(models));
  const Classifier classifier = Classifier::load(paths);
  const cli::FaceReader reader(classifier, FaceDetector(cli::read_detector_options(arguments)),
                               cli::read_crop_options(arguments));
  cli::EmojiSet emoji = cli::read_emoji(arguments, "fer-live", classifier.class_names());
  auto window = open_window(arguments, input);
  live::LiveRun run(*source, reader, options, std::move(emoji), std::move(window), open_recorder(arguments, *source));
  run.run();
  cli::note(fmt::format("fer-live: {}; {}", run.pace().summary(), detection_text(run.pace(), options.plan)));
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("record",
                        "Write the frames with what was found: a video (.avi, .mp4) or a folder of PNG pictures",
                        text(), "OUT");
  options.add_options()("json", "Print one JSON object per frame");
  options.add_options()("no-window", "Open no window where there is a display");
  options.add_options()("mirror", "Exchange left and right, as a mirror does");
  cli::declare_emoji(options, "Lay");
  options.add_options()("no-bars", "Draw no bars of probabilities");
  options.add_options()(
      "smooth",
      "What was said of a face before counts S in the mean, this frame 1 - S; 0: every frame by itself "
      "(pictures: 0)",
      text()->default_value("0.7"), "S");
  options.add_options()("every", "Look for faces in every N-th frame; the frames between keep the boxes (pictures: 1)",
                        text()->default_value("2"), "N");
  options.add_options()("detect-size",
                        "Look for faces in a picture made smaller, N pixels on its longer side; 0: in the frame itself "
                        "(pictures: 0)",
                        text()->default_value("480"), "N");
  options.add_options()("frames", "End after N frames; 0: with the input", text()->default_value("0"), "N");
  cli::declare_faces(options);
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-live",
          .operands = "[MODEL...] [INPUT]",
          .purpose =
              "Shows what faces express, live: INPUT is a camera (0, /dev/video0), a video, a picture or a folder of "
              "them; without\none the camera 0. q or Escape ends. Without a MODEL, the one that comes with libfer, or "
              "that FER_MODEL names, answers.",
          .declare = declare_options,
          .run = run_live};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
