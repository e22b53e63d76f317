#include "train/files/run_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

TEST(RunLock, HasOneHolderWhoIsNamed) {
  const ScratchFolder folder;
  RunLock held(folder / ".");
  EXPECT_TRUE(held.held());
  char host[256] = {};
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(message_of([&] { RunLock other(folder / "."); }),
            (folder / ".") + ": in use by process " + std::to_string(::getpid()) + " on " + host +
                ": wait until that run ends, or choose another folder");
  held.release();
  EXPECT_FALSE(std::filesystem::exists(folder / "run.lock"));
  EXPECT_TRUE(RunLock(folder / ".").held());
}

TEST(RunLock, GoesWithTheProcessHoweverItDies) {
  const ScratchFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const RunLock lock(folder / ".");
    (void)!::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_NE(message_of([&] { RunLock other(folder / "."); }).find("process " + std::to_string(child) + " on "),
            std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "run.lock"));
  EXPECT_TRUE(RunLock(folder / ".").held());
}

// A child shares the descriptors of its parent, and their locks.
TEST(RunLock, EndsWithItsHolderThoughAChildLivesOn) {
  const ScratchFolder folder;
  RunLock lock(folder / ".");
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  lock.release();
  EXPECT_TRUE(RunLock(folder / ".").held());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(RunLock, OfAFolderThatIsNotThereIsAnError) {
  const ScratchFolder folder;
  const std::string message = message_of([&] { RunLock lock(folder / "nowhere"); });
  EXPECT_TRUE(message.starts_with(folder / "nowhere/run.lock: cannot be written: ")) << message;
}

TEST(RunLock, WithoutWordsInItsFileIsHeldAllTheSame) {
  const ScratchFolder folder;
  const RunLock lock(folder / ".");
  std::ofstream(folder / "run.lock") << "";
  EXPECT_NE(message_of([&] { RunLock other(folder / "."); }).find("in use by another process: "), std::string::npos);
}

}  // namespace
}  // namespace fer::train
