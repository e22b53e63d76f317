#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "fer/error.h"
#include "fer/threads.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

// Every kind of state at once: moments, an average, a plateau that acts, early stopping with its own best.
TrainConfig rich_config(std::string out_dir) {
  TrainConfig config = small_config(std::move(out_dir));
  config.optimizer = AdamW{.learning_rate = 0.05f};
  config.weight_average = 0.9;
  config.label_smoothing = 0.1;
  config.augmentation = {.horizontal_flip = true, .shift = 0.1};
  config.reduce_lr = {.factor = 0.5, .patience = 1};
  config.early_stopping.monitor = "val_accuracy";
  return config;
}

struct Outcome {
  Model model;
  History history;
  std::string best_file, early_stopping_file;
};

void expect_same(const Outcome& found, const Outcome& expected) {
  EXPECT_TRUE(same_weights(found.model, expected.model));
  EXPECT_EQ(untimed(found.history).epochs, untimed(expected.history).epochs);
  EXPECT_EQ(found.history.best_epoch, expected.history.best_epoch);
  EXPECT_EQ(found.history.stopped_early, expected.history.stopped_early);
  EXPECT_EQ(found.best_file, expected.best_file);
  EXPECT_EQ(found.early_stopping_file, expected.early_stopping_file);
}

Outcome outcome_of(const TrainConfig& config, const TrainCallbacks& callbacks = {}) {
  const SmallRun run;
  Trainer trainer(small_network(), config);
  History history = run.fit(trainer, callbacks);
  return {trainer.model(), std::move(history), content_of(config.out_dir + "/best.safetensors"),
          content_of(config.out_dir + "/early_stopping.safetensors")};
}

const Outcome& undisturbed() {
  static const ScratchFolder folder;
  static const Outcome outcome = outcome_of(rich_config(folder / "run"));
  return outcome;
}

Outcome resumed(TrainConfig config) {
  config.resume = true;
  return outcome_of(config);
}

// Runs f in a child process that uses one thread; returns its wait status.
template <class F>
int in_child(const F& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    // OpenMP's threads do not survive a fork, so the child must not start a parallel region.
    set_num_threads(1);
    f();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Resume, AfterAStopAtAnyStepEndsInTheSameBytes) {
  for (int64_t stop_at : {1, 5, 9, 10, 17, 18, 27, 35, 36}) {
    SCOPED_TRACE(stop_at);
    const ScratchFolder folder;
    const TrainConfig config = rich_config(folder / "run");
    int64_t steps = 0;
    const Outcome stopped = outcome_of(config, {.should_stop = [&] { return ++steps == stop_at; }});
    EXPECT_EQ(static_cast<int64_t>(stopped.history.epochs.size()), (stop_at - 1) / 9);
    expect_same(resumed(config), undisturbed());
  }
}

TEST(Resume, AfterAStopAtEveryStepEndsInTheSameBytes) {
  const ScratchFolder folder;
  TrainConfig config = rich_config(folder / "run");
  config.resume = true;
  int rounds = 0;
  while (outcome_of(config, {.should_stop = [] { return true; }}).history.epochs.size() < 4 && rounds < 100) ++rounds;
  // One round a step; the last only validates and finds the run finished.
  EXPECT_EQ(rounds, 36);
  expect_same(resumed(config), undisturbed());
}

TEST(Resume, AfterAKillAtAnyStepEndsInTheSameBytes) {
  undisturbed();
  for (int64_t kill_at : {1, 4, 9, 10, 20, 36}) {
    SCOPED_TRACE(kill_at);
    const ScratchFolder folder;
    const TrainConfig config = rich_config(folder / "run");
    const int status = in_child([&] {
      int64_t steps = 0;
      outcome_of(config, {.on_step = [&](const StepProgress&) {
                   if (++steps == kill_at) ::raise(SIGKILL);
                 }});
    });
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    expect_same(resumed(config), undisturbed());
  }
}

TEST(Resume, AfterKillsAtRandomMomentsEndsInTheSameBytes) {
  undisturbed();
  const ScratchFolder folder;
  TrainConfig config = rich_config(folder / "run");
  config.resume = true;
  std::mt19937 random(std::random_device{}());
  for (int kills = 0; kills < 12; ++kills) {
    const auto delay = std::chrono::microseconds(random() % 12000);
    const pid_t child = ::fork();
    if (child == 0) {
      set_num_threads(1);
      outcome_of(config);
      ::_exit(0);
    }
    std::this_thread::sleep_for(delay);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    // Whatever is there is whole.
    for (const char* name : {"best.safetensors", "early_stopping.safetensors"}) {
      const std::string path = config.out_dir + "/" + name;
      if (std::filesystem::exists(path)) {
        EXPECT_EQ(load_model(path).network.name, "small");
      }
    }
  }
  expect_same(resumed(config), undisturbed());
}

TEST(Resume, KeepsEveryEpochOnceInTheLogs) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  int64_t steps = 0;
  outcome_of(config, {.should_stop = [&] { return ++steps == 21; }});
  // As after a kill between the checkpoint and the logs.
  std::filesystem::remove(config.out_dir + "/history.csv");
  resumed(config);
  const std::string csv = content_of(config.out_dir + "/history.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  for (const char* line : {"\n1,", "\n2,", "\n3,", "\n4,"}) EXPECT_NE(csv.find(line), std::string::npos) << csv;
  for (const char* which : {"train", "validation"}) {
    const std::string events = content_of(config.out_dir + "/" + which + "/events.out.tfevents.fer");
    size_t count = 0;
    for (size_t at = events.find("epoch_loss"); at != std::string::npos; at = events.find("epoch_loss", at + 1))
      ++count;
    EXPECT_EQ(count, 4u) << which;
  }
  const auto saved = nlohmann::json::parse(content_of(config.out_dir + "/config.json"));
  EXPECT_EQ(saved["config"]["optimizer"]["name"], "adamw");
  EXPECT_EQ(saved["config"]["epochs"], 4);
  EXPECT_EQ(saved["network"]["name"], "small");
}

TEST(Resume, OfAFinishedRunChangesNothing) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  outcome_of(config);
  const std::string last = content_of(config.out_dir + "/last.safetensors");
  expect_same(resumed(config), undisturbed());
  EXPECT_EQ(content_of(config.out_dir + "/last.safetensors"), last);
}

TEST(Resume, WithMoreEpochsGoesOnAsTheLongerRun) {
  const ScratchFolder folder;
  TrainConfig config = rich_config(folder / "short");
  config.epochs = 2;
  outcome_of(config);
  config.epochs = 4;
  expect_same(resumed(config), undisturbed());
}

TEST(Resume, WithoutACheckpointStartsAnew) {
  const ScratchFolder folder;
  expect_same(resumed(rich_config(folder / "run")), undisturbed());
}

TEST(Resume, RefusesMoreEpochsWhereTheScheduleDependsOnThem) {
  const ScratchFolder folder;
  TrainConfig config = small_config(folder / "run");
  config.schedule = CosineSchedule{};
  outcome_of(config);
  config.epochs = 6;
  EXPECT_EQ(message_of([&] { resumed(config); }),
            config.out_dir +
                "/last.safetensors: was made by another run, so it cannot be resumed: "
                "config.epochs was 4, now 6");
}

TEST(Resume, RefusesAnotherRunAndSaysWhatDiffers) {
  const ScratchFolder folder;
  TrainConfig config = rich_config(folder / "run");
  outcome_of(config);
  const std::string before = content_of(config.out_dir + "/last.safetensors");
  config.resume = true;
  const auto refusal = [&](auto change) {
    SmallRun run;
    Network network = small_network();
    TrainConfig changed = config;
    change(changed, network, run);
    return message_of([&] {
      Trainer trainer(network, changed);
      run.fit(trainer);
    });
  };
  const auto expect_named = [&](const std::string& message, const std::string& what) {
    EXPECT_NE(message.find(what), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  };
  expect_named(refusal([](TrainConfig& c, Network&, SmallRun&) { c.batch_size = 16; }),
               "config.batch_size was 8, now 16");
  expect_named(refusal([](TrainConfig& c, Network&, SmallRun&) { c.optimizer = Sgd{}; }), "config.optimizer.");
  expect_named(refusal([](TrainConfig& c, Network&, SmallRun&) { c.early_stopping.patience = 9; }),
               "config.early_stopping.patience was 8, now 9");
  expect_named(refusal([](TrainConfig&, Network& n, SmallRun&) { n.layers[2].kind = Dropout{.rate = 0.5f}; }),
               "network.layers.2.rate was 0.25, now 0.5");
  expect_named(refusal([](TrainConfig&, Network&, SmallRun& r) { r.data.pixels[3] ^= 1; }), "train.pictures was ");
  expect_named(refusal([](TrainConfig&, Network&, SmallRun& r) { r.data.labels[80] = 0; }), "validation.labels was ");
  expect_named(refusal([](TrainConfig&, Network&, SmallRun& r) { r.train.pop_back(); }), "train.count was 70, now 69");
  expect_named(refusal([](TrainConfig&, Network&, SmallRun& r) { std::swap(r.train[0], r.train[1]); }),
               "train.row_numbers was ");
  // Threads, folder and how often it is written are not part of what a run is.
  EXPECT_EQ(refusal([](TrainConfig& c, Network&, SmallRun&) { c.checkpoint_seconds = 5; }), "");
  EXPECT_EQ(content_of(config.out_dir + "/last.safetensors"), before);
}

TEST(Resume, RefusesAFileThatIsNoCheckpoint) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  outcome_of(config);
  const std::string last = config.out_dir + "/last.safetensors";
  std::filesystem::copy_file(config.out_dir + "/best.safetensors", last,
                             std::filesystem::copy_options::overwrite_existing);
  const std::string message = message_of([&] { resumed(config); });
  EXPECT_TRUE(message.starts_with(last + ": ")) << message;
}

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
