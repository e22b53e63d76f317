// Runs with products in bf16: resumed to the byte, and refused where the CPU has none.
#include <gtest/gtest.h>

#include <cstdlib>

#include "kernels/simd/target.h"
#include "tests/train/whole_run.h"

namespace fer {
namespace {

// Its second convolution multiplies bf16.
Network wider_network() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 64, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(Conv2D{.filters = 64, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(BatchNorm{}).add(Dropout{.rate = 0.25f}).add(Flatten{});
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax});
  return net;
}

Model trained(const TrainConfig& config, const TrainCallbacks& callbacks = {}) {
  const SmallRun run;
  Trainer trainer(wider_network(), config);
  run.fit(trainer, callbacks);
  return trainer.model();
}

TrainConfig bf16_config(std::string out_dir) {
  TrainConfig config = small_config(std::move(out_dir));
  config.epochs = 2;
  config.precision = Precision::kBf16;
  return config;
}

TEST(Bf16Run, EndsInTheSameBytesWhenResumedWithOtherThreads) {
  if (!precision_available(Precision::kBf16)) GTEST_SKIP() << "this CPU does not multiply bf16";
  const ScratchFolder folder;
  const Model whole = trained(bf16_config(folder / "whole"));
  TrainConfig config = bf16_config(folder / "stopped");
  int64_t steps = 0;
  set_num_threads(1);
  trained(config, {.should_stop = [&] { return ++steps == 5; }});
  set_num_threads(0);
  config.resume = true;
  EXPECT_TRUE(same_weights(trained(config), whole));

  TrainConfig fp32 = small_config(folder / "fp32");
  fp32.epochs = 2;
  EXPECT_FALSE(same_weights(trained(fp32), whole)) << "bf16 changed nothing";
}

TEST(Bf16Run, IsNotResumedInFp32) {
  if (!precision_available(Precision::kBf16)) GTEST_SKIP() << "this CPU does not multiply bf16";
  const ScratchFolder folder;
  TrainConfig config = bf16_config(folder / "run");
  trained(config);
  EXPECT_NE(content_of(folder / "run/config.json").find("\"bf16\""), std::string::npos);
  config.precision = Precision::kFp32;
  config.resume = true;
  EXPECT_NE(message_of([&] { trained(config); }).find("config.precision was \"bf16\", now \"fp32\""),
            std::string::npos);
}

TEST(Bf16Run, IsRefusedWhereTheCpuHasNone) {
  const std::string target = active_target();
  kernels::set_target("scalar");
  const std::string message = message_of([] { Trainer(small_network(), bf16_config("")); });
  kernels::set_target(target);
  EXPECT_EQ(message,
            "precision bf16: expected a CPU that multiplies bf16 (AVX512_BF16), found instruction set scalar; fp32 "
            "runs everywhere");
}

}  // namespace
}  // namespace fer
