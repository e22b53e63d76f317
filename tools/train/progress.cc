#include "tools/train/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tools/cli/cli.h"

namespace fer::cli {
namespace {

constexpr int kWidestBar = 30, kNarrowestBar = 8;
constexpr auto kRedraw = std::chrono::milliseconds(100);

std::string clock_text(double seconds) {
  const auto s = static_cast<int64_t>(std::max(0.0, std::ceil(seconds)));
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string epoch_head(int64_t epoch, int64_t epochs) {
  return fmt::format("Epoch {:>{}}/{}", epoch, fmt::formatted_size("{}", epochs), epochs);
}

std::string bar(double share, int width) {
  const int done = std::clamp(static_cast<int>(share * width), 0, width);
  std::string text(static_cast<size_t>(width), '.');
  std::fill_n(text.begin(), done, '=');
  if (done > 0 && done < width) text[done - 1] = '>';
  return "[" + text + "]";
}

int terminal_width() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

// The time in round numbers, as it is an estimate.
std::string about(double seconds) {
  if (seconds < 1.5) return "about 1 s";
  if (seconds < 100) return fmt::format("about {:.0f} s", seconds);
  if (seconds < 100 * 60) return fmt::format("about {:.0f} min", seconds / 60);
  return fmt::format("about {:.0f} h", seconds / 3600);
}

// " (0.8960 at 1.23)": the loss at its best temperature.
std::string calibrated_text(const EpochResult& e) {
  if (!std::isfinite(e.val_calibrated_loss) || e.val_temperature == 0) return "";
  return fmt::format(" ({:.4f} at {:.3g})", e.val_calibrated_loss, e.val_temperature);
}

}  // namespace

std::string bar_line(const StepProgress& p, int width) {
  const double share = p.steps > 0 ? static_cast<double>(p.step) / static_cast<double>(p.steps) : 1;
  const double left = p.images_per_second > 0 && p.step > 0
                          ? static_cast<double>(p.images) / static_cast<double>(p.step) *
                                static_cast<double>(p.steps - p.step) / p.images_per_second
                          : 0;
  const std::string head = epoch_head(p.epoch, p.epochs) + " ";
  const std::string count = fmt::format(" {:>{}}/{}", p.step, fmt::formatted_size("{}", p.steps), p.steps);
  const bool last = p.step >= p.steps;
  // The parts in the order in which they are left out when the line is too long.
  const std::vector<std::string> figures = {
      fmt::format("  {:.0f} img/s", p.images_per_second), fmt::format("  accuracy {:.4f}", p.accuracy),
      fmt::format("  loss {:.4f}", p.loss), last ? "  validating" : "  ETA " + clock_text(left)};
  for (size_t dropped = 0; dropped <= figures.size(); ++dropped) {
    std::string tail = count;
    for (const size_t i : {0u, 3u, 2u, 1u}) {  // in the order they are shown
      if (i >= dropped) tail += figures[i];
    }
    const int room = width - static_cast<int>(head.size() + tail.size()) - 2;
    if (room >= kNarrowestBar) return head + bar(share, std::min(room, kWidestBar)) + tail;
  }
  return (head + count).substr(0, static_cast<size_t>(std::max(width, 0)));
}

std::string epoch_line(const EpochResult& e, int64_t epochs) {
  std::string line = fmt::format("{}  {}  {:.0f} img/s  loss {:.4f}  accuracy {:.4f}", epoch_head(e.epoch, epochs),
                                 clock_text(e.seconds), e.images_per_second, e.loss, e.accuracy);
  if (std::isfinite(e.val_loss))
    line += fmt::format("  val_loss {:.4f}{}  val_accuracy {:.4f}", e.val_loss, calibrated_text(e), e.val_accuracy);
  return line + fmt::format("  lr {:.3g}", e.learning_rate);
}

std::string epoch_json(const EpochResult& e, int64_t stage) {
  // Rates are float in the optimizer: 0.001, not 0.0010000000474974513.
  const double learning_rate = std::stod(fmt::format("{}", static_cast<float>(e.learning_rate)));
  nlohmann::ordered_json object;
  if (stage > 0) object["stage"] = stage;
  object.update({{"epoch", e.epoch},
                 {"images_per_second", e.images_per_second},
                 {"loss", e.loss},
                 {"accuracy", e.accuracy},
                 {"val_loss", e.val_loss},
                 {"val_accuracy", e.val_accuracy},
                 {"learning_rate", learning_rate},
                 {"seconds", e.seconds},
                 {"val_calibrated_loss", e.val_calibrated_loss},
                 {"val_temperature", e.val_temperature}});
  return one_line(object);
}

std::string start_line(const StepProgress& p, int64_t from, double seconds) {
  const std::string steps = from == 1 ? fmt::format("{} {}", p.steps, p.steps == 1 ? "step" : "steps")
                                      : fmt::format("{} of {} steps are left", p.steps - from + 1, p.steps);
  return fmt::format("epoch {} of {}: {}, {}", p.epoch, p.epochs, steps, about(seconds));
}

std::string teacher_line(const TeacherFigures& figures) {
  return fmt::format("teacher: {} {} asked about {} pictures in {:.3g} s; {} a picture's own class {:.3f} on average",
                     figures.models, figures.models == 1 ? "model" : "models", grouped(figures.pictures),
                     figures.seconds, figures.models == 1 ? "it gives" : "they give", figures.label_probability);
}

// The first steps tell how long the epoch takes, so that nobody waits long for a first line.
void Progress::announce(const StepProgress& p) {
  constexpr int64_t kSteps = 3;
  constexpr double kSeconds = 2;
  if (first_.step == 0) first_ = p;
  const int64_t seen = p.step - first_.step;
  if (seen + 1 < kSteps && p.step < p.steps && p.seconds < kSeconds) return;
  announced_ = true;
  // The first step is slower than the others: its time does not count where there is another.
  const double each =
      seen > 0 ? (p.seconds - first_.seconds) / static_cast<double>(seen) : p.seconds / static_cast<double>(p.step);
  const double before = first_.step == 1 ? first_.seconds : each;
  fmt::print("{}\n", start_line(p, first_.step, before + each * static_cast<double>(p.steps - first_.step)));
  std::fflush(stdout);
}

void Progress::step(const StepProgress& progress) {
  if (form_ == ProgressForm::kLines && !announced_) announce(progress);
  if (form_ != ProgressForm::kBar) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_drawn_ < kRedraw && progress.step > 1 && progress.step < progress.steps) return;
  last_drawn_ = now;
  // One column is left free: a full line would make some terminals wrap.
  fmt::print("\r\033[K{}", bar_line(progress, terminal_width() - 1));
  std::fflush(stdout);
  line_open_ = true;
}

void Progress::epoch(const EpochResult& epoch, bool best) {
  if (form_ == ProgressForm::kNone) return;
  if (line_open_) fmt::print("\r\033[K");
  line_open_ = false;
  if (form_ == ProgressForm::kJson) {
    fmt::print("{}\n", epoch_json(epoch, stage_));
  } else {
    fmt::print("{}{}\n", epoch_line(epoch, epochs_), best ? "  best" : "");
  }
  std::fflush(stdout);  // whoever reads along, a pipe too, sees an epoch when it ends
}

void Progress::finish() {
  if (line_open_) fmt::print("\n");
  line_open_ = false;
}

ProgressForm progress_form_for_stdout() {
  const char* terminal = std::getenv("TERM");
  const bool can_redraw = terminal != nullptr && std::string(terminal) != "dumb";
  return isatty(STDOUT_FILENO) && can_redraw ? ProgressForm::kBar : ProgressForm::kLines;
}

}  // namespace fer::cli
