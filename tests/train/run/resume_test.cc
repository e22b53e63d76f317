#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "fer/threads.h"
#include "tests/train/whole_run.h"

namespace fer {
namespace {

// Runs f in a child process that uses one thread; returns its wait status.
template <class F>
int in_child(const F& f) {
  const pid_t child = ::fork();
  if (child == 0) {
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

}  // namespace
}  // namespace fer
