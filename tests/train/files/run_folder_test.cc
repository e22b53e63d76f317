// The folder of a run when something goes wrong.
#include "train/files/run_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

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

// What a start that fails leaves behind must not be in the way of the corrected command.
TEST(OutDir, IsAsItWasAfterAStartThatFails) {
  const ScratchFolder folder;
  Network none = small_network();
  for (Layer& layer : none.layers) layer.frozen = true;  // seen when memory is taken for the first step
  for (const std::string name : {"new/a/b", "there"}) {
    if (name == "there") std::filesystem::create_directory(folder / name);
    TrainConfig config = rich_config(folder / name);
    config.save_every = 3;
    const SmallRun run;
    Trainer trainer(none, config);
    EXPECT_NE(message_of([&] { run.fit(trainer); }).find("no layer to train"), std::string::npos);
    EXPECT_EQ(std::filesystem::exists(folder / "new"), false);
    EXPECT_EQ(std::filesystem::exists(config.out_dir), name == "there");
    if (name == "there") {
      EXPECT_TRUE(std::filesystem::is_empty(config.out_dir));
    }
    config.save_every = 0;
    expect_same(outcome_of(config), undisturbed());
    std::filesystem::remove_all(folder / "new");
  }
}

// "Not there" and "could not look" are two answers: a good checkpoint must not be begun over.
TEST(OutDir, WhoseCheckpointCannotBeLookedAtIsNotBegunAnew) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  std::filesystem::create_directories(config.out_dir);
  const std::string last = config.out_dir + "/last.safetensors";
  std::filesystem::create_symlink("last.safetensors", last);  // leads to itself
  EXPECT_EQ(message_of([&] { resumed(config); }), last + ": cannot be looked at: Too many levels of symbolic links");
  EXPECT_EQ(message_of([&] { outcome_of(config); }), last + ": cannot be looked at: Too many levels of symbolic links");
  std::filesystem::remove(last);
  std::filesystem::create_symlink(folder / "a_disk_that_is_not_mounted", last);
  const std::string message = message_of([&] { resumed(config); });
  EXPECT_TRUE(message.starts_with(last + ": ")) << message;
  EXPECT_FALSE(std::filesystem::exists(config.out_dir + "/config.json"));
}

TEST(OutDir, InWhichARunIsAtWorkIsRefused) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  std::string message;
  bool tried = false;
  const Outcome outcome = outcome_of(config, {.on_step = [&](const StepProgress&) {
                                       if (std::exchange(tried, true)) return;
                                       message = message_of([&] { resumed(config); });
                                     }});
  EXPECT_TRUE(message.starts_with(config.out_dir + ": in use by process " + std::to_string(::getpid()) + " on "))
      << message;
  expect_same(outcome, undisturbed());
  EXPECT_FALSE(std::filesystem::exists(config.out_dir + "/run.lock"));
  expect_same(resumed(config), undisturbed());
}

}  // namespace
}  // namespace fer
