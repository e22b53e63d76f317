// last.safetensors when something goes wrong.
#include "train/files/checkpoint.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "io/safetensors.h"
#include "tests/support/file_size_limit.h"
#include "tests/train/whole_run.h"

namespace fer {
namespace {

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

TEST(Checkpoint, ThatIsAModelIsRefused) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  outcome_of(config);
  const std::string last = config.out_dir + "/last.safetensors";
  std::filesystem::copy_file(config.out_dir + "/best.safetensors", last,
                             std::filesystem::copy_options::overwrite_existing);
  const std::string message = message_of([&] { resumed(config); });
  EXPECT_TRUE(message.starts_with(last + ": ")) << message;
}

// Rewrites the state that a checkpoint holds.
template <class Change>
void change_state(const std::string& path, const Change& change) {
  const io::SafetensorsFile file = io::read_safetensors(path);
  auto metadata = file.metadata;
  nlohmann::json state = nlohmann::json::parse(metadata.at("state"));
  change(state);
  metadata["state"] = state.dump();
  io::write_safetensors(path, file.entries, metadata);
}

// A step that no run of this kind can be at would choose other pictures, or none.
TEST(Checkpoint, WithStepsOfNoSuchRunIsRefused) {
  const ScratchFolder folder;
  const TrainConfig config = rich_config(folder / "run");
  int64_t steps = 0;
  outcome_of(config, {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == 21; }});
  const std::string last = config.out_dir + "/last.safetensors";
  for (const int64_t total : {int64_t{1} << 62, int64_t{22}, int64_t{3}}) {
    change_state(last, [&](nlohmann::json& state) { state["total_steps"] = total; });
    const std::string message = message_of([&] { resumed(config); });
    EXPECT_TRUE(message.starts_with(last + ": training state: ")) << message;
    EXPECT_NE(message.find(std::to_string(total)), std::string::npos) << message;
  }
  change_state(last, [](nlohmann::json& state) { state["total_steps"] = 21; });
  expect_same(resumed(config), undisturbed());
}

}  // namespace
}  // namespace fer
