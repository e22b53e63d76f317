// fer-cascade train: a cascade from samples and backgrounds.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include "fer/cascade_trainer.h"
#include "fer/file.h"
#include "tools/cascade/verbs.h"

namespace fer::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kRule = "+----+---------+---------+";

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

// A line on a terminal that is drawn again and again; nothing elsewhere.
class LiveLine {
 public:
  void draw(const std::string& text) {
    if (!terminal_) return;
    fmt::print(stderr, "\r\x1b[K{}", text);
    std::fflush(stderr);
    drawn_ = true;
  }
  void clear() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool drawn_ = false;
};

std::string bar(double share) {
  const auto full = static_cast<size_t>(share * 20);
  return fmt::format("[{}{}]", std::string(full, '='), std::string(20 - full, '.'));
}

// What opencv_traincascade prints, with a live line below.
class Printer {
 public:
  CascadeTrainingEvents events() {
    CascadeTrainingEvents events;
    events.stage_begins = [this](int stage) {
      fmt::print("\n===== TRAINING {}-stage =====\n<BEGIN\n", stage);
      std::fflush(stdout);
      mining_ = Clock::now();
    };
    events.mining = [this](int64_t found, int64_t wanted) { mined(found, wanted); };
    events.samples_chosen = [this](const CascadeStageSamples& s) { chosen(s); };
    events.searching = [this](double share) {
      const double seconds = seconds_since(tree_);
      live_.draw(fmt::format("tree {} {} {} left", trees_ + 1, bar(share), duration_text(seconds / share - seconds)));
    };
    events.tree_added = [this](const CascadeWeakFigures& f) { added(f); };
    events.stage_kept = [this](int) {
      fmt::print("END>\nTraining until now has taken {}\n", duration_text(seconds_since(begin_)));
      std::fflush(stdout);
    };
    return events;
  }
  void end() { live_.clear(); }

 private:
  void mined(int64_t found, int64_t wanted) {
    const double seconds = seconds_since(mining_);
    const double share = static_cast<double>(found) / static_cast<double>(wanted);
    live_.draw(fmt::format("negatives {} of {} {}{}", found, wanted, bar(share),
                           found == 0 ? "" : fmt::format(" {} left", duration_text(seconds / share - seconds))));
  }
  void chosen(const CascadeStageSamples& s) {
    live_.clear();
    const double share =
        s.negatives_tried == 0 ? 0 : static_cast<double>(s.negatives) / static_cast<double>(s.negatives_tried);
    fmt::print("POS count : consumed   {} : {}\n", s.positives, s.positives_tried);
    fmt::print("NEG count : acceptanceRatio    {} : {:.6g}\n", s.negatives, share);
    std::fflush(stdout);
    trees_ = 0;
    tree_ = Clock::now();
  }
  void added(const CascadeWeakFigures& f) {
    live_.clear();
    if (f.trees == 1) fmt::print("{}\n|  N |    HR   |    FA   |\n{}\n", kRule, kRule);
    fmt::print("|{:4}|{:>9.6g}|{:>9.6g}|\n{}\n", f.trees, f.hit_rate, f.false_alarm, kRule);
    std::fflush(stdout);
    trees_ = f.trees;
    tree_ = Clock::now();
  }

  Clock::time_point begin_ = Clock::now(), mining_ = begin_, tree_ = begin_;
  int trees_ = 0;
  LiveLine live_;
};

const char* end_text(CascadeTrainingEnd end) {
  switch (end) {
    case CascadeTrainingEnd::kFalseAlarmGoal:
      return "Required leaf false alarm rate achieved. Branch training terminated.";
    case CascadeTrainingEnd::kAcceptanceBreak:
      return "The required acceptanceRatio for the model has been reached to avoid overfitting of trainingdata. Branch "
             "training terminated.";
    case CascadeTrainingEnd::kOutOfNegatives:
      return "Train dataset for temp stage can not be filled. Branch training terminated.";
    case CascadeTrainingEnd::kAllStages:
      break;
  }
  return "";
}

CascadeTraining read_training(const Arguments& a) {
  CascadeTraining t;
  t.width = static_cast<int>(a.integer("width", 3, 100));
  t.height = static_cast<int>(a.integer("height", 3, 100));
  t.positives = static_cast<int>(a.integer("num-pos", 1, 10'000'000));
  t.negatives = static_cast<int>(a.integer("num-neg", 1, 10'000'000));
  t.stages = static_cast<int>(a.integer("num-stages", 1, 1000));
  CascadeParameters& p = t.parameters;
  const std::string boost = a.choice("boost", {"gab", "dab", "rab", "lb"});
  p.boost = boost == "dab"   ? BoostType::kDiscrete
            : boost == "rab" ? BoostType::kReal
            : boost == "lb"  ? BoostType::kLogit
                             : BoostType::kGentle;
  const std::string mode = a.choice("mode", {"basic", "core", "all"});
  p.mode = mode == "all" ? HaarMode::kAll : mode == "core" ? HaarMode::kCore : HaarMode::kBasic;
  p.min_hit_rate = a.number("min-hit-rate", 0, 1);
  p.max_false_alarm = a.number("max-false-alarm", 0, 1);
  p.weight_trim_rate = a.number("weight-trim", 0, 1);
  p.max_depth = static_cast<int>(a.integer("max-depth", 1, 9));
  p.max_weak_count = static_cast<int>(a.integer("max-weak", 1, 100'000));
  t.order_bytes = (a.integer("precalc-val-buf-size", 0, 1 << 24) + a.integer("precalc-idx-buf-size", 0, 1 << 24)) << 20;
  t.acceptance_ratio_break = a.number("acceptance-ratio-break", -1, 1);
  a.choice("feature-type", {"HAAR"});
  a.choice("stage-type", {"BOOST"});
  return t;
}

int run_train(const Arguments& arguments) {
  if (!arguments.operands().empty()) throw UsageError("expected options alone, found " + arguments.operands()[0]);
  for (const char* needed : {"data", "vec", "bg"}) {
    if (!arguments.has(needed)) throw UsageError(fmt::format("expected --data, --vec and --bg, found no --{}", needed));
  }
  use_threads(arguments);
  const CascadeTraining training = read_training(arguments);
  const SampleSet positives = read_vec(arguments.text("vec"), training.width, training.height);
  const std::vector<std::string> backgrounds = read_backgrounds(arguments.text("bg"));
  const std::string folder = arguments.text("data");
  Printer printer;
  const CascadeTrainingResult result = train_cascade(training, positives, backgrounds, folder, printer.events());
  printer.end();
  if (result.resumed_stages > 0)
    fmt::print("{} stages were in {} already; the training went on behind them.\n", result.resumed_stages, folder);
  if (result.end != CascadeTrainingEnd::kAllStages) fmt::print("{}\n", end_text(result.end));
  if (result.cascade.stages.empty()) {
    note("fer-cascade train: Cascade classifier can't be trained. Check the used training parameters.");
    return 1;
  }
  fmt::print("{}/cascade.xml: {} stages, {} features\n", folder, result.cascade.stages.size(),
             grouped(static_cast<int64_t>(result.cascade.features.size())));
  return 0;
}

void declare_train(cxxopts::Options& options) {
  auto add = options.add_options();
  const auto text = [](const char* value = nullptr) {
    return value == nullptr ? cxxopts::value<std::string>() : cxxopts::value<std::string>()->default_value(value);
  };
  add("data", "Folder of the training: params.xml, stage0.xml ..., cascade.xml; one with stages is gone on with",
      text(), "DIR");
  add("vec", "Positives: a .vec file", text(), "FILE.vec");
  add("bg", "List of backgrounds, a picture in each line", text(), "BG");
  add("num-pos", "Positives for each stage; the file should hold some tenth more", text("2000"), "N");
  add("num-neg", "Negatives for each stage", text("1000"), "N");
  add("num-stages", "Stages", text("20"), "N");
  add("width", "Width of the window", text("24"), "W");
  add("height", "Height of the window", text("24"), "H");
  add("mode", "Features: basic, core (also four stripes and centres) or all (also tilted)", text("basic"), "MODE");
  add("boost", "Boosting: gab (gentle), dab (discrete), rab (real) or lb (LogitBoost)", text("gab"), "KIND");
  add("min-hit-rate", "Share of the positives that each stage keeps", text("0.995"), "X");
  add("max-false-alarm", "Share of the negatives that each stage may let pass", text("0.5"), "X");
  add("weight-trim", "Share of the weight that the next tree is fitted to", text("0.95"), "X");
  add("max-depth", "Depth of a tree; 1: stumps", text("1"), "N");
  add("max-weak", "Trees of a stage at most", text("100"), "N");
  add("precalc-val-buf-size", "MiB of memory for the orders of samples", text("1024"), "MIB");
  add("precalc-idx-buf-size", "MiB more for the same", text("1024"), "MIB");
  add("acceptance-ratio-break", "Ends where no larger share of windows passes; below 0: never", text("-1"), "X");
  add("feature-type", "HAAR alone", text("HAAR"), "TYPE");
  add("stage-type", "BOOST alone", text("BOOST"), "TYPE");
  declare_threads(options);
}

}  // namespace

Program cascade_train_program() {
  return {.name = "fer-cascade train",
          .operands = "",
          .purpose =
              "Trains a cascade as opencv_traincascade does, stage after stage. Its options may be given in\n"
              "OpenCV's spelling too: -numPos for --num-pos.",
          .declare = declare_train,
          .run = run_train};
}

}  // namespace fer::cli
