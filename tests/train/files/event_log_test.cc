#include "train/files/event_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fer/error.h"
#include "tests/train/event_steps.h"
#include "tests/train/some_state.h"

namespace fer::train {
namespace {

// The payload's strings and floats are looked for as they lie in the file: the format itself is tests/report's.
bool holds_scalar(const std::string& events, const std::string& tag, float value) {
  const std::string bits(reinterpret_cast<const char*>(&value), sizeof value);
  for (size_t at = events.find(tag); at != std::string::npos; at = events.find(tag, at + 1)) {
    if (events.substr(at + tag.size(), 8).find(bits) != std::string::npos) return true;
  }
  return false;
}

TEST(TensorBoard, HasKerasTags) {
  const RunState s = some_state();
  const std::string train = tensorboard_events(s, EventFile::kTrain, 0);
  const std::string validation = tensorboard_events(s, EventFile::kValidation, 0);
  EXPECT_TRUE(holds_scalar(train, "epoch_loss", 1.0f / 7));
  EXPECT_TRUE(holds_scalar(train, "epoch_accuracy", 0.25f));
  EXPECT_TRUE(holds_scalar(train, "epoch_learning_rate", 1e-3f));
  EXPECT_TRUE(holds_scalar(validation, "epoch_loss", 2));
  EXPECT_TRUE(holds_scalar(validation, "epoch_accuracy", 0.5f));
  EXPECT_EQ(validation.find("epoch_learning_rate"), std::string::npos);
}

TEST(TensorBoard, AShorterRunIsTheBeginningOfALongerOne) {
  const RunState whole = some_state();
  RunState first = whole;
  first.epochs.pop_back();
  first.wall_times.pop_back();
  const std::string events = tensorboard_events(whole, EventFile::kTrain, 0);
  EXPECT_TRUE(events.starts_with(tensorboard_events(first, EventFile::kTrain, 0)));
}

// The first `epochs` epochs of a run of four.
RunState state_of(size_t epochs) {
  RunState s = some_state();
  s.epochs.push_back(s.epochs[1]);
  s.epochs.push_back(s.epochs[1]);
  s.wall_times = {1700000000, 1700000001, 1700000002, 1700000003};
  for (size_t i = 0; i < 4; ++i) s.epochs[i].epoch = static_cast<int64_t>(i) + 1;
  s.epochs.resize(epochs);
  s.wall_times.resize(epochs);
  s.epoch = static_cast<int64_t>(epochs);
  return s;
}

class EventLogFiles : public ::testing::Test {
 protected:
  std::string file(const std::string& ending = "") const {
    return folder_ / ("train/events.out.tfevents.fer" + ending);
  }
  void write(size_t epochs) const { EventLog(folder_ / ".", EventFile::kTrain).write(state_of(epochs)); }
  std::vector<int64_t> steps() const { return event_steps(folder_ / "train"); }

  ScratchFolder folder_;
};

// TensorBoard keeps the file open and reads on where it was.
TEST_F(EventLogFiles, GrowWhereAReaderHasThemOpen) {
  EventLog log(folder_ / ".", EventFile::kTrain);
  log.write(state_of(1));
  const int reader = ::open(file().c_str(), O_RDONLY);
  std::string seen(static_cast<size_t>(std::filesystem::file_size(file())), 0);
  ASSERT_EQ(::read(reader, seen.data(), seen.size()), static_cast<ssize_t>(seen.size()));
  log.write(state_of(2));
  log.write(state_of(4));
  std::string more(1 << 16, 0);
  const ssize_t size = ::read(reader, more.data(), more.size());
  ::close(reader);
  ASSERT_GT(size, 0);
  EXPECT_EQ(seen + more.substr(0, static_cast<size_t>(size)), content_of(file()));
  EXPECT_EQ(steps(), (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST_F(EventLogFiles, AreNotThereBeforeTheFirstEpoch) {
  write(0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "train"));
}

TEST_F(EventLogFiles, OfALaterProcessHoldWhatTheOnesBeforeLack) {
  write(1);
  const std::string before = content_of(file());
  write(3);
  EXPECT_EQ(content_of(file()), before);
  EXPECT_EQ(event_steps_of_file(file(".000001")), (std::vector<int64_t>{1, 2}));
  write(3);
  EXPECT_FALSE(std::filesystem::exists(file(".000002")));
  write(4);
  EXPECT_EQ(event_steps_of_file(file(".000002")), (std::vector<int64_t>{3}));
  EXPECT_EQ(steps(), (std::vector<int64_t>{0, 1, 2, 3}));
}

// Killed at any byte of a record.
TEST_F(EventLogFiles, LoseARecordThatWasNotFinished) {
  write(1);
  const std::string one = content_of(file());
  std::filesystem::remove_all(folder_ / "train");
  write(2);
  const std::string two = content_of(file());
  for (size_t size = one.size() + 1; size < two.size(); ++size) {
    SCOPED_TRACE(size);
    std::filesystem::remove(file(".000001"));
    std::ofstream(file(), std::ios::binary) << two.substr(0, size);
    write(3);
    EXPECT_EQ(content_of(file()), one);
    EXPECT_EQ(event_steps_of_file(file(".000001")), (std::vector<int64_t>{1, 2}));
  }
}

// Only an end that is not whole is cut off: who knows what the rest is.
TEST_F(EventLogFiles, ThatAreDamagedAreLeftAlone) {
  write(3);
  std::string damaged = content_of(file());
  damaged[damaged.find("epoch_accuracy", damaged.find("epoch_accuracy") + 1)] ^= 1;  // of the second epoch
  std::ofstream(file(), std::ios::binary) << damaged;
  write(4);
  EXPECT_EQ(content_of(file()), damaged);
  // Readers stop at the damage: what comes after it is written again.
  EXPECT_EQ(event_steps_of_file(file(".000001")), (std::vector<int64_t>{1, 2, 3}));
}

TEST_F(EventLogFiles, OfARunThatIsNotGoneOnWithAreRemovedAndNoOthers) {
  write(2);
  write(3);
  std::ofstream(folder_ / "train/events.out.tfevents.123.mine") << "x";
  EventLog log(folder_ / ".", EventFile::kTrain);
  log.begin_anew();
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_FALSE(std::filesystem::exists(file(".000001")));
  EXPECT_EQ(content_of(folder_ / "train/events.out.tfevents.123.mine"), "x");
  log.write(state_of(1));
  EXPECT_EQ(event_steps_of_file(file()), (std::vector<int64_t>{0}));
}

}  // namespace
}  // namespace fer::train
