#include "train/files/logs.h"

#include <gtest/gtest.h>

#include "tests/train/event_steps.h"
#include "tests/train/some_state.h"

namespace fer::train {
namespace {

TEST(HistoryCsv, HasALineAnEpochAndEmptyCellsForWhatIsNotThere) {
  RunState s = some_state();
  s.epochs[0].loss = 0.125;
  s.epochs[0].learning_rate = 0.0625;
  s.epochs[1].loss = 0.1;
  EXPECT_EQ(history_csv(s),
            "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second,"
            "val_calibrated_loss,val_temperature\n"
            "1,0.125,0.25,2,0.5,0.0625,1.5,81.25,1.75,1.25\n"
            "2,0.1,1,,,0.5,3,100,,\n");
}

TEST(RunLogs, AreOneFileOfNumbersAndTwoOfEvents) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "run");
  RunLogs logs(folder / "run", true);
  logs.write(some_state());
  EXPECT_EQ(content_of(folder / "run/history.csv"), history_csv(some_state()));
  EXPECT_EQ(event_steps(folder / "run/train"), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(event_steps(folder / "run/validation"), (std::vector<int64_t>{0})) << "the second epoch has none";
}

TEST(RunLogs, WithoutValidationHaveNoEventsOfIt) {
  const ScratchFolder folder;
  RunLogs logs(folder / ".", false);
  logs.write(some_state());
  EXPECT_TRUE(std::filesystem::exists(folder / "train"));
  EXPECT_FALSE(std::filesystem::exists(folder / "validation"));
}

TEST(RunLogs, WithoutAFolderAreNotWritten) {
  RunLogs logs("", true);
  logs.begin_anew();
  logs.write(some_state());
  EXPECT_FALSE(std::filesystem::exists("/history.csv"));
}

}  // namespace
}  // namespace fer::train
