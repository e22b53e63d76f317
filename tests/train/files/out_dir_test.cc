// The files of a run when something goes wrong.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <optional>

#include "tests/train/whole_run.h"

namespace fer {
namespace {

TEST(OutDir, WithARunInItIsRefusedAndLeftAlone) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  outcome_of(config);
  const std::string before = content_of(config.out_dir + "/last.safetensors");
  EXPECT_EQ(message_of([&] { outcome_of(config); }),
            config.out_dir + ": holds a training run (last.safetensors): resume it, or choose another folder");
  EXPECT_EQ(content_of(config.out_dir + "/last.safetensors"), before);
}

TEST(OutDir, ThatCannotBeMadeIsNamed) {
  const ScratchFolder folder;
  std::ofstream(folder / "file") << "x";
  const std::string message = message_of([&] { outcome_of(rich_config(folder / "file/run")); });
  EXPECT_TRUE(message.starts_with(folder / "file/run: cannot make the folder")) << message;
}

TEST(OutDir, DoesNotChangeWhatIsComputed) {
  TrainConfig config = rich_config("");
  expect_same(
      {outcome_of(config).model, undisturbed().history, undisturbed().best_file, undisturbed().early_stopping_file},
      undisturbed());
}

TEST(Checkpoint, OfALossThatStopsBeingFiniteIsTheOneBefore) {
  const ScratchFolder folder;
  TrainConfig config = small_config(folder / "run");
  config.optimizer = Sgd{.learning_rate = 3e4f};
  config.early_stopping.enabled = config.reduce_lr.enabled = false;
  config.epochs = 200;
  const std::string message = message_of([&] { outcome_of(config); });
  EXPECT_NE(message.find("is not finite"), std::string::npos) << message;
  // What is on disk can be read, and resuming comes to the same end.
  config.resume = true;
  EXPECT_EQ(message_of([&] { outcome_of(config); }), message);
}

// Files longer than `bytes` cannot be written while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;

 private:
  rlimit before_ = {};
};

TEST(Checkpoint, ThatDoesNotFitOnTheDiskLeavesTheOneBefore) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  const std::string last = config.out_dir + "/last.safetensors";
  std::string before, message;
  {
    std::optional<FileSizeLimit> limit;
    int64_t steps = 0;
    message = message_of([&] {
      outcome_of(config, {.on_step = [&](const StepProgress&) {
                   if (++steps != 20) return;
                   before = content_of(last);
                   limit.emplace(2000);
                 }});
    });
  }
  EXPECT_TRUE(message.starts_with(last + ": cannot be written")) << message;
  EXPECT_EQ(content_of(last), before);
  expect_same(resumed(config), undisturbed());
}

}  // namespace
}  // namespace fer
