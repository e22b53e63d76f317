#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "fer/threads.h"
#include "tests/train/augmented_run.h"
#include "tests/train/event_steps.h"
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
    const Outcome stopped = outcome_of(
        config, {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == stop_at; }});
    EXPECT_EQ(static_cast<int64_t>(stopped.history.epochs.size()), (stop_at - 1) / 9);
    expect_same(resumed(config), undisturbed());
  }
}

TEST(Resume, AugmentedRunsEndInTheSameBytes) {
  TrainConfig resized = augmented_config({});
  resized.augmentation.random_resized_crop = true;
  for (const TrainConfig& kind : {augmented_config({}), resized}) {
    const ScratchFolder folder;
    TrainConfig config = kind;
    config.out_dir = folder / "undisturbed";
    const Outcome whole = outcome_of(config);
    for (const int64_t stop_at : {1, 13, 27}) {
      SCOPED_TRACE(stop_at);
      config.out_dir = folder / std::to_string(stop_at);
      int64_t steps = 0;
      outcome_of(config,
                 {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == stop_at; }});
      expect_same(resumed(config), whole);
    }
  }
}

TEST(Resume, AfterAStopAtEveryStepEndsInTheSameBytes) {
  const ScratchFolder folder;
  TrainConfig config = rich_config(folder / "run");
  config.resume = true;
  int rounds = 0;
  const auto epochs_after_one_step = [&] {
    bool stepped = false;
    return outcome_of(config,
                      {.on_step = [&](const StepProgress&) { stepped = true; }, .should_stop = [&] { return stepped; }})
        .history.epochs.size();
  };
  while (epochs_after_one_step() < 4 && rounds < 100) ++rounds;
  // One round a step; the last only validates and finds the run finished.
  EXPECT_EQ(rounds, 36);
  expect_same(resumed(config), undisturbed());
}

// 20 pictures in batches of 8: should_stop is asked after each of three batches.
TEST(Resume, AfterAStopWithinValidationEndsInTheSameBytes) {
  for (int64_t batch : {1, 2, 3}) {
    SCOPED_TRACE(batch);
    const ScratchFolder folder;
    const TrainConfig config = rich_config(folder / "run");
    int64_t steps = 0, asked = 0;
    const Outcome stopped = outcome_of(config, {.on_step = [&](const StepProgress&) { ++steps; },
                                                .should_stop = [&] { return steps == 18 && ++asked == batch + 1; }});
    EXPECT_EQ(steps, 18);
    EXPECT_EQ(asked, batch + 1);
    EXPECT_EQ(stopped.history.epochs.size(), 1u);
    // Nothing is trained again.
    TrainConfig again = config;
    again.resume = true;
    int64_t more = 0;
    expect_same(outcome_of(again, {.on_step = [&](const StepProgress&) { ++more; }}), undisturbed());
    EXPECT_EQ(more, 18);
  }
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
  outcome_of(config, {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == 21; }});
  // As after a kill between the checkpoint and the logs.
  std::filesystem::remove(config.out_dir + "/history.csv");
  resumed(config);
  const std::string csv = content_of(config.out_dir + "/history.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  for (const char* line : {"\n1,", "\n2,", "\n3,", "\n4,"}) EXPECT_NE(csv.find(line), std::string::npos) << csv;
  for (const char* which : {"train", "validation"}) {
    EXPECT_EQ(event_steps(config.out_dir + "/" + which), (std::vector<int64_t>{0, 1, 2, 3})) << which;
  }
  const auto saved = nlohmann::json::parse(content_of(config.out_dir + "/config.json"));
  EXPECT_EQ(saved["config"]["optimizer"]["name"], "adamw");
  EXPECT_EQ(saved["config"]["epochs"], 4);
  EXPECT_EQ(saved["network"]["name"], "small");
}

// Every process that goes on begins an event file of its own, and no epoch is in two.
TEST(Resume, BeginsANewEventFileForItsOwnEpochs) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  for (const int64_t stop_at : {14, 31}) {
    TrainConfig part = config;
    part.resume = true;
    int64_t total = 0;
    outcome_of(part, {.on_step = [&](const StepProgress& p) { total = (p.epoch - 1) * 9 + p.step; },
                      .should_stop = [&] { return total == stop_at; }});
  }
  expect_same(resumed(config), undisturbed());
  const std::string first = config.out_dir + "/train/events.out.tfevents.fer";
  EXPECT_EQ(event_steps_of_file(first), (std::vector<int64_t>{0}));
  EXPECT_EQ(event_steps_of_file(first + ".000001"), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(event_steps_of_file(first + ".000002"), (std::vector<int64_t>{3}));
  // A finished run has nothing to add.
  resumed(config);
  EXPECT_FALSE(std::filesystem::exists(first + ".000003"));
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
  const TrainConfig config = rich_config(folder / "run");
  outcome_of(config);
  std::filesystem::remove(config.out_dir + "/last.safetensors");
  expect_same(resumed(config), undisturbed());
  // The logs are this run's alone.
  EXPECT_EQ(event_steps(config.out_dir + "/train"), (std::vector<int64_t>{0, 1, 2, 3}));
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

}  // namespace
}  // namespace fer
