#include "train/files/identity.h"

#include <gtest/gtest.h>

#include "tests/train/json_of.h"
#include "tests/train/whole_run.h"

namespace fer::train {
namespace {

using nlohmann::json;

json identity_of(const TrainConfig& config) {
  const SmallRun run;
  const RunInputs inputs{run.data, run.train, run.validation, {}};
  return json_of(run_identity(small_network(), config, inputs, {}));
}

std::string refusal(const json& saved, const json& now) {
  return message_of([&] { expect_same_run(saved, now); });
}

TEST(Identity, ASameRunIsTheSame) { EXPECT_EQ(refusal(identity_of({}), identity_of({})), ""); }

TEST(Identity, NamesWhatDiffers) {
  TrainConfig other;
  other.batch_size = 32;
  EXPECT_EQ(refusal(identity_of({}), identity_of(other)),
            "was made by another run, so it cannot be resumed: config.batch_size was 64, now 32");
}

TEST(Identity, LengthAndSnapshotsMayDifferButNotUnderACosine) {
  TrainConfig longer;
  longer.epochs = 7;
  longer.save_every = 3;
  longer.out_dir = "elsewhere";
  EXPECT_EQ(refusal(identity_of({}), identity_of(longer)), "");
  TrainConfig cosine;
  cosine.schedule = CosineSchedule{};
  longer.schedule = CosineSchedule{};
  EXPECT_EQ(refusal(identity_of(cosine), identity_of(longer)),
            "was made by another run, so it cannot be resumed: config.epochs was 100, now 7");
}

TEST(Identity, ARunFromBeforeThereWasAnOptionWasMadeWithItsDefault) {
  // Every field in turn, as a version without it wrote.
  const json now = identity_of({});
  const json settings = now["config"].flatten();
  for (const auto& [key, value] : settings.items()) {
    json saved = now;
    const json::json_pointer pointer("/config" + key);
    if (key.ends_with("name") || key.ends_with("enabled")) continue;  // what decides which others there are
    saved[pointer.parent_pointer()].erase(pointer.back());
    ASSERT_NE(saved, now) << key;
    EXPECT_EQ(refusal(saved, now), "") << key;
  }
  json saved = now;
  saved["config"].erase("accumulate");
  saved["config"].erase("augmentation");
  TrainConfig other;
  other.accumulate = 2;
  EXPECT_EQ(refusal(saved, identity_of(other)),
            "was made by another run, so it cannot be resumed: config.accumulate was 1, now 2");
}

TEST(Identity, WhatANewerVersionKnewIsNotOverlooked) {
  json saved = identity_of({});
  saved["config"]["mixup"] = 0.2;
  EXPECT_EQ(refusal(saved, identity_of({})),
            "was made by another run, so it cannot be resumed: config.mixup was 0.2, now nothing");
}

TEST(Identity, HoldsForPicturesLabelsAndRows) {
  const SmallRun run;
  const json now = identity_of({});
  Dataset other = run.data;
  other.pixels[3] ^= 1;
  EXPECT_NE(refusal(json_of(run_identity(small_network(), {}, {other, run.train, run.validation, {}}, {})), now)
                .find("train.pictures"),
            std::string::npos);
  other = run.data;
  other.labels[80] = 0;
  EXPECT_NE(refusal(json_of(run_identity(small_network(), {}, {other, run.train, run.validation, {}}, {})), now)
                .find("validation.labels"),
            std::string::npos);
  EXPECT_NE(refusal(json_of(run_identity(small_network(), {}, {run.data, run.validation, run.train, {}}, {})), now),
            "");
}

TEST(Identity, OfAnotherRunIsRefusedAndWhatDiffersIsSaid) {
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

TEST(Identity, NamesThreeDifferencesAndCountsTheRest) {
  const nlohmann::json saved = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}},
                       now = {{"a", 2}, {"b", 2}, {"c", 2}, {"d", 2}};
  EXPECT_EQ(
      message_of([&] { expect_same_run(saved, now); }),
      "was made by another run, so it cannot be resumed: a was 1, now 2; b was 1, now 2; c was 1, now 2; and 2 more");
}

}  // namespace
}  // namespace fer::train
