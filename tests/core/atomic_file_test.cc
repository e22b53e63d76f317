// Files are whole at every instant, also when writing fails or the writer dies.
#include "core/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::core {
namespace {

using Names = std::set<std::string>;

// While it lives, no file of this process may grow beyond `bytes`: a write that fails half-way, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_ = {};
  void (*handler_)(int) = nullptr;
};

TEST(AtomicFile, WritesThePiecesInOrder) {
  const TemporaryFolder folder;
  const std::string_view pieces[] = {"one ", "", "two ", "three"};
  write_file_atomically(folder / "f", pieces);
  EXPECT_EQ(content_of(folder / "f"), "one two three");
  EXPECT_EQ(folder.names(), Names{"f"});
}

TEST(AtomicFile, ReplacesWhatWasThere) {
  const TemporaryFolder folder;
  put(folder / "f", "a longer old content");
  write_file_atomically(folder / "f", "new");
  EXPECT_EQ(content_of(folder / "f"), "new");
  EXPECT_EQ(folder.names(), Names{"f"});
}

TEST(AtomicFile, ARelativePathIsInTheFolderOfTheProcess) {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  write_file_atomically("plain", "x");
  std::filesystem::current_path(before);
  EXPECT_EQ(content_of(folder / "plain"), "x");
}

TEST(AtomicFile, IsReadableByWhomTheUmaskAllows) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write_file_atomically(folder / "f", "x");
  ::umask(before);
  struct stat status = {};
  ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(AtomicFile, AReplacedFileKeepsItsPermissions) {
  const TemporaryFolder folder;
  for (const mode_t mode : {0600, 0644, 0440, 0666}) {
    put(folder / "f", "old");
    ASSERT_EQ(::chmod((folder / "f").c_str(), mode), 0);
    write_file_atomically(folder / "f", "new");
    struct stat status = {};
    ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, mode);
    EXPECT_EQ(content_of(folder / "f"), "new");
    ASSERT_EQ(::unlink((folder / "f").c_str()), 0);
  }
}

TEST(AtomicFile, AFileBehindALinkKeepsItsPermissionsToo) {
  const TemporaryFolder folder;
  put(folder / "f", "old");
  ASSERT_EQ(::chmod((folder / "f").c_str(), 0600), 0);
  std::filesystem::create_symlink("f", folder / "link");
  write_file_atomically(folder / "link", "new");
  struct stat status = {};
  ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST(AtomicFile, AReplacedFileKeepsItsOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const TemporaryFolder folder;
  put(folder / "f", "old");
  ASSERT_EQ(::chown((folder / "f").c_str(), 1234, 5678), 0);
  ASSERT_EQ(::chmod((folder / "f").c_str(), 0640), 0);
  write_file_atomically(folder / "f", "new");
  struct stat status = {};
  ASSERT_EQ(::stat((folder / "f").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 1234u);
  EXPECT_EQ(status.st_gid, 5678u);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
}

TEST(AtomicFile, WhereThePlaceCannotBeLookedAtItIsNotReplaced) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("round", folder / "round");
  EXPECT_EQ(message_of([&] { write_file_atomically(folder / "round", "x"); }),
            (folder / "round") + ": cannot be looked at: Too many levels of symbolic links");
}

TEST(AtomicFile, AWriteThatFailsHalfWayLeavesTheOldFileAlone) {
  const TemporaryFolder folder;
  put(folder / "f", "old");
  const std::string big(100000, 'x');
  std::string message;
  {
    const FileSizeLimit limit(65536);
    message = message_of([&] { write_file_atomically(folder / "f", big); });
  }
  EXPECT_EQ(message, (folder / "f") + ": cannot be written: File too large");
  EXPECT_EQ(content_of(folder / "f"), "old");
  EXPECT_EQ(folder.names(), Names{"f"});
}

TEST(AtomicFile, AWriteThatFailsWhereNothingWasLeavesNothing) {
  const TemporaryFolder folder;
  {
    const FileSizeLimit limit(10);
    message_of([&] { write_file_atomically(folder / "f", "more than ten bytes"); });
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicFile, RefusesPlacesThatCannotHoldAFile) {
  const TemporaryFolder folder;
  expect_contains(message_of([&] { write_file_atomically(folder.path(), "x"); }), "cannot be written: Is a directory");
  expect_contains(message_of([&] { write_file_atomically(folder / "no/f", "x"); }), "No such file or directory");
  expect_contains(message_of([&] { write_file_atomically("/dev/full", "x"); }),
                  "/dev/full: cannot be written: not a regular");
  expect_contains(message_of([&] { write_file_atomically("", "x"); }), "expected a file name");
  expect_contains(message_of([&] { write_file_atomically(folder / std::string(256, 'n'), "x"); }),
                  "File name too long");
  EXPECT_EQ(folder.names(), Names{});
}

TEST(AtomicFile, NamesOfFullLengthAreFine) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  write_file_atomically(folder / name, "x");
  EXPECT_EQ(folder.names(), Names{name});
}

TEST(AtomicFile, WritesWhereASymbolicLinkLeads) {
  const TemporaryFolder folder;
  put(folder / "f", "old");
  std::filesystem::create_symlink("f", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_EQ(content_of(folder / "f"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  expect_contains(message_of([&] { write_file_atomically(folder / "dangling", "x"); }), "No such file");
}

TEST(AtomicFile, LeftoversOfTheDeadAreRemoved) {
  const TemporaryFolder folder;
  put(folder / ".f.tmp-abc123", "left by a process that was killed");
  put(folder / ".f.tmp-abc", "not ours");
  put(folder / ".g.tmp-abc123", "another file's");
  write_file_atomically(folder / "f", "x");
  EXPECT_EQ(folder.names(), (Names{"f", ".f.tmp-abc", ".g.tmp-abc123"}));
}

TEST(AtomicFile, FoldersLinksAndOtherUsersFilesAreNoLeftovers) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / ".f.tmp-aaaaaa");
  put(folder / "kept", "x");
  std::filesystem::create_symlink("kept", folder / ".f.tmp-bbbbbb");
  Names expected = {"f", "kept", ".f.tmp-aaaaaa", ".f.tmp-bbbbbb"};
  if (::geteuid() == 0) {
    put(folder / ".f.tmp-cccccc", "of somebody else");
    ASSERT_EQ(::chown((folder / ".f.tmp-cccccc").c_str(), 1234, 1234), 0);
    expected.insert(".f.tmp-cccccc");
  }
  write_file_atomically(folder / "f", "x");
  EXPECT_EQ(folder.names(), expected);
}

TEST(AtomicFile, TemporariesOfTheLivingAreNot) {
  const TemporaryFolder folder;
  put(folder / ".f.tmp-abc123", "being written");
  const int fd = ::open((folder / ".f.tmp-abc123").c_str(), O_WRONLY);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  write_file_atomically(folder / "f", "x");
  EXPECT_EQ(folder.names(), (Names{"f", ".f.tmp-abc123"}));
  ::close(fd);
}

TEST(AtomicFile, KilledAtAnyMomentTheFileIsWhole) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  const std::string old_content(1 << 20, 'a'), new_content(1 << 20, 'b');
  write_file_atomically(path, old_content);
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        write_file_atomically(path, new_content);
        write_file_atomically(path, old_content);
      }
    }
    ::usleep(static_cast<useconds_t>(500 + 311 * i));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = content_of(path);
    EXPECT_TRUE(found == old_content || found == new_content) << "of " << found.size() << " bytes";
  }
  write_file_atomically(path, "end");
  EXPECT_EQ(folder.names(), Names{"f"});
}

TEST(AtomicFile, WritersAtTheSameTimeDoNotMix) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  write_file_atomically(path, std::string(50000, 'a'));
  std::atomic<int> running = 3;
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c'}) {
    writers.emplace_back([&, letter] {
      for (int i = 0; i < 20; ++i) write_file_atomically(path, std::string(50000, letter));
      --running;
    });
  }
  while (running > 0) {
    const std::string found = read_file(path);
    EXPECT_EQ(found, std::string(50000, found[0]));
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(folder.names(), Names{"f"});
}

// fer-eval --report waited there for ever, and SIGTERM did not end it.
TEST(WriteFile, APipeIsWrittenToWhereAProgramReadsIt) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { write_file(pipe, "x"); }),
            pipe + ": cannot be written: expected a program that reads it, found none");
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  write_file(pipe, "some text");
  char read[16] = {};
  EXPECT_EQ(::read(reader, read, sizeof read), 9);
  EXPECT_STREQ(read, "some text");
  ::close(reader);
}

}  // namespace
}  // namespace fer::core
