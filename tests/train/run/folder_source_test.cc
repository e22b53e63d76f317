// Pictures that stay in their files train as those in memory do.
#include <gtest/gtest.h>

#include "fer/image.h"
#include "fer/picture_folder.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

class FolderSource : public ::testing::Test {
 protected:
  void SetUp() override {
    const Dataset data = small_dataset(60);
    for (int64_t i = 0; i < data.size(); ++i) {
      const std::string place = (folder_ / "pics/") + data.class_names[data.labels[i]];
      std::filesystem::create_directories(place);
      const auto pixels = data.picture(i);
      std::ofstream(place + "/" + std::to_string(100 + i) + ".png", std::ios::binary)
          << encode_png({6, 6, 1, {pixels.begin(), pixels.end()}});
    }
  }
  PictureFolder read(int64_t memory_bytes, const std::string& cache = "") const {
    return read_picture_folder(folder_ / "pics",
                               {.height = 6, .width = 6, .memory_bytes = memory_bytes, .cache_dir = cache});
  }
  static std::vector<float> trained(const Dataset& data, TrainConfig config = small_config()) {
    Trainer trainer(small_network(), config);
    trainer.fit(data, numbers(0, 50), numbers(50, 60));
    const auto values = trainer.model().weights.values.values();
    return {values.begin(), values.end()};
  }

  ScratchFolder folder_;
};

TEST_F(FolderSource, GivesTheSamePicturesAndWeights) {
  const Dataset in_memory = read(1 << 20).data, in_files = read(60 * 36 - 1).data;
  EXPECT_FALSE(in_memory.source);
  ASSERT_TRUE(in_files.source);
  EXPECT_TRUE(in_files.pixels.empty());
  ASSERT_EQ(in_files.size(), 60);
  EXPECT_EQ(in_files.labels, in_memory.labels);
  EXPECT_EQ(in_files.files, in_memory.files);
  std::vector<uint8_t> picture(36);
  for (int64_t i = 0; i < 60; ++i) {
    copy_picture(in_files, i, picture);
    const auto expected = in_memory.picture(i);
    ASSERT_TRUE(std::equal(picture.begin(), picture.end(), expected.begin())) << i;
  }
  EXPECT_EQ(trained(in_files), trained(in_memory));
}

// With augmentation and mixing on top, several batches in a step, a size that changes, and the moments of batch norms
// found anew in a pass of their own.
TEST_F(FolderSource, GivesTheSameWeightsWithACacheAndReadAhead) {
  TrainConfig config = small_config();
  config.accumulate = 2;
  config.batch_size = 4;
  config.recompute_batch_norm = true;
  config.augmentation = {.horizontal_flip = true, .rotation_deg = 10};
  config.mixing.mixup = 0.2;
  set_num_threads(1);
  const std::vector<float> expected = trained(read(1 << 20).data, config);
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    EXPECT_EQ(trained(read(1).data, config), expected) << threads;
    for (const int64_t memory : {1, 1 << 20}) {
      EXPECT_EQ(trained(read(memory, folder_ / "cache").data, config), expected) << threads << " " << memory;
    }
  }
  set_num_threads(0);
}

// A run begun with a cache goes on without one, and the other way round.
TEST_F(FolderSource, ResumesWithAndWithoutACache) {
  set_num_threads(2);
  const std::vector<float> expected = trained(read(1 << 20).data);
  for (const bool cached_first : {true, false}) {
    const std::string cache = folder_ / "cache";
    TrainConfig config = small_config(folder_ / (cached_first ? "a" : "b"));
    config.epochs = 2;
    trained(read(1, cached_first ? cache : "").data, config);
    config.epochs = 4;
    config.resume = true;
    EXPECT_EQ(trained(read(1, cached_first ? "" : cache).data, config), expected) << cached_first;
  }
  set_num_threads(0);
}

TEST_F(FolderSource, NoticesThatAPictureChanged) {
  const Dataset in_files = read(1).data;
  std::filesystem::copy_file(in_files.files[1], in_files.files[7], std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(message_of([&] { trained(in_files); }), in_files.files[7] + ": the picture changed while it was in use");
  std::filesystem::remove(in_files.files[7]);
  EXPECT_NE(message_of([&] { trained(in_files); }).find(in_files.files[7]), std::string::npos);
}

}  // namespace
}  // namespace fer
