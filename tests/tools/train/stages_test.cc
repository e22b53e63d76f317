#include "tools/train/stages.h"

#include "fer/error.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class StagesTest : public ToolTest {
 protected:
  cli::Stages three() const { return cli::Stages(path("run"), std::vector<RecipeStage>(3)); }
  void begin(const std::string& folder) const {
    std::filesystem::create_directories(path(folder));
    write(folder + "/run.json", "{}");
    write(folder + "/best.safetensors", folder);
  }
};

TEST_F(StagesTest, TheLastOneIsInTheFolderOfTheWhole) {
  EXPECT_EQ(three().count(), 3);
  EXPECT_EQ(three().folder(1), cli::first_stage_folder(path("run")));
  EXPECT_EQ(three().folder(2), path("run/stage-2"));
  EXPECT_EQ(three().folder(3), path("run"));
}

TEST_F(StagesTest, KnowHowFarTheyCame) {
  EXPECT_EQ(three().last_begun(), 0);
  begin("run/stage-1");
  EXPECT_EQ(three().last_begun(), 1);
  begin("run");
  EXPECT_EQ(three().last_begun(), 3);
}

TEST_F(StagesTest, OneThatWasLeftOutIsPassedOver) {
  begin("run/stage-1");
  EXPECT_EQ(three().model_before(3), path("run/stage-1/best.safetensors"));
  begin("run/stage-2");
  EXPECT_EQ(three().model_before(3), path("run/stage-2/best.safetensors"));
  three().take_model_from_before();
  EXPECT_EQ(read_text(path("run/best.safetensors")), "run/stage-2");
  std::filesystem::remove(path("run/stage-2/best.safetensors"));
  EXPECT_THROW(three().take_model_from_before(), Error);
}

}  // namespace
}  // namespace fer::test
